/** A random cluster for tests: objects of every kind come, change and go by chance; what it holds is the truth that events tell. */
import {
  daemonSource,
  podSource,
  WATCH,
  type ClusterEvent,
  type DaemonObject,
  type DaemonSetObject,
  type NodeObject,
  type NodeStateObject,
  type PodObject,
  type Policy,
  type RevisionObject,
  type WatchStateName,
} from '@rollcall/contract';
import type { Instant } from './coverage/index.ts';
import type { Unstamped } from './test-cluster.ts';
import { buildDaemonSet, buildNode, buildPod, condition, HOUR, MINUTE, START, taint, readyAs } from './test-objects.ts';
import { createChance, type Chance } from './test-random.ts';
import { drawPolicy } from './test-world-policy.ts';
import { changeDaemon, changeNodeState, DAEMON_SOURCES, drawNames } from './test-world-witnesses.ts';
import { relabel, renewLease, restartAgain, unschedule, type WorldWitness } from './test-world-witnesses.ts';

/** A pod and when it became Ready, or not Ready, on the monotonic clock. */
export interface WorldPod {
  readonly object: PodObject;
  readonly readyAtMono: number;
}

/** What the world holds now. Each `step` changes one thing, a moment later, and tells it. */
export interface World {
  readonly nodes: ReadonlyMap<string, NodeObject>;
  readonly pods: ReadonlyMap<string, WorldPod>;
  readonly daemonSets: ReadonlyMap<string, DaemonSetObject>;
  readonly revisions: ReadonlyMap<string, RevisionObject>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly daemons: ReadonlyMap<string, WorldWitness<DaemonObject>>;
  readonly nodeStates: ReadonlyMap<string, WorldWitness<NodeStateObject>>;
  readonly watches: ReadonlyMap<string, WatchStateName>;
  now(): Instant;
  step(): void;
}

interface Stage {
  readonly chance: Chance;
  readonly nodes: Map<string, NodeObject>;
  readonly pods: Map<string, WorldPod>;
  readonly daemonSets: Map<string, DaemonSetObject>;
  readonly revisions: Map<string, RevisionObject>;
  readonly policies: Map<string, Policy>;
  readonly daemons: Map<string, WorldWitness<DaemonObject>>;
  readonly nodeStates: Map<string, WorldWitness<NodeStateObject>>;
  readonly learned: Set<string>;
  readonly watches: Map<string, WatchStateName>;
  readonly clock: { monoMs: number; wallMs: number; stepped: boolean };
  /** A number that was never used before. */
  fresh(): number;
  send(event: Unstamped, source?: string): void;
  tellWatch(source: string, state: WatchStateName): void;
}

const NODES = 40;
const TEMPLATES = [
  {},
  {},
  { nodeSelector: { role: 'worker' } },
  { tolerations: [{ key: 'dedicated', operator: 'Exists', value: '', effect: '' }] },
];
const TAINTS = [
  taint('dedicated'),
  taint('evicting', 'NoExecute'),
  taint('soft', 'PreferNoSchedule'),
  taint('ToBeDeletedByClusterAutoscaler'),
  taint('node.kubernetes.io/not-ready'),
  taint('node.kubernetes.io/not-ready', 'NoExecute'),
  taint('node.kubernetes.io/unschedulable'),
];

/** How the world goes on; `wallSteps` says whether the wall clock may be set, by an hour forth and later back. */
export interface WorldOptions {
  readonly seed: number;
  readonly wallSteps: boolean;
  emit(event: ClusterEvent): void;
}

/** An empty world, whose watches are not live yet. */
export function createWorld({ seed, wallSteps, emit }: WorldOptions): World {
  const clock = { ...START, stepped: false };
  const chance = createChance(seed);
  let numbers = 0;
  const now = (): Instant => ({ monoMs: clock.monoMs, wallMs: clock.wallMs });
  const stage: Stage = {
    chance,
    nodes: new Map(),
    pods: new Map(),
    daemonSets: new Map(),
    revisions: new Map(),
    policies: new Map(),
    daemons: new Map(),
    nodeStates: new Map(),
    learned: new Set(),
    watches: new Map(),
    clock,
    fresh: () => (numbers += 1),
    send: (event, source = 'world') => emit({ ...event, source, ...now() }),
    tellWatch: (source, state) => emit({ kind: 'watchState', source, uid: source, state, ...now() }),
  };
  return {
    ...stage,
    now,
    step: () => {
      wait(stage, wallSteps);
      drawAct(chance)(stage);
    },
  };
}

