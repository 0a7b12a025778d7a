/**
 * The whole path as one pure state machine: events in, figures and transitions out. `serve` drives it with the real clock and
 * watches; scenario tests drive it with a script.
 */
import type { ClusterEvent, NodeMemory, PolicyAnswer, PolicySummary, Transition } from '@rollcall/contract';
import { createRoll, toMemory, type Instant, type PolicyRoll, type Roll } from './coverage/index.ts';
import { findDaemonSet } from './inventory/index.ts';
import {
  answerPolicy,
  createLedger,
  readPolicy,
  summarisePolicy,
  type Ledger,
  type PolicyReading,
  type Span,
} from './sli/index.ts';

/** Where the pipeline's memory goes; called synchronously, must not throw. */
export interface History {
  readonly durable: boolean;
  append(transition: Transition): void;
  /** Absent where nothing outlives the process: what nobody would recall is not put together. */
  remember?: ((memory: NodeMemory) => void) | undefined;
}

/** What a pipeline is made with. `memories` is what a former process life left behind. */
export interface PipelineOptions {
  readonly cluster: string;
  readonly history: History;
  readonly memories: readonly NodeMemory[];
}

/** The pipeline. Every read first advances to its instant, so that counters move at every read and all families are cut at one time. */
export interface Pipeline {
  readonly roll: Roll;
  apply(event: ClusterEvent): void;
  advance(now: Instant): void;
  /** Every policy's figures at `now` as they are exported, sorted by namespace and DaemonSet. */
  read(now: Instant, span?: Exclude<Span, 'seen'>): readonly PolicyReading[];
  /** True while this replica leads: only then do its exported counters move, and its gauges are to be shown. */
  leads(now: Instant): boolean;
  summaries(now: Instant): readonly PolicySummary[];
  answer(policyUid: string, now: Instant): PolicyAnswer | undefined;
}

/** Creates a pipeline that knows nothing yet. */
export function createPipeline({ cluster, history, memories }: PipelineOptions): Pipeline {
  const ledger = createLedger();
  const roll = createRoll({
    cluster,
    memories,
    sink: {
      adopted: (policy, now) => ledger.adopt(policy, now),
      dropped: (policy) => ledger.drop(policy),
      moved: (move) => ledger.move(move),
      transition: (transition) => history.append(transition),
      remember: ({ policy }, record, now) => history.remember?.(toMemory(record, policy.uid, now)),
    },
  });
  const books: Books = { roll, ledger };
  return {
    roll,
    apply: (event) => {
      if (event.kind === 'role') ledger.take(event, roll.advance(event).monoMs);
      else roll.apply(event);
    },
    advance: (now) => void roll.advance(now),
    read: (now, span = 'exported') =>
      readAll(books, span, now)
        .map(([, reading]) => reading)
        .sort(byName),
    leads: (now) => ledger.leads(roll.advance(now).monoMs),
    summaries: (now) =>
      readAll(books, 'seen', now)
        .map(([own, reading]) => summarisePolicy(own, reading))
        .sort(byName),
    answer: (policyUid, told) => {
      const now = roll.advance(told);
      const own = roll.policies.get(policyUid);
      return own === undefined
        ? undefined
        : answerPolicy(own, readOne(books, own, { span: 'seen', now }), history.durable);
    },
  };
}

interface Books {
  readonly roll: Roll;
  readonly ledger: Ledger;
}

function readAll(books: Books, span: Span, told: Instant): readonly (readonly [PolicyRoll, PolicyReading])[] {
  const now = books.roll.advance(told);
  return [...books.roll.policies.values()].map((own) => [own, readOne(books, own, { span, now })]);
}

function readOne(
  { roll, ledger }: Books,
  own: PolicyRoll,
  { span, now }: { readonly span: Span; readonly now: Instant },
): PolicyReading {
  const daemonSet = findDaemonSet(roll.inventory, own.policy.namespace, own.policy.daemonset);
  return readPolicy({ roll: own, ledger, span, daemonSet, monoMs: now.monoMs });
}

interface Named {
  readonly namespace: string;
  readonly daemonset: string;
}

function byName(one: Named, other: Named): number {
  if (one.namespace !== other.namespace) return one.namespace < other.namespace ? -1 : 1;
  return one.daemonset < other.daemonset ? -1 : Number(one.daemonset > other.daemonset);
}
