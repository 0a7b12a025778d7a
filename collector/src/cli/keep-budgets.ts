/** Keeps budgets by the journal: reads it once a minute beside everything else, so that no answer and no scrape waits for it. */
import type {
  BudgetFigures,
  HourPage,
  JournalReader,
  Objective,
  ObjectiveAnswer,
  ObjectivesAnswer,
  Policy,
  TargetSuggestion,
} from '@rollcall/contract';
import type { Clock, Log, Timers } from '@rollcall/kube';
import type { WindowReading } from '../sli/index.ts';
import { createBudgetBook, KEPT_MS, type BudgetBook, type Reckoning } from '../slo/index.ts';
import { sayWindow } from './say-window.ts';

/** What budgets are kept with. */
export interface BudgetHost {
  readonly journal: Pick<JournalReader, 'hours' | 'joins'> & { readonly durable: boolean };
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly timers: Timers;
  readonly log: Log;
  policies(): readonly Policy[];
}

/** Budgets as of the last time that the journal was read; nothing here waits. */
export interface Budgets {
  objectives(policy: Policy): readonly ObjectiveAnswer[];
  windows(about: Pick<Policy, 'namespace' | 'daemonset'>): readonly WindowReading[];
  /** Of the coverage objective, in the share of the whole; undefined without one, or without history. */
  remaining(policyUid: string): number | undefined;
  all(): ObjectivesAnswer;
  stop(): void;
}

const HOUR_MS = 3_600_000;
const READ_MS = 60_000;
/** Hours of others are fetched after they have ended, and may be better ones than ours: everything is read anew so often. */
const WHOLE_MS = 6 * HOUR_MS;
const TAIL_HOURS = 3;
const PAGE = 5_000;
const NO_JOURNAL = 'Budgets come from the journal; start rollcall serve with --journal PATH.';

interface Kept extends BudgetHost {
  book: BudgetBook;
  asOfMs: number | undefined;
  /** Meanwhile the book is not whole. */
  renewing: boolean;
  suggested: { readonly asOfMs: number; readonly byUid: ReadonlyMap<string, readonly TargetSuggestion[]> };
  wholeAtMs: number;
  ledger: number;
  note: string;
  answers: ReadonlyMap<string, readonly ObjectiveAnswer[]>;
  windows: ReadonlyMap<string, readonly WindowReading[]>;
}

/** Begins. A journal that cannot be read is said in the note, logged once, and asked again after a minute. */
export function keepBudgets(host: BudgetHost): Budgets {
  const kept: Kept = {
    ...host,
    book: createBudgetBook(),
    asOfMs: undefined,
    renewing: false,
    suggested: { asOfMs: 0, byUid: new Map() },
    wholeAtMs: -Infinity,
    ledger: -1,
    note: host.journal.durable ? 'The journal has not been read yet.' : NO_JOURNAL,
    answers: new Map(),
    windows: new Map(),
  };
  let cancel: () => void = () => undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    await renew(kept);
    if (!stopped) cancel = host.timers.after(READ_MS, () => void turn());
  };
  // The first policies come within seconds; until then there is nothing to reckon.
  if (host.journal.durable) cancel = host.timers.after(FIRST_MS, () => void turn());
  return {
    objectives: ({ uid }) => kept.answers.get(uid) ?? [],
    windows: (about) => kept.windows.get(nameOf(about)) ?? [],
    remaining: (uid) => kept.answers.get(uid)?.find(({ sli }) => sli === 'coverage')?.adjusted.budget?.leftRatio,
    all: () => tellAll(kept),
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}

const FIRST_MS = 3_000;

/** Never rejects. */
async function renew(kept: Kept): Promise<void> {
  const { clock, log } = kept;
  kept.renewing = true;
  try {
    const nowMs = clock.wallMs();
    await readJournal(kept, nowMs);
    await reckonAll(kept, nowMs);
    kept.asOfMs = nowMs;
    kept.note = '';
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    if (note !== kept.note) log.warn({ err: error }, 'budgets stay as they were: the journal cannot be read');
    kept.note = note;
    // What was taken is not whole.
    kept.wholeAtMs = -Infinity;
  } finally {
    kept.renewing = false;
  }
}