function wait({ chance, clock }: Stage, wallSteps: boolean): void {
  const span = chance.pick([0, 1_000, 1_000, 5_000, 5_000, 20_000, 20_000, chance.once(60) ? 9 * HOUR : MINUTE]);
  const ms = chance.below(span + 1);
  clock.monoMs += ms;
  clock.wallMs += ms;
  if (!wallSteps || !chance.once(500)) return;
  clock.wallMs += clock.stepped ? -HOUR : HOUR;
  clock.stepped = !clock.stepped;
}

type Act = (stage: Stage) => void;

const ACTS: readonly (readonly [number, Act])[] = [
  [30, changeNode],
  [50, changePod],
  [4, changeDaemonSet],
  [3, addRevision],
  [4, changePolicy],
  [9, changeWatch],
  [25, changeDaemon],
  [12, changeNodeState],
  [2, renewLease],
];
const WEIGHT = ACTS.reduce((sum, [weight]) => sum + weight, 0);

function drawAct(chance: Chance): Act {
  let left = chance.below(WEIGHT);
  for (const [weight, act] of ACTS) {
    if (left < weight) return act;
    left -= weight;
  }
  return changeNode;
}

function changeNode(stage: Stage): void {
  const { chance, nodes, send } = stage;
  const name = `n${chance.below(NODES)}`;
  const known = nodes.get(name);
  if (known !== undefined && chance.once(12)) {
    nodes.delete(name);
    send({ kind: 'node', uid: known.uid, object: undefined });
    return;
  }
  const node = known === undefined || chance.once(40) ? bearNode(stage, name) : alterNode(stage, known);
  nodes.set(name, node);
  send({ kind: 'node', uid: node.uid, object: node });
}

function bearNode({ chance, clock, fresh }: Stage, name: string): NodeObject {
  const young = chance.once(2);
  return buildNode(name, {
    uid: `${name}-${fresh()}`,
    labels: { pool: chance.pick(['a', 'b', 'c']), role: 'worker' },
    ...drawNames(chance, name),
    ...(young ? { createdAt: clock.wallMs, ...readyAs('True', clock.wallMs) } : {}),
  });
}

function alterNode({ chance, clock }: Stage, node: NodeObject): NodeObject {
  const some = chance.once(2) ? [] : TAINTS.filter(() => chance.once(8));
  const status = chance.pick(['True', 'True', 'True', 'True', 'True', 'True', 'False', 'Unknown']);
  const changes: readonly (() => Partial<NodeObject>)[] = [
    () => relabel(node, { pool: chance.pick(['a', 'b', 'c', '']) }),
    () => relabel(node, { role: chance.pick(['worker', 'worker', 'idle']) }),
    () => relabel(node, { type: chance.once(8) ? 'virtual-kubelet' : '' }),
    () => ({ taints: some }),
    () => ({ taints: some }),
    () => ({ ready: condition(status, 'Kubelet'), readySince: clock.wallMs }),
    () => ({ ready: condition(status, 'Kubelet'), readySince: clock.wallMs }),
    () => drawNames(chance, node.name),
    () => ({ deletedAt: chance.once(8) ? clock.wallMs : undefined }),
  ];
  return { ...node, ...chance.pick(changes)() };
}

function changePod(stage: Stage): void {
  const { chance, pods, daemonSets, send } = stage;
  const daemonSet = chance.pick(['d0', 'd1', 'd2', 'd3', 'e0']);
  const key = `${daemonSet}/n${chance.below(NODES)}${chance.once(8) ? '/second' : ''}`;
  const known = pods.get(key);
  if (known !== undefined && chance.once(known.object.deletedAt === undefined ? 20 : 2)) {
    pods.delete(key);
    send({ kind: 'pod', uid: known.object.uid, object: undefined });
    return;
  }
  const pod = known === undefined ? bearPod(stage, key, daemonSets.get(daemonSet)?.uid) : alterPod(stage, known);
  pods.set(key, pod);
  send({ kind: 'pod', uid: pod.object.uid, object: pod.object });
}

