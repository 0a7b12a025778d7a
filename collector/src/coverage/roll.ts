/** The roll call itself: applies events, reviews the nodes that they touch under every policy, and fires what is due. */
import { daemonSource, WATCH, type ClusterEvent, type NodeMemory } from '@rollcall/contract';
import { applyEvent, createInventory, type Inventory, type Touched } from '../inventory/index.ts';
import { applyPolicy, keepDaemonSet, start } from './apply-policy.ts';
import type { Due, RollSink } from './book.ts';
import { ASKED_LAYERS } from './judge.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { Context } from './roll-context.ts';
import { createStandings } from './standing.ts';
import type { Instant } from './subject.ts';
import { createTimers, type Timers } from './timers.ts';
import { review, reviewAll, settle, strike } from './walk-roll.ts';

/** The roll of all policies. Owns the inventory and every record; nobody else changes them. */
export interface Roll {
  readonly inventory: Inventory;
  /** By policy UID. */
  readonly policies: ReadonlyMap<string, PolicyRoll>;
  /** Applies one event, after everything that was due before it. Times must not fall; an earlier one counts as the latest. */
  apply(event: ClusterEvent): void;
  /** Fires what is due up to and including `now`, each at its own due time; answers the instant that counts as now. */
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

/** Creates a roll that knows nothing yet. */
export function createRoll({ cluster, sink, memories }: RollOptions): Roll {
  const context: Context = {
    cluster,
    sink,
    standings: createStandings(),
    timers: createTimers<Due>(),
    sequence: 0,
    inventory: createInventory(),
    policies: new Map(),
    memories: new Map(memories.map((memory) => [`${memory.policyUid}/${memory.nodeUid}`, memory])),
    latestMono: 0,
  };
  return {
    inventory: context.inventory,
    policies: context.policies,
    apply: (event) => {
      const now = advance(context, event);
      if (event.kind === 'policy') applyPolicy(context, event.uid, { policy: event.object, now });
      else dispatch(context, applyEvent(context.inventory, { ...event, ...now }), now);
    },
    advance: (now) => advance(context, now),
    nextDueMono: () => context.timers.next(),
  };
}

function advance(context: Context, told: Instant): Instant {
  const now = notBefore(context.latestMono, told);
  context.latestMono = now.monoMs;
  for (let timer = takeDue(context, now); timer !== undefined; timer = takeDue(context, now)) {
    const { roll, key } = timer.item;
    const record = roll.records.get(key);
    if (record?.dueMono !== timer.dueMono) continue;
    record.dueMono = undefined;
    const at = { monoMs: timer.dueMono, wallMs: now.wallMs - (now.monoMs - timer.dueMono) };
    review(context, roll, { name: key, cause: 'change', now: at });
    settle(context, roll, at);
  }
  return now;
}

function takeDue({ timers }: Context, { monoMs }: Instant): ReturnType<Timers<Due>['take']> {
  return timers.next() <= monoMs ? timers.take() : undefined;
}

function notBefore(latestMono: number, { monoMs, wallMs }: Instant): Instant {
  const late = Math.max(0, latestMono - monoMs);
  return { monoMs: monoMs + late, wallMs: wallMs + late };
}

function dispatch(context: Context, touched: Touched, now: Instant): void {
  switch (touched.kind) {
    case 'nothing':
      return;
    case 'node':
      return onNode(context, touched, now);
    case 'repeat':
      return reviewSome(context, [touched.node], { concerns: readsWallClock, now });
    case 'pods':
      return onPods(context, touched, now);
    case 'witness':
      return reviewSome(context, touched.nodes, { concerns: hears(touched.source), now });
    case 'daemonset':
      return forStarted(context, now, {
        concerns: isAbout(touched.key),
        work: (roll) => {
          const cause = keepDaemonSet(context, roll);
          if (touched.spec) reviewAll(context, roll, { cause, now });
        },
      });
    case 'revision':
      return forStarted(context, now, {
        concerns: ownsAny([touched.ownerUid]),
        work: (roll) => {
          reviewAll(context, roll, { cause: 'change', now });
        },
      });
    case 'watch':
      return onWatch(context, touched.source, now);
  }
}

function onNode(context: Context, touched: Extract<Touched, { readonly kind: 'node' }>, now: Instant): void {
  forStarted(context, now, {
    concerns: anyRoll,
    work: (roll) => {
      if (touched.removed !== undefined)
        strike(context, roll, { key: touched.name, now, evidence: 'the node is gone' });
      review(context, roll, {
        name: touched.name,
        cause: touched.isNew ? 'newNode' : 'change',
        before: touched.before,
        now,
      });
    },
  });
  reviewSome(context, touched.witnessed, { concerns: hearsWitnesses, now });
}

function onPods(context: Context, touched: Extract<Touched, { readonly kind: 'pods' }>, now: Instant): void {
  reviewSome(context, touched.nodes, { concerns: ownsAny(touched.owners), now });
  reviewSome(context, touched.witnessed, { concerns: hearsWitnesses, now });
}

type Concerns = (roll: PolicyRoll) => boolean;

/** Which rolls an event concerns, and what it does to each. */
interface Concern {
  readonly concerns: Concerns;
  readonly work: (roll: PolicyRoll) => void;
}

const anyRoll: Concerns = () => true;

const hearsWitnesses: Concerns = ({ policy }) =>
  policy.daemonLayer !== undefined || policy.heartbeatLayer !== undefined;

/** What else is judged changes by an event or at a due time; a step of the wall clock is neither. */
const readsWallClock: Concerns = ({ policy }) => policy.exemptions.length > 0;

function hears(source: string): Concerns {
  return ({ policy: { daemonLayer, heartbeatLayer } }) =>
    source === WATCH.nodeStates
      ? heartbeatLayer !== undefined
      : daemonLayer !== undefined && daemonSource(daemonLayer.source) === source;
}

interface Some {
  readonly concerns: Concerns;
  readonly now: Instant;
}

function reviewSome(context: Context, names: readonly string[], { concerns, now }: Some): void {
  if (names.length === 0) return;
  forStarted(context, now, {
    concerns,
    work: (roll) => {
      for (const name of names) review(context, roll, { name, cause: 'change', now });
    },
  });
}

function ownsAny(ownerUids: readonly string[]): Concerns {
  return ({ lastDaemonSet }) => lastDaemonSet !== undefined && ownerUids.includes(lastDaemonSet.object.uid);
}

function isAbout(key: string): Concerns {
  return ({ policy }) => `${policy.namespace}/${policy.daemonset}` === key;
}

/** Works on the started rolls that an event concerns; the others cost a comparison, so that many policies stay cheap. */
function forStarted(context: Context, now: Instant, { concerns, work }: Concern): void {
  for (const roll of context.policies.values()) {
    if (!roll.started || !concerns(roll)) continue;
    work(roll);
    settle(context, roll, now);
  }
}

function onWatch(context: Context, source: string, now: Instant): void {
  for (const roll of context.policies.values()) {
    roll.observed = undefined;
    if (roll.started && !needs(roll, source)) continue;
    if (roll.started) reviewAll(context, roll, { cause: 'change', now });
    else start(context, roll, now);
    settle(context, roll, now);
  }
}

function needs({ policy, daemonSet }: PolicyRoll, source: string): boolean {
  // Phantoms hang on the nodes alone.
  if (source === WATCH.nodes) return true;
  const asked = ASKED_LAYERS.filter((layer) => layer.isAsked(policy));
  return asked.some((layer) => layer.sources({ policy, daemonSet }).includes(source));
}
