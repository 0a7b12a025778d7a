/**
 * The whole path as one pure state machine: events in, figures and transitions out. `serve` drives it with the real clock and
 * watches; scenario tests drive it with a script.
 */
import type {
  ClusterEvent,
  HourCut,
  Journal,
  JournalRow,
  NodeMemory,
  PolicyAnswer,
  PolicySummary,
} from '@rollcall/contract';
import {
  createRoll,
  NOTHING_ORDERLY,
  readPlannedWork,
  readPoolReports,
  readUsage,
  toMemory,
  type Instant,
  type PolicyRoll,
  type Roll,
  type RollSink,
} from './coverage/index.ts';
import {
  answerPolicy,
  createHourBook,
  createLedger,
  readPolicy,
  summarisePolicy,
  type HourBook,
  type Ledger,
  type PolicyReading,
  type Span,
} from './sli/index.ts';

/** Where the pipeline's memory goes; called synchronously, must not throw. */
export interface History {
  readonly durable: boolean;
  append(row: JournalRow): void;
  /** As of a journal; absent where nothing outlives the process. */
  settle?: Journal['settle'];
  /** Absent where nothing outlives the process: what nobody would recall is not put together. */
  remember?: ((memory: NodeMemory) => void) | undefined;
  /** Takes totals by the hour; absent where nobody keeps them. */
  book?: ((cut: HourCut) => void) | undefined;
}

/** What a pipeline is made with. `memories` is what a former process life left behind. */
export interface PipelineOptions {
  readonly cluster: string;
  readonly history: History;
  readonly memories: readonly NodeMemory[];
  readonly cuts?: readonly HourCut[] | undefined;
}

/** The pipeline. Every read first advances to its instant, so that counters move at every read and all families are cut at one time. */
export interface Pipeline {
  readonly roll: Roll;
  apply(event: ClusterEvent): void;
  /**
   * The same in stretches of about a millisecond: `begin`, then `proceed` until it is false, and no other event before that. Reads in
   * between show all figures as they were at the event: those of a policy that is half reviewed from before its review.
   */
  begin(event: ClusterEvent): void;
  proceed(): boolean;
  advance(now: Instant): void;
  /** Every policy's figures at `now` as they are exported, sorted by namespace and DaemonSet. */
  read(now: Instant, span?: Exclude<Span, 'seen'>): readonly PolicyReading[];
  /** True while this replica leads: only then do its exported counters move, and its gauges are to be shown. */
  leads(now: Instant): boolean;
  /** Books every policy's hour as it is at `now`; the ends of hours are booked by themselves. */
  cutHours(now: Instant): void;
  summaries(now: Instant): readonly PolicySummary[];
  answer(policyUid: string, now: Instant): PolicyAnswer | undefined;
}

/** Creates a pipeline that knows nothing yet. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { cluster, history, memories } = options;
  const ledger = createLedger();
  const hours = keepHours(ledger, options);
  const roll = createRoll({
    cluster,
    memories,
    sink: {
      ...keepBooks(ledger, hours, history.settle),
      transition: (transition) => history.append({ kind: 'transition', ...transition }),
      happened: (row) => history.append(row),
      remember: ({ policy }, record, now) => history.remember?.(toMemory(record, policy.uid, now)),
    },
  });
  const books: Books = { roll, ledger, hours, frozen: undefined };
  const begin = (event: ClusterEvent): void => {
    hours?.reach(event, roll.advance);
    if (event.kind !== 'role') return roll.begin(event);
    // What was due before is counted under the role before.
    roll.apply(event);
    ledger.take(event, roll.advance(event).monoMs);
  };
  return {
    roll,
    apply: (event) => {
      begin(event);
      while (roll.proceed());
    },
    begin,
    proceed: () => proceed(books),
    advance: (now) => void advance(books, now),
    ...readings(books, history.durable),
  };
}

function keepBooks(
  ledger: Ledger,
  hours: HourBook | undefined,
  settle: Journal['settle'],
): Pick<RollSink, 'adopted' | 'dropped' | 'moved' | 'tallied'> {
  return {
    adopted: (policy, now) => {
      ledger.adopt(policy, now);
      hours?.adopted(policy);
    },
    dropped: (policy) => {
      hours?.dropped(policy);
      ledger.drop(policy);
    },
    moved: (move) => {
      hours?.counts(move.policy);
      ledger.move(move);
    },
    tallied: (what) => {
      const release = ledger.tally(what);
      // What the next life would count again must not be exported before that life knows of it.
      if (what.onceOf === undefined || settle === undefined) release();
      else settle({ policyUid: what.policy.uid, nodeUid: what.onceOf }, release);
    },
  };
}

function keepHours(ledger: Ledger, { cluster, history: { book }, cuts = [] }: PipelineOptions): HourBook | undefined {
  return book && createHourBook({ cluster, ledger, past: cuts, book });
}

/** Fires what is due; what ends with an hour is booked before. */
function advance({ roll, hours }: Books, now: Instant): Instant {
  hours?.reach(now, roll.advance);
  return roll.advance(now);
}