function bearPod({ chance, clock, fresh }: Stage, key: string, ownerUid = 'nobody'): WorldPod {
  const [daemonSet, node] = key.split('/');
  const ageMs = chance.pick([0, 0, 5_000, HOUR]);
  const ready = chance.once(3) ? 'False' : 'True';
  const object = buildPod(node ?? '', {
    uid: `pod-${fresh()}`,
    name: `${daemonSet}-${node}-${fresh()}`,
    ownerUid,
    ...(chance.once(8) ? unschedule(chance) : {}),
    hash: `h${chance.below(3)}`,
    createdAt: clock.wallMs - ageMs,
    ...readyAs(ready, clock.wallMs - ageMs),
  });
  return { object, readyAtMono: clock.monoMs - ageMs };
}

function alterPod({ chance, clock, daemonSets }: Stage, { object, readyAtMono }: WorldPod): WorldPod {
  const owners = [...daemonSets.values()].map(({ uid }) => uid);
  switch (chance.below(9)) {
    case 0:
      return { readyAtMono, object: { ...object, deletedAt: clock.wallMs + chance.below(MINUTE) } };
    case 1:
      return { readyAtMono, object: { ...object, phase: chance.pick(['Running', 'Failed', 'Pending']), bound: true } };
    case 2:
      return { readyAtMono, object: { ...object, ownerUid: chance.pick(['', object.ownerUid, ...owners]) } };
    case 3:
      return { readyAtMono, object: { ...object, deletedAt: undefined } };
    case 4:
      return { readyAtMono, object: { ...object, containers: [restartAgain(object)] } };
    default: {
      const status = chance.once(4) ? 'False' : 'True';
      if (status === object.ready.status) return { readyAtMono, object };
      return { readyAtMono: clock.monoMs, object: { ...object, ...readyAs(status, clock.wallMs) } };
    }
  }
}

function changeDaemonSet({ chance, daemonSets, fresh, send }: Stage): void {
  const name = chance.pick(['d0', 'd1', 'd2', 'd3', 'e0']);
  const known = daemonSets.get(name);
  if (known !== undefined && chance.once(10)) {
    daemonSets.delete(name);
    send({ kind: 'daemonset', uid: known.uid, object: undefined });
    return;
  }
  const status = { desired: chance.below(NODES), observedGeneration: 1 };
  const template = chance.pick(TEMPLATES);
  const minReadySeconds = chance.pick([0, 0, 10]);
  const surge = chance.once(3);
  const born = buildDaemonSet({ name, uid: `${name}-${fresh()}`, status, minReadySeconds, surge, template });
  const altered = { minReadySeconds, surge, placement: born.placement, generation: (known?.generation ?? 0) + 1 };
  const object = known === undefined ? born : { ...known, status, ...(chance.once(2) ? altered : {}) };
  daemonSets.set(name, object);
  send({ kind: 'daemonset', uid: object.uid, object });
}

function addRevision({ chance, daemonSets, revisions, fresh, send }: Stage): void {
  const owner = daemonSets.get(chance.pick(['d0', 'd1', 'd2', 'd3', 'e0']));
  if (owner === undefined) return;
  const revision = fresh();
  const uid = `revision-${owner.uid}-${chance.below(3)}`;
  const born = { uid, ownerUid: owner.uid, revision, hash: `h${chance.below(3)}` };
  const object = chance.once(10) ? undefined : born;
  if (object === undefined) revisions.delete(uid);
  else revisions.set(uid, object);
  send({ kind: 'revision', uid, object });
}

function changePolicy({ chance, policies, clock, send }: Stage): void {
  const uid = `p${chance.below(4)}`;
  const gone = policies.has(uid) && chance.once(10);
  const object = gone ? undefined : drawPolicy(chance, uid, clock.wallMs);
  if (object === undefined) policies.delete(uid);
  else policies.set(uid, object);
  send({ kind: 'policy', uid, object });
}

function changeWatch({ chance, watches, tellWatch }: Stage): void {
  const pods = ['d0', 'd1', 'd2', 'd3', 'e0'].map((name) => podSource('agents', name));
  const daemons = DAEMON_SOURCES.map(daemonSource);
  const all: readonly string[] = [WATCH.nodes, WATCH.daemonsets, WATCH.nodeStates, ...daemons, ...pods];
  const dark = all.filter((source) => watches.get(source) !== 'live');
  const source = chance.pick(dark.length > 0 && !chance.once(5) ? dark : all);
  const ends: readonly WatchStateName[] = [...pods, ...daemons].includes(source)
    ? ['stale', 'gone', 'syncing']
    : ['stale', 'syncing'];
  const state = dark.includes(source) && !chance.once(5) ? 'live' : chance.pick(ends);
  watches.set(source, state);
  tellWatch(source, state);
}
