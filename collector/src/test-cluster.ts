/** A scripted cluster for tests of the core: events on a fake clock go in, states and figures come out in a form that a table can hold. */
import {
  daemonSource,
  LOCAL_SOURCE,
  podSource,
  WATCH,
  type ClusterEvent,
  type DaemonObject,
  type EventBase,
  type Journal,
  type NodeStateObject,
  type PodObject,
  type Policy,
  type RevisionObject,
  type WatchStateName,
} from '@rollcall/contract';
import type { Instant, Standing } from './coverage/index.ts';
import { createMemoryJournal } from './journal/memory-journal.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { PolicyReading } from './sli/index.ts';
import {
  buildDaemon,
  buildDaemonSet,
  buildNode,
  buildNodeState,
  buildPod,
  buildPolicy,
  buildRevision,
  START,
  type DaemonSetChanges,
  type NodeChanges,
} from './test-objects.ts';

/** An event without what every event carries; the cluster stamps it. */
export type Unstamped = ClusterEvent extends infer Event
  ? Event extends EventBase
    ? Omit<Event, 'source' | 'wallMs' | 'monoMs'>
    : never
  : never;

/** What a cluster starts with. The journal is that of a former life where a case is about a restart. */
export interface ClusterOptions {
  readonly at?: Instant;
  readonly journal?: Journal;
}

/** A script's stage. Each call is one event at the present time; only `wait` and `stepWall` move the clocks. */
export interface TestCluster {
  readonly pipeline: Pipeline;
  readonly journal: Journal;
  now(): Instant;
  /** Time passes on both clocks; nothing is told of it. */
  wait(ms: number): void;
  /** The wall clock alone is set forth, or back. */
  stepWall(ms: number): void;
  send(event: Unstamped): void;
  tick(): void;
  watch(source: string, state: WatchStateName): void;
  /** The watches of nodes, DaemonSets and of these DaemonSets' pods are live. */
  live(...daemonSets: readonly string[]): void;
  policy(changes?: Partial<Policy>): void;
  policyGone(uid?: string): void;
  node(name: string, changes?: NodeChanges): void;
  nodeGone(name: string, uid?: string): void;
  pod(node: string, changes?: Partial<PodObject>): void;
  podGone(uid: string): void;
  daemonSet(changes?: DaemonSetChanges): void;
  daemonSetGone(uid?: string): void;
  revision(revision: number, changes?: Partial<RevisionObject>): void;
  /** A Daemon of the source `local`, or of another; its last probe is now unless the case says otherwise. */
  daemon(changes?: Partial<DaemonObject>, source?: string): void;
  daemonGone(uid: string, source?: string): void;
  /** A node state that gives a sign of life now unless the case says otherwise. */
  nodeState(changes?: Partial<NodeStateObject>): void;
  nodeStateGone(uid: string): void;
  lease(node: string, renewedAt?: number): void;
  /** A node's state under a policy, see `describeStanding`. */
  state(node: string, policyUid?: string): string;
  reading(daemonSet?: string): PolicyReading;
}

/** Creates a cluster in which nothing was seen yet. */
export function createTestCluster({ at = START, journal = createMemoryJournal() }: ClusterOptions = {}): TestCluster {
  let { monoMs, wallMs } = at;
  const { durable, append, remember, book } = journal;
  const pipeline = createPipeline({
    cluster: 'test',
    history: { durable, append, remember, book },
    memories: journal.recall(),
    cuts: journal.cuts(),
  });
  const now = (): Instant => ({ monoMs, wallMs });
  const send = (event: Unstamped): void => pipeline.apply({ ...event, source: 'test', ...now() });
  const watch = (source: string, state: WatchStateName): void =>
    pipeline.apply({ kind: 'watchState', uid: source, source, state, ...now() });
  return {
    pipeline,
    journal,
    now,
    wait: (ms) => {
      monoMs += ms;
      wallMs += ms;
    },
    stepWall: (ms) => {
      wallMs += ms;
    },
    send,
    tick: () => pipeline.advance(now()),
    watch,
    live: (...names) => {
      const pods = (names.length === 0 ? ['agent'] : names).map((name) => podSource('agents', name));
      for (const source of [WATCH.nodes, WATCH.daemonsets, ...pods]) watch(source, 'live');
    },
    ...objectEvents(send),
    ...witnessEvents(pipeline, now),
    state: (node, policyUid = 'policy-agent') => {
      pipeline.advance(now());
      return describeStanding(pipeline.roll.policies.get(policyUid)?.records.get(node)?.standing);
    },
    reading: (daemonSet = 'agent') => findReading(pipeline.read(now()), daemonSet),
  };
}

type ObjectEvents = Pick<
  TestCluster,
  'policy' | 'policyGone' | 'node' | 'nodeGone' | 'pod' | 'podGone' | 'daemonSet' | 'daemonSetGone' | 'revision'