type Readings = Pick<Pipeline, 'read' | 'leads' | 'cutHours' | 'summaries' | 'answer'>;

function readings(books: Books, durable: boolean): Readings {
  const { roll, ledger } = books;
  return {
    read: (now, span = 'exported') =>
      readAll(books, span, now)
        .map(([, reading]) => reading)
        .sort(byName),
    // A Lease ends by the clock, however far the figures are.
    leads: ({ monoMs }) => ledger.leads(monoMs),
    cutHours: (now) =>
      books.hours?.cut(advance(books, now), (policy) => roll.policies.get(policy.uid)?.started === true),
    summaries: (now) =>
      readAll(books, 'seen', now)
        .map(([own, reading]) => summarisePolicy(own, reading))
        .sort(byName),
    answer: (policyUid, told) => {
      const now = advance(books, told);
      const own = roll.policies.get(policyUid);
      return own === undefined ? undefined : answerPolicy(own, readOne(books, own, { span: 'seen', now }), durable);
    },
  };
}

interface Books {
  readonly roll: Roll;
  readonly ledger: Ledger;
  readonly hours: HourBook | undefined;
  /** The roll that is half reviewed, and its figures from before. */
  frozen: Frozen | undefined;
}

interface Frozen {
  readonly roll: PolicyRoll;
  readonly readings: Readonly<Record<Span, PolicyReading>>;
}

function proceed(books: Books): boolean {
  try {
    return books.roll.proceed();
  } finally {
    // Also after a throw: what has ended is shown as it is.
    const half = books.roll.inProgress();
    if (half !== books.frozen?.roll) books.frozen = half === undefined ? undefined : freeze(books, half);
  }
}

function freeze(books: Books, half: PolicyRoll): Frozen {
  const now = books.roll.advance({ monoMs: 0, wallMs: 0 });
  const read = (span: Span): PolicyReading => readOne(books, half, { span, now });
  return { roll: half, readings: { seen: read('seen'), exported: read('exported'), led: read('led') } };
}

function readAll(books: Books, span: Span, told: Instant): readonly (readonly [PolicyRoll, PolicyReading])[] {
  const now = advance(books, told);
  return [...books.roll.policies.values()].map((own) => [own, readOne(books, own, { span, now })]);
}

function readOne(
  { roll, ledger, frozen }: Books,
  own: PolicyRoll,
  { span, now }: { readonly span: Span; readonly now: Instant },
): PolicyReading {
  if (frozen?.roll === own) return frozen.readings[span];
  const { monoMs } = now;
  const { daemonSet } = own;
  return readPolicy({ roll: own, ledger, span, daemonSet, ...walkNodes(roll, own, { span, monoMs }), monoMs });
}

type Walked = Pick<Parameters<typeof readPolicy>[0], 'reports' | 'usage' | 'planned'>;

const NOT_WALKED: Walked = {
  reports: new Map(),
  usage: { pools: new Map(), worst: [] },
  planned: { maintenance: { windows: [], capUsedRatio: undefined }, orderly: NOTHING_ORDERLY },
};

/** What only the exposition shows costs a walk over the nodes: answers and the stream, which are read far more often, are spared it. */
function walkNodes(
  { inventory }: Roll,
  own: PolicyRoll,
  { span, monoMs }: { readonly span: Span; readonly monoMs: number },
): Walked {
  if (span === 'seen') return NOT_WALKED;
  return {
    reports: readPoolReports(inventory, own, monoMs),
    usage: readUsage(inventory, own, monoMs),
    planned: readPlannedWork(inventory, own, monoMs),
  };
}

interface Named {
  readonly namespace: string;
  readonly daemonset: string;
}

function byName(one: Named, other: Named): number {
  if (one.namespace !== other.namespace) return one.namespace < other.namespace ? -1 : 1;
  return one.daemonset < other.daemonset ? -1 : Number(one.daemonset > other.daemonset);
}
