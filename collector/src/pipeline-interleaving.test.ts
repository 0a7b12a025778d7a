import { daemonSource, podSource, WATCH, type ClusterEvent } from '@rollcall/contract';
import { expect, inject, test } from 'vitest';
import type { Instant, Roll, Standing } from './coverage/index.ts';
import { findDaemonSet } from './inventory/index.ts';
import { createAudited } from './test-audit.ts';
import { describeStanding } from './test-cluster.ts';
import { HOUR } from './test-objects.ts';
import { createChance, type Chance } from './test-random.ts';
import { DAEMON_SOURCES } from './test-world-witnesses.ts';
import { createWorld, type World } from './test-world.ts';

/** Other worlds come by ROLLCALL_SEED. */
const FIRST_SEED = Number(process.env['ROLLCALL_SEED'] ?? 7_000);
const SEEDS = Array.from({ length: 5 * inject('rounds') }, (_, index) => FIRST_SEED + index);
const EVENTS = 400;
const ORDERS = 5;
const DAEMON_SETS = ['d0', 'd1', 'd2', 'd3', 'e0'];
const SOURCES = [
  WATCH.nodes,
  WATCH.daemonsets,
  WATCH.nodeStates,
  ...DAEMON_SOURCES.map(daemonSource),
  ...DAEMON_SETS.map((name) => podSource('agents', name)),
];

interface Told {
  readonly world: World;
  /** The events of each watch in its own order, all at the same instant; each begins syncing and ends live. */
  readonly watches: readonly (readonly ClusterEvent[])[];
}

/** What the watches of a random world told. */
function tell(seed: number): Told {
  const events: ClusterEvent[] = [];
  const world = createWorld({ seed, wallSteps: false, emit: (event) => events.push(event) });
  for (let step = 0; step < EVENTS; step += 1) world.step();
  const owners = new Map<string, string>();
  const byWatch = new Map<string, ClusterEvent[]>();
  for (const source of SOURCES) {
    byWatch.set(source, [watchState(source, 'syncing', world.now())]);
  }
  for (const event of events) {
    const source = sourceOf(event, owners);
    if (source === undefined) continue;
    const own = byWatch.get(source) ?? [];
    byWatch.set(source, own);
    own.push({ ...event, ...world.now() });
  }
  for (const [source, own] of byWatch) own.push(watchState(source, 'live', world.now()));
  return { world, watches: [...byWatch.values()] };
}

function watchState(source: string, state: 'syncing' | 'live', now: Instant): ClusterEvent {
  return { kind: 'watchState', source, uid: source, state, ...now };
}

function sourceOf(event: ClusterEvent, owners: Map<string, string>): string | undefined {
  switch (event.kind) {
    case 'node':
      return WATCH.nodes;
    case 'daemonset':
      return WATCH.daemonsets;
    case 'pod':
      if (event.object !== undefined) owners.set(event.uid, event.object.name.split('-')[0] ?? '');
      return podSource('agents', owners.get(event.uid) ?? '');
    case 'daemon':
    case 'nodeState':
      return event.source;
    case 'revision':
    case 'policy':
      return event.kind;
    default:
      return undefined;
  }
}

/** One merge of the watches; each keeps its own order. */
function merge(chance: Chance, watches: Told['watches']): readonly ClusterEvent[] {
  const left = watches.map((events) => [...events]);
  const merged: ClusterEvent[] = [];
  for (;;) {
    const open = left.filter((events) => events.length > 0);
    if (open.length === 0) return merged;
    // Now and then a watch gets far ahead of the others.
    const events = chance.pick(open);
    merged.push(...events.splice(0, chance.once(3) ? 1 + chance.below(60) : 1));
  }
}

/** What only the present decides: a day later nothing is young any more, and how a node became ineligible is memory. */
function settle(roll: Roll, { monoMs, wallMs }: Instant): readonly string[] {
  roll.advance({ monoMs: monoMs + 25 * HOUR, wallMs: wallMs + 25 * HOUR });
  const decided = [...roll.policies].filter(([, { policy }]) => {
    // Without the DaemonSet an inferred scope is what its last template said: memory.
    const { namespace, daemonset } = policy;
    const daemonSet = findDaemonSet(roll.inventory, namespace, daemonset);
    return daemonSet !== undefined || policy.selector !== undefined;
  });
  const lines = decided.flatMap(([uid, own]) => [
    `${uid} started: ${own.started}, eligible: ${own.eligible}`,
    ...[...own.records].map(([key, { standing }]) => `${uid} ${key}: ${settleStanding(standing)}`),
  ]);
  return lines.filter((line) => !line.endsWith('outOfScope')).sort();
}

function settleStanding(standing: Standing | undefined): string {
  const state = describeStanding(standing).replace(/LabelDrift|NodeSelectorMismatch|UntoleratedTaint/, 'Ineligible');
  if (standing === undefined || standing.state === 'outOfScope') return 'outOfScope';
  const { pool, eligible, current, layers } = standing;
  return `${state} in ${pool}, ${eligible ? 'eligible' : 'not eligible'}, ${current ? 'current' : 'old'}, good: ${layers.join()}`;
}

/** The state of a roll that is listed only what is there at the end. */
function listAfresh(world: World): readonly string[] {
  const { roll } = createAudited();
  const stamp = { source: 'list', ...world.now() };
  for (const object of world.policies.values()) roll.apply({ kind: 'policy', uid: object.uid, object, ...stamp });
  for (const object of world.daemonSets.values()) roll.apply({ kind: 'daemonset', uid: object.uid, object, ...stamp });
  for (const object of world.nodes.values()) roll.apply({ kind: 'node', uid: object.uid, object, ...stamp });
  for (const { object } of world.pods.values()) roll.apply({ kind: 'pod', uid: object.uid, object, ...stamp });
  for (const [uid, object] of world.revisions) roll.apply({ kind: 'revision', uid, object, ...stamp });
  for (const { source, object } of world.daemons.values())
    roll.apply({ ...stamp, kind: 'daemon', uid: object.uid, object, source });
  for (const { source, object } of world.nodeStates.values())
    roll.apply({ ...stamp, kind: 'nodeState', uid: object.uid, object, source });
  for (const source of SOURCES) {
    roll.apply(watchState(source, 'live', world.now()));
  }
  return settle(roll, world.now());
}

test.each(SEEDS)(
  'the watches of a random world end in the same state in whatever order they are heard (seed %i)',
  (seed) => {
    const { world, watches } = tell(seed);
    const afresh = listAfresh(world);
    expect(afresh.length).toBeGreaterThan(20);
    const chance = createChance(seed);
    for (let order = 0; order < ORDERS; order += 1) {
      const { roll } = createAudited();
      for (const event of merge(chance, watches)) roll.apply(event);
      expect(settle(roll, world.now()), `order ${order}`).toEqual(afresh);
    }
  },
);
