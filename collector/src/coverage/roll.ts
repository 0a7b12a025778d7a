/**
 * The roll call itself: applies events, reviews the nodes that they touch under every policy, and fires what is due. An event that
 * touches whole policies is worked off in stretches; the next event waits for that, so that pauses change nothing of what comes out.
 */
import type { ClusterEvent, NodeMemory } from '@rollcall/contract';
import { applyEvent, createInventory, type Inventory } from '../inventory/index.ts';
import { applyPolicy } from './apply-policy.ts';
import type { Due, RollSink } from './book.ts';
import { dispatch } from './dispatch.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { Context, Work } from './roll-context.ts';
import { createStandings } from './standing.ts';
import type { Instant } from './subject.ts';
import { createTimers } from './timers.ts';
import { review, settle } from './walk-roll.ts';

/** The roll of all policies. Owns the inventory and every record; nobody else changes them. */
export interface Roll {
  readonly inventory: Inventory;
  /** By policy UID. */
  readonly policies: ReadonlyMap<string, PolicyRoll>;
  /** Applies one event, after everything that was due before it. Times must not fall; an earlier one counts as the latest. */
  apply(event: ClusterEvent): void;
  /** The same in stretches: begins with the event, which nothing else may follow before `proceed` says that it is done. */
  begin(event: ClusterEvent): void;
  /** Works on what was begun for about a millisecond; false once it is done. */
  proceed(): boolean;
  /** The roll that is half changed between two stretches, or about to be; undefined when none is. */
  inProgress(): PolicyRoll | undefined;
  /**
   * Fires what is due up to and including `now`, each at its own due time; answers the instant that counts as now: between two
   * stretches the one up to which all is known, and then nothing fires.
   */
  advance(now: Instant): Instant;
  /** When to call `advance` next, Infinity for never. */
  nextDueMono(): number;
}

/** What the roll works with. `memories` is what the journal remembers from before. */
export interface RollOptions {
  readonly cluster: string;
  readonly sink: RollSink;
  readonly memories: readonly NodeMemory[];
}

/** So many timers are fired in one stretch. */
const FIRED_IN_STRETCH = 100;

/** Creates a roll that knows nothing yet. */
export function createRoll(options: RollOptions): Roll {
  const context = createContext(options);
  let work: Work | undefined;
  let half: PolicyRoll | undefined;
  const proceed = (): boolean => {
    const ongoing = work;
    // Whatever is thrown ends the work: what was to come of it is lost, not all that comes later.
    [work, half] = [undefined, undefined];
    const step = ongoing?.next();
    if (step === undefined || step.done === true) return false;
    [work, half] = [ongoing, step.value];
    return true;
  };
  const begin = (event: ClusterEvent): void => {
    while (proceed());
    work = context.timers.next() <= event.monoMs ? fireThenApply(context, event) : applyAt(context, event);
  };
  return {
    inventory: context.inventory,
    policies: context.policies,
    begin,
    proceed,
    inProgress: () => half,
    apply: (event) => {
      begin(event);
      while (proceed());
    },
    advance: (now) => (work === undefined ? advance(context, now) : context.latest),
    nextDueMono: () => context.timers.next(),
  };
}

function createContext({ cluster, sink, memories }: RollOptions): Context {
  return {
    cluster,
    sink,
    standings: createStandings(),
    timers: createTimers<Due>(),
    sequence: 0,
    inventory: createInventory(),
    policies: new Map(),
    memories: new Map(memories.map((memory) => [`${memory.policyUid}/${memory.nodeUid}`, memory])),
    rememberedUntil: lastWritten(memories),
    latest: { monoMs: 0, wallMs: 0 },
  };
}

function lastWritten(memories: readonly NodeMemory[]): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const { policyUid, wallMs } of memories) latest.set(policyUid, Math.max(latest.get(policyUid) ?? 0, wallMs));
  return latest;
}

function applyAt(context: Context, event: ClusterEvent): Work | undefined {
  const now = reach(context, event);
  if (event.kind === 'policy') return applyPolicy(context, event.uid, { policy: event.object, now });
  return dispatch(context, applyEvent(context.inventory, { ...event, ...now }), now);
}

function* fireThenApply(context: Context, event: ClusterEvent): Work {
  for (let fired = 1; fireNext(context, event); fired += 1) if (fired % FIRED_IN_STRETCH === 0) yield undefined;
  const rest = applyAt(context, event);
  if (rest !== undefined) yield* rest;
}

function advance(context: Context, told: Instant): Instant {
  while (fireNext(context, told));
  return reach(context, told);
}

/** Makes an instant the latest, if it is not before that. */
function reach(context: Context, { monoMs, wallMs }: Instant): Instant {
  const late = Math.max(0, context.latest.monoMs - monoMs);
  return (context.latest = { monoMs: monoMs + late, wallMs: wallMs + late });
}

/** Fires one timer that is due by `now`, at its due time; false without any. */
function fireNext(context: Context, now: Instant): boolean {
  const { timers } = context;
  const timer = timers.next() <= now.monoMs ? timers.take() : undefined;
  if (timer === undefined) return false;
  const { roll, key } = timer.item;
  const record = roll.records.get(key);
  if (record?.dueMono !== timer.dueMono) return true;
  record.dueMono = undefined;
  const at = reach(context, { monoMs: timer.dueMono, wallMs: now.wallMs - (now.monoMs - timer.dueMono) });
  review(context, roll, { name: key, cause: 'change', now: at });
  settle(context, roll, at);
  return true;
}
