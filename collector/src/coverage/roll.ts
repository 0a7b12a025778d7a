/** The roll call itself: applies events, reviews the nodes that they touch under every policy, and fires what is due. */
import { WATCH, type ClusterEvent, type NodeMemory, type Policy } from '@rollcall/contract';
import { applyEvent, createInventory, findDaemonSet, type Inventory, type Touched } from '../inventory/index.ts';
import { book, type Books, type Due, type RollSink } from './book.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import { endExcuses } from './excuse-caps.ts';
import { ASKED_LAYERS } from './judge.ts';
import { createPhantom, missingNodes, phantomKey, phantomStanding } from './phantoms.ts';
import { createPolicyRoll, divergenceOf, type PolicyRoll } from './policy-roll.ts';
import { reviewNode, type Cause, type Finding } from './review-node.ts';
import { createStandings } from './standing.ts';
import type { Instant } from './subject.ts';
import { createTimers, type Timers } from './timers.ts';

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

interface Context extends Books {
  readonly inventory: Inventory;
  readonly policies: Map<string, PolicyRoll>;
  readonly memories: Map<string, NodeMemory>;
  latestMono: number;
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
    record.dueMono = Infinity;
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
      return forStarted(context, now, {
        concerns: anyRoll,
        work: (roll) => {
          if (touched.removed !== undefined)
            strike(context, roll, { key: touched.name, now, evidence: 'the node is gone' });
          review(context, roll, { name: touched.name, cause: touched.isNew ? 'newNode' : 'change', now });
        },
      });
    case 'pods':
      return forStarted(context, now, {
        concerns: ownsAny(touched.owners),
        work: (roll) => {
          for (const name of touched.nodes) review(context, roll, { name, cause: 'change', now });
        },
      });
    case 'daemonset':
      return forStarted(context, now, {
        concerns: isAbout(touched.key),
        work: (roll) => {
          const first = roll.lastDaemonSet === undefined;
          keepDaemonSet(context, roll);
          if (touched.template) reviewAll(context, roll, { cause: first ? 'start' : 'template', now });
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

type Concerns = (roll: PolicyRoll) => boolean;

/** Which rolls an event concerns, and what it does to each. */
interface Concern {
  readonly concerns: Concerns;
  readonly work: (roll: PolicyRoll) => void;
}

const anyRoll: Concerns = () => true;

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
    if (roll.started && !needs(context, roll, source)) continue;
    if (roll.started) reviewAll(context, roll, { cause: 'change', now });
    else start(context, roll, now);
    settle(context, roll, now);
  }
}

function needs({ inventory }: Context, { policy }: PolicyRoll, source: string): boolean {
  const daemonSet = findDaemonSet(inventory, policy.namespace, policy.daemonset);
  return ASKED_LAYERS.some((layer) => layer.sources({ policy, daemonSet }).includes(source));
}

/** Starts a roll once the nodes and DaemonSets have been listed. */
function start(context: Context, roll: PolicyRoll, now: Instant): void {
  const { watches } = context.inventory;
  const listed = (source: string): boolean => ['live', 'stale'].includes(watches.get(source) ?? '');
  if (!listed(WATCH.nodes) || !listed(WATCH.daemonsets)) return;
  roll.started = true;
  keepDaemonSet(context, roll);
  reviewAll(context, roll, { cause: 'start', now });
}

function keepDaemonSet({ inventory }: Context, roll: PolicyRoll): void {
  const { namespace, daemonset } = roll.policy;
  roll.lastDaemonSet = findDaemonSet(inventory, namespace, daemonset) ?? roll.lastDaemonSet;
}

interface PolicyChange {
  readonly policy: Policy | undefined;
  readonly now: Instant;
}

function applyPolicy(context: Context, uid: string, { policy, now }: PolicyChange): void {
  const known = context.policies.get(uid);
  if (policy === undefined) {
    if (known === undefined) return;
    for (const key of [...known.records.keys()]) strike(context, known, { key, now, evidence: 'the policy is gone' });
    context.policies.delete(uid);
    context.sink.dropped(known.policy);
    return;
  }
  const roll = known ?? createPolicyRoll(policy);
  if (known === undefined) context.sink.adopted(policy, now);
  context.policies.set(uid, roll);
  if (known === undefined) start(context, roll, now);
  else adoptPolicy(context, roll, { policy, now });
  settle(context, roll, now);
}

function adoptPolicy(context: Context, roll: PolicyRoll, { policy, now }: PolicyChange & { policy: Policy }): void {
  const moved = roll.policy.namespace !== policy.namespace || roll.policy.daemonset !== policy.daemonset;
  if (moved) {
    for (const key of [...roll.records.keys()])
      strike(context, roll, { key, now, evidence: 'the policy changed its DaemonSet' });
    roll.lastDaemonSet = undefined;
    roll.phantoms.clear();
    context.sink.dropped(roll.policy);
  }
  context.sink.adopted(policy, now);
  roll.policy = policy;
  keepDaemonSet(context, roll);
  if (roll.started) reviewAll(context, roll, { cause: moved ? 'start' : 'template', now });
}

interface Scan {
  readonly cause: Cause;
  readonly now: Instant;
}

function reviewAll(context: Context, roll: PolicyRoll, { cause, now }: Scan): void {
  for (const name of context.inventory.nodes.keys()) review(context, roll, { name, cause, now });
  for (const [pool, count] of roll.phantoms)
    for (let n = 1; n <= count; n += 1) bookPhantom(context, roll, { pool, n, now });
}

function review(context: Context, roll: PolicyRoll, { name, cause, now }: Scan & { readonly name: string }): void {
  const { inventory, memories } = context;
  const node = inventory.nodes.get(name);
  if (node === undefined) return;
  const recall = (nodeUid: string): NodeMemory | undefined => memories.get(`${roll.policy.uid}/${nodeUid}`);
  const found = reviewNode({ inventory, roll, node, cause, now, recall });
  if (found === undefined) return;
  book(context, roll, { ...found, now, evidence: () => evidenceOf(found) });
}

function evidenceOf({ standing, subject, excuse }: Finding): string {
  if (excuse !== undefined) return excuse.message;
  if (standing.state === 'uncovered') return diagnose(subject).message;
  return standing.rule === '' ? (subject.pod?.object.name ?? '') : `excluded by the rule ${standing.rule}`;
}

interface Struck {
  readonly key: string;
  readonly now: Instant;
  readonly evidence: string;
}

function strike(context: Context, roll: PolicyRoll, { key, now, evidence }: Struck): void {
  const record = roll.records.get(key);
  if (record === undefined) return;
  endExcuses(record, now.monoMs);
  book(context, roll, { record, standing: undefined, dueMono: Infinity, now, evidence: () => evidence });
}

/** What follows from a policy's counts: phantoms, and since when they differ from the controller's. */
function settle(context: Context, roll: PolicyRoll, now: Instant): void {
  if (!roll.started) return;
  for (const [pool, count] of missingNodes(roll)) {
    for (let n = (roll.phantoms.get(pool) ?? 0) + 1; n <= count; n += 1) bookPhantom(context, roll, { pool, n, now });
    for (let n = roll.phantoms.get(pool) ?? 0; n > count; n -= 1) {
      strike(context, roll, { key: phantomKey(pool, n), now, evidence: 'the pool has its nodes again' });
    }
    if (count === 0) roll.phantoms.delete(pool);
    else roll.phantoms.set(pool, count);
  }
  const { namespace, daemonset } = roll.policy;
  const divergence = divergenceOf(roll, findDaemonSet(context.inventory, namespace, daemonset)) ?? 0;
  roll.divergenceSinceMono = divergence === 0 ? undefined : (roll.divergenceSinceMono ?? now.monoMs);
}

function bookPhantom(
  context: Context,
  roll: PolicyRoll,
  { pool, n, now }: { pool: string; n: number; now: Instant },
): void {
  const record = roll.records.get(phantomKey(pool, n)) ?? createPhantom(pool, n, now);
  const standing = phantomStanding(pool, context.inventory.watches);
  book(context, roll, {
    record,
    standing,
    dueMono: Infinity,
    now,
    evidence: () => `the policy promises it for pool ${pool}`,
  });
}