async function readJournal(kept: Kept, nowMs: number): Promise<void> {
  const { journal } = kept;
  const isWhole = nowMs - kept.wholeAtMs >= WHOLE_MS;
  const floor = nowMs - (nowMs % HOUR_MS);
  const sinceMs = isWhole ? Math.max(0, floor - KEPT_MS) : floor - TAIL_HOURS * HOUR_MS;
  // Of policies that are gone there is no more than the journal still has.
  const book = isWhole ? createBudgetBook() : kept.book;
  book.forgetFrom(sinceMs);
  let after: string | undefined;
  do {
    const page: HourPage = await journal.hours({ sinceMs, limit: PAGE, best: true, after });
    book.take(page);
    after = page.next;
    // Entries of the ledger are about hours that were read before.
    if (page.exclusions.length !== kept.ledger) {
      kept.ledger = page.exclusions.length;
      if (!isWhole) {
        kept.wholeAtMs = -Infinity;
        return readJournal(kept, nowMs);
      }
    }
  } while (after !== undefined);
  book.takeJoins(await journal.joins(sinceMs));
  kept.book = book;
  if (isWhole) kept.wholeAtMs = nowMs;
}

async function reckonAll(kept: Kept, nowMs: number): Promise<void> {
  const policies = kept.policies();
  const reckoned = (policy: Policy) =>
    policy.objectives.map((own) => answer(own, kept.book.reckon(policy.uid, own, nowMs)));
  const answers = new Map<string, readonly ObjectiveAnswer[]>();
  const windows = new Map<string, readonly WindowReading[]>();
  for (const policy of policies) {
    answers.set(policy.uid, reckoned(policy));
    windows.set(nameOf(policy), readWindows(kept.book, policy, nowMs));
    // Some milliseconds each: events come first.
    await new Promise<void>((go) => void kept.timers.after(0, go));
  }
  Object.assign(kept, { answers, windows });
}

function nameOf({ namespace, daemonset }: Pick<Policy, 'namespace' | 'daemonset'>): string {
  return `${namespace}/${daemonset}`;
}

const DAY_MS = 24 * HOUR_MS;

/** The windows of trends, and the objective's own. */
function readWindows(book: BudgetBook, { uid, objectives }: Policy, nowMs: number): readonly WindowReading[] {
  return objectives.flatMap((own) => {
    const { calendar: _, ...rolling } = own;
    const trends = [30, 90].map((days): Objective => ({ ...rolling, windowMs: days * DAY_MS }));
    const others = trends.filter((trend) => sayWindow(trend) !== sayWindow(own));
    return [own, ...others].flatMap((objective) => {
      const { adjusted, raw } = book.reckon(uid, objective, nowMs);
      const { valid, good, budget } = adjusted;
      if (budget === null || raw.budget === null) return [];
      const left = { budgetRemaining: budget.leftRatio, budgetRemainingRaw: raw.budget.leftRatio };
      return [{ sli: own.sli, window: sayWindow(objective), attainment: good / valid, ...left }];
    });
  });
}

function answer(objective: Objective, { span, exhaustedInMs, ...reckoning }: Reckoning): ObjectiveAnswer {
  const { sli, target, calendar, owners } = objective;
  const unit = sli === 'join' ? 'joins' : 'node-seconds';
  const scale = sli === 'join' ? 1 : 1_000;
  return {
    sli,
    target,
    window: sayWindow(objective),
    timeZone: calendar?.timeZone ?? null,
    owners: owners ?? null,
    unit,
    from: new Date(span.fromMs).toISOString(),
    to: new Date(span.toMs).toISOString(),
    ...reckoning,
    adjusted: inUnits(reckoning.adjusted, scale),
    raw: inUnits(reckoning.raw, scale),
    exhaustedInSeconds: exhaustedInMs === null ? null : exhaustedInMs / 1_000,
  };
}

function inUnits({ valid, good, unobserved, budget, ...rest }: BudgetFigures, scale: number): BudgetFigures {
  return {
    valid: valid / scale,
    good: good / scale,
    unobserved: unobserved / scale,
    ...rest,
    budget: budget && {
      total: budget.total / scale,
      spent: budget.spent / scale,
      left: budget.left / scale,
      leftRatio: budget.leftRatio,
    },
  };
}

function tellAll(kept: Kept): ObjectivesAnswer {
  const { asOfMs, note, answers, policies } = kept;
  const suggested = suggest(kept);
  const items = policies().map(({ uid, namespace, daemonset }) => ({
    namespace,
    daemonset,
    objectives: answers.get(uid) ?? [],
    suggestions: suggested.get(uid) ?? [],
  }));
  return { asOf: asOfMs === undefined ? null : new Date(asOfMs).toISOString(), note, items };
}

/** Some milliseconds for a policy: only when somebody asks, and once for each reading of the journal. */
function suggest(kept: Kept): ReadonlyMap<string, readonly TargetSuggestion[]> {
  const { asOfMs, book, policies, suggested, renewing } = kept;
  if (asOfMs === undefined || renewing || suggested.asOfMs === asOfMs) return suggested.byUid;
  const byUid = new Map(policies().map(({ uid }) => [uid, book.suggest(uid, asOfMs)]));
  kept.suggested = { asOfMs, byUid };
  return byUid;
}
