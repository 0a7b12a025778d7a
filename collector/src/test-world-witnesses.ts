/** The Daemons, node states and Leases of the random cluster, and the names by which they know its nodes. */
import {
  daemonSource,
  LOCAL_SOURCE,
  WATCH,
  type DaemonObject,
  type NodeObject,
  type NodeStateObject,
  type PodObject,
  type WatchStateName,
  labelsOf,
  type Labelled,
  type StringMap,
} from '@rollcall/contract';
import type { Unstamped } from './test-cluster.ts';
import { buildDaemon, buildNodeState, condition, HOUR, SECOND, splitLabels, START } from './test-objects.ts';
import type { Chance } from './test-random.ts';

/** The sources of Daemons that there are. */
export const DAEMON_SOURCES = [LOCAL_SOURCE, 'far'] as const;

/** A Daemon or node state, and when it gave its sign of life; undefined if it never did. */
export interface WorldWitness<O> {
  readonly source: string;
  readonly object: O;
  readonly signMono: number | undefined;
}

/** What of the world a witness needs. */
interface Stage {
  readonly chance: Chance;
  readonly nodes: ReadonlyMap<string, NodeObject>;
  readonly pods: ReadonlyMap<string, { readonly object: { readonly uid: string } }>;
  readonly daemons: Map<string, WorldWitness<DaemonObject>>;
  readonly nodeStates: Map<string, WorldWitness<NodeStateObject>>;
  readonly watches: ReadonlyMap<string, WatchStateName>;
  /** The sources of which a value was seen to change, so that their clock is known. */
  readonly learned: Set<string>;
  readonly clock: { readonly monoMs: number; readonly wallMs: number };
  send(event: Unstamped, source?: string): void;
}

/** What a new node is named by: its own instance and address as a rule, now and then another's too. */
export function drawNames(chance: Chance, name: string): Partial<NodeObject> {
  const machine = chance.once(10) ? 'cloned' : name;
  return {
    providerId: chance.once(6) ? '' : `aws:///z/i-${machine}`,
    hosts: chance.once(2) ? [`${name}.internal`] : [],
    ips: [`10.0.0.${chance.once(10) ? 1 : name.slice(1)}`],
  };
}

/** The node's labels, but some of them with other values. */
export function relabel(node: NodeObject, labels: StringMap): Labelled {
  return splitLabels({ ...labelsOf(node), ...labels });
}

/** A Daemon comes, is probed, says something else, or goes. */
export function changeDaemon(stage: Stage): void {
  const { chance, nodes, daemons, send } = stage;
  const source = daemonSource(chance.pick(DAEMON_SOURCES));
  const name = `daemon-${chance.below(50)}`;
  const key = `${source}/${name}`;
  const known = daemons.get(key);
  if (known !== undefined && chance.once(12)) {
    daemons.delete(key);
    send({ kind: 'daemon', uid: known.object.uid, object: undefined }, source);
    return;
  }
  const sign = drawSign(stage, source, known && { own: known.object.lastProbeAt, signMono: known.signMono });
  const named = known?.object ?? nameDaemon(chance, [...nodes.values()]);
  const object = buildDaemon({
    ...named,
    name,
    lastProbeAt: sign.own,
    daemonHealth: chance.once(8) ? 'bad' : 'ok',
    driverHealth: chance.once(8) ? '' : 'OK',
    daemonVersion: `v1.${chance.below(14)}.0`,
  });
  daemons.set(key, { source, object, signMono: sign.signMono });
  send({ kind: 'daemon', uid: object.uid, object }, source);
}