>;

function objectEvents(send: (event: Unstamped) => void): ObjectEvents {
  return {
    policy: (changes) => {
      const object = buildPolicy(changes);
      send({ kind: 'policy', uid: object.uid, object });
    },
    policyGone: (uid = 'policy-agent') => send({ kind: 'policy', uid, object: undefined }),
    node: (name, changes) => {
      const object = buildNode(name, changes);
      send({ kind: 'node', uid: object.uid, object });
    },
    nodeGone: (name, uid = `uid-${name}`) => send({ kind: 'node', uid, object: undefined }),
    pod: (node, changes) => {
      const object = buildPod(node, changes);
      send({ kind: 'pod', uid: object.uid, object });
    },
    podGone: (uid) => send({ kind: 'pod', uid, object: undefined }),
    daemonSet: (changes) => {
      const object = buildDaemonSet(changes);
      send({ kind: 'daemonset', uid: object.uid, object });
    },
    daemonSetGone: (uid = 'ds-agent') => send({ kind: 'daemonset', uid, object: undefined }),
    revision: (revision, changes) => {
      const object = buildRevision(revision, changes);
      send({ kind: 'revision', uid: object.uid, object });
    },
  };
}

type WitnessEvents = Pick<TestCluster, 'daemon' | 'daemonGone' | 'nodeState' | 'nodeStateGone' | 'lease'>;

function witnessEvents(pipeline: Pipeline, now: () => Instant): WitnessEvents {
  return {
    daemon: (changes, source = LOCAL_SOURCE) => {
      const object = buildDaemon({ lastProbeAt: now().wallMs, ...changes });
      pipeline.apply({ kind: 'daemon', source: daemonSource(source), uid: object.uid, object, ...now() });
    },
    daemonGone: (uid, source = LOCAL_SOURCE) =>
      pipeline.apply({ kind: 'daemon', source: daemonSource(source), uid, object: undefined, ...now() }),
    nodeState: (changes) => {
      const object = buildNodeState({ aliveAt: now().wallMs, ...changes });
      pipeline.apply({ kind: 'nodeState', source: WATCH.nodeStates, uid: object.uid, object, ...now() });
    },
    nodeStateGone: (uid) =>
      pipeline.apply({ kind: 'nodeState', source: WATCH.nodeStates, uid, object: undefined, ...now() }),
    lease: (node, renewedAt = now().wallMs) => {
      const object = { uid: `lease-${node}`, node, renewedAt, durationSeconds: 40 };
      pipeline.apply({ kind: 'lease', source: WATCH.leases, uid: object.uid, object, ...now() });
    },
  };
}

/** A cluster whose watches are live, with the policy and the DaemonSet of the builders, and covered nodes of these names. */
export function createCoveredCluster(nodes: readonly string[], policy: Partial<Policy> = {}): TestCluster {
  const cluster = createTestCluster();
  cluster.policy(policy);
  cluster.daemonSet();
  cluster.revision(1);
  for (const name of nodes) {
    cluster.node(name);
    cluster.pod(name);
  }
  cluster.live();
  return cluster;
}

/** A standing in words: `covered`, `uncovered:CrashLoop`, `excused:Leaving(covered)`, `excluded:fargate`, `absent` … */
export function describeStanding(standing: Standing | undefined): string {
  switch (standing?.state) {
    case undefined:
      return 'absent';
    case 'uncovered':
      return `uncovered:${standing.reason}`;
    case 'excused':
      return `excused:${standing.excuse}(${standing.verdict})`;
    case 'excluded':
      return `excluded:${standing.rule}`;
    case 'covered':
    case 'unobserved':
    case 'stray':
    case 'outOfScope':
      return standing.state;
  }
}

function findReading(readings: readonly PolicyReading[], daemonSet: string): PolicyReading {
  const found = readings.find(({ daemonset }) => daemonset === daemonSet);
  if (found === undefined) throw new Error(`no policy is about the DaemonSet ${daemonSet}: send one first`);
  return found;
}

/** Every counter of a reading that moved, pools added up: node-milliseconds by `valid`, `good`, `unobserved`, reason and excuse. */
export function sumCounters({ pools }: PolicyReading): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  const add = (key: string, ms: number): void => {
    if (ms !== 0) sums.set(key, (sums.get(key) ?? 0) + ms);
  };
  for (const { slis, reasons, excuses } of pools) {
    for (const { validMs, goodMs, unobservedMs } of slis) {
      add('valid', validMs);
      add('good', goodMs);
      add('unobserved', unobservedMs);
    }
    for (const { reason, ms } of reasons) add(reason, ms);
    for (const { reason, verdict, ms } of excuses) add(`${reason}(${verdict})`, ms);
  }
  return Object.fromEntries(sums);
}