function nameDaemon(chance: Chance, nodes: readonly NodeObject[]): Partial<DaemonObject> {
  const node = nodes.length === 0 ? undefined : chance.pick(nodes);
  const ways: readonly (() => Partial<DaemonObject>)[] = [
    () => ({ instanceIds: [`i-${chance.once(5) ? 'cloned' : (node?.name ?? 'n0')}`] }),
    () => ({ nodeUids: [node?.uid ?? 'nobody'] }),
    () => ({ hosts: [node?.name ?? 'n0'], ips: [...(node?.ips ?? [])] }),
    () => ({ hosts: [`${node?.name}.internal`], ips: ['10.0.0.1'] }),
    () => ({ instanceIds: ['i-elsewhere'] }),
  ];
  return chance.pick(ways)();
}

/** A node state comes, is written anew, or goes. */
export function changeNodeState(stage: Stage): void {
  const { chance, nodeStates, send } = stage;
  const name = `node-${chance.below(40)}`;
  const known = nodeStates.get(name);
  if (known !== undefined && chance.once(12)) {
    nodeStates.delete(name);
    send({ kind: 'nodeState', uid: known.object.uid, object: undefined }, WATCH.nodeStates);
    return;
  }
  const before = known && { own: known.object.aliveAt, signMono: known.signMono };
  const sign = drawSign(stage, WATCH.nodeStates, before);
  const named = known?.object ?? nameWriter(stage);
  const object = buildNodeState({ ...named, name, aliveAt: sign.own });
  nodeStates.set(name, { source: WATCH.nodeStates, object, signMono: sign.signMono });
  send({ kind: 'nodeState', uid: object.uid, object }, WATCH.nodeStates);
}

function nameWriter({ chance, nodes, pods }: Stage): Partial<NodeStateObject> {
  const [first] = nodes.values();
  return {
    host: chance.once(3) ? '' : `n${chance.below(40)}`,
    podUid: chance.once(2) && pods.size > 0 ? chance.pick([...pods.values()]).object.uid : '',
    meshIp: chance.once(4) ? (first?.ips[0] ?? '') : '',
  };
}

/** A kubelet renews its Lease, which changes no verdict. */
export function renewLease({ chance, clock, send }: Stage): void {
  const node = `n${chance.below(40)}`;
  const object = { uid: `lease-${node}`, node, renewedAt: clock.wallMs, durationSeconds: 40 };
  send({ kind: 'lease', uid: object.uid, object: chance.once(8) ? undefined : object }, WATCH.leases);
}

interface Sign {
  readonly own: number | undefined;
  readonly signMono: number | undefined;
}

/** What is new may be as old as it likes; what changes does so now. The clocks of the sources are right, whatever becomes of ours. */
function drawSign({ chance, clock, watches, learned }: Stage, source: string, before: Sign | undefined): Sign {
  if (chance.once(15)) return { own: undefined, signMono: undefined };
  const { monoMs, wallMs } = clock;
  const ageMs = before === undefined ? chance.pick([0, 20 * SECOND, HOUR]) : 0;
  const own = START.wallMs + (monoMs - START.monoMs) - ageMs;
  if (before?.own === own) return before;
  if (before !== undefined && watches.get(source) === 'live') {
    if (before.own !== undefined) learned.add(source);
    return { own, signMono: monoMs };
  }
  return { own, signMono: monoMs - (learned.has(source) ? ageMs : Math.max(0, wallMs - own)) };
}

/** A pod's container, started once more after it ended. */
export function restartAgain({ containers: [container] }: PodObject): PodObject['containers'][number] {
  const lastTerminated = { reason: 'OOMKilled', message: '', exitCode: 137, signal: 0 };
  const rest = { name: 'agent', init: false, ready: true, running: true, image: 'a' };
  return { ...rest, restarts: (container?.restarts ?? 0) + 1, lastTerminated };
}

/** A pod that the scheduler cannot place, or has not looked at. */
export function unschedule(chance: Chance): Partial<PodObject> {
  const refusal = condition('False', chance.pick(['Unschedulable', 'SchedulerError']));
  return { bound: false, phase: 'Pending', scheduled: chance.once(3) ? undefined : refusal, initialized: undefined };
}
