/**
 * A second opinion on the random cluster: every node judged from scratch by what the world holds now, in the plainest code and
 * without the core's. Where memory decides it names every answer that memory could give.
 */
import {
  podSource,
  WATCH,
  type DaemonSetObject,
  type NodeObject,
  type PodObject,
  type Policy,
  labelsOf,
} from '@rollcall/contract';
import { judgeDaemons, judgeNodeStates, type LayerOpinion } from './test-model-witnesses.ts';
import { HOUR, MINUTE } from './test-objects.ts';
import type { World, WorldPod } from './test-world.ts';

/** What a node may be: its states in the words of `describeStanding`, where `*` stands for any reason. */
export interface Opinion {
  readonly eligible: boolean;
  readonly states: readonly string[];
}

/** What the policy may say of the node now. */
export function judgePlainly(world: World, policy: Policy, node: NodeObject): Opinion {
  const daemonSet = world.daemonSets.get(policy.daemonset);
  const eligible = daemonSet !== undefined && runsOn(daemonSet, node).runs;
  const rule = excludedBy(policy, node);
  if (rule !== undefined) return { eligible, states: [`excluded:${rule}`] };
  const inside = statesInside(world, policy, node);
  const outside = statesOutside(world, policy, node);
  return { eligible, states: scopeOf(policy, daemonSet, node).flatMap((scope) => (scope === 'in' ? inside : outside)) };
}

function statesInside(world: World, policy: Policy, node: NodeObject): readonly string[] {
  const verdict = verdictOf(world, policy, node);
  const excused = (code: string): string => `excused:${code}(${verdict.split(':')[0]})`;
  const others = [verdict, ...metered(world, policy, node).map(excused)];
  const exemption = policy.exemptions.find(({ nodes }) => nodes.includes(node.name));
  const left = exemption === undefined ? -Infinity : exemption.expiresAt - world.now().wallMs;
  // A wall clock that was set across the end of an exemption is seen up to a minute later.
  if (Math.abs(left) <= HOUR + MINUTE) return [excused('Exempt'), ...others];
  return left > 0 ? [excused('Exempt')] : others;
}

/** The excuses that hold while their caps, or the coverage that ends joining, let them. */
function metered({ now }: World, policy: Policy, node: NodeObject): readonly string[] {
  const leaving = node.deletedAt !== undefined || node.taints.some(({ key }) => key.startsWith('ToBeDeleted'));
  // The wall clock may stand an hour off since the node was made.
  const age = (((now().wallMs - (node.createdAt ?? 0)) % HOUR) + HOUR) % HOUR;
  return [
    leaving && policy.grace.leavingMs > 0 ? 'Leaving' : '',
    age < policy.grace.joiningMs ? 'Joining' : '',
    node.ready.status !== 'True' && policy.nodeNotReadyExcused && policy.grace.nodeNotReadyMs > 0 ? 'NodeNotReady' : '',
  ].filter((code) => code !== '');
}

function statesOutside(world: World, policy: Policy, node: NodeObject): readonly string[] {
  const daemonSet = world.daemonSets.get(policy.daemonset);
  const pods = daemonSet === undefined ? [] : podsOn(world, daemonSet, node);
  const runs = pods.some(({ object }) => object.bound && object.deletedAt === undefined && object.phase !== 'Failed');
  return runs ? ['stray'] : ['outOfScope', 'absent'];
}

/** True when the watches let the policy know anything of its nodes, or of what is missing. */
export function isLive(world: World, source: string): boolean {
  return world.watches.get(source) === 'live';
}

function excludedBy(policy: Policy, node: NodeObject): string | undefined {
  const labels = labelsOf(node);
  if (labels['type'] === 'virtual-kubelet') return 'virtual-kubelet';
  return policy.exclusions.some(({ name }) => name === 'pool-c') && labels['pool'] === 'c' ? 'pool-c' : undefined;
}

function scopeOf(policy: Policy, daemonSet: DaemonSetObject | undefined, node: NodeObject): readonly ('in' | 'out')[] {
  const role = policy.selector?.matchLabels['role'];
  if (role !== undefined) return labelsOf(node)['role'] === role ? ['in'] : ['out'];
  // The last template still says who is in scope of a DaemonSet that is gone, and a node stays for 24 h after it left.
  if (daemonSet === undefined) return ['in', 'out'];
  const { admitted, blockers } = runsOn(daemonSet, node);
  return admitted && blockers.every(isLifecycle) ? ['in'] : ['in', 'out'];
}

interface Run {
  readonly admitted: boolean;
  readonly runs: boolean;
  readonly blockers: readonly string[];
}

function runsOn({ placement }: DaemonSetObject, node: NodeObject): Run {
  const admitted = Object.entries(placement.nodeSelector).every(([key, value]) => labelsOf(node)[key] === value);
  const tolerated = [
    ...placement.tolerations.flatMap(({ key }) => [`${key}:NoSchedule`, `${key}:NoExecute`]),
    'node.kubernetes.io/unschedulable:NoSchedule',
    'node.kubernetes.io/not-ready:NoExecute',
  ];
  const hard = node.taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  const blockers = hard.map(({ key, effect }) => `${key}:${effect}`).filter((one) => !tolerated.includes(one));
  return { admitted, runs: admitted && blockers.length === 0, blockers };
}

function isLifecycle(blocker: string): boolean {
  return /^(node\.kubernetes\.io\/(not-ready|unschedulable)|ToBeDeletedByClusterAutoscaler):/.test(blocker);
}

/** Any layer bad: uncovered, by the innermost; else any unknown, or none asked: unobserved. */
function verdictOf(world: World, policy: Policy, node: NodeObject): string {
  const pod = podOpinion(world, policy, node);
  const daemon = judgeDaemons(world, policy, node);
  const opinions = [pod, daemon, judgeNodeStates(world, policy, node)];
  if (pod.startsWith('uncovered')) return pod;
  // While the pods are not seen, or the node is ill, the Daemon is not the reason.
  if (daemon.startsWith('uncovered')) return pod === 'covered' ? daemon : 'uncovered:*';
  return opinions.includes('unobserved') || !opinions.includes('covered') ? 'unobserved' : 'covered';
}

function podOpinion(world: World, policy: Policy, node: NodeObject): LayerOpinion {
  const daemonSet = world.daemonSets.get(policy.daemonset);
  if (!isAsked(policy, node)) return 'notAsked';
  // What a live watch proves counts, whatever the others do.
  if (isLive(world, WATCH.daemonsets) && daemonSet === undefined) return 'uncovered:DaemonSetMissing';
  if (isLive(world, WATCH.nodes) && node.ready.status !== 'True') return deadness(daemonSet, node);
  const needed = [WATCH.nodes, WATCH.daemonsets, podSource(policy.namespace, policy.daemonset)];
  if (daemonSet === undefined || !needed.every((source) => isLive(world, source))) return 'unobserved';
  return servesOn(world, daemonSet, node) ? 'covered' : 'uncovered:*';
}

function isAsked({ podLayer, poolLabels }: Policy, node: NodeObject): boolean {
  const pool = labelsOf(node)[poolLabels[0] ?? ''] || 'none';
  return podLayer.asked && !podLayer.offPools.includes(pool);
}

function servesOn(world: World, daemonSet: DaemonSetObject, node: NodeObject): boolean {
  const availableBy = world.now().monoMs - daemonSet.minReadySeconds * 1000;
  return podsOn(world, daemonSet, node).some(({ object, readyAtMono }) => isWell(object) && readyAtMono <= availableBy);
}

function deadness(daemonSet: DaemonSetObject | undefined, { ready }: NodeObject): LayerOpinion {
  if (daemonSet === undefined) return 'uncovered:*';
  return ready.status === 'Unknown' ? 'uncovered:NodeUnreachable' : 'uncovered:NodeNotReady';
}

function isWell({ ready, deletedAt, phase }: PodObject): boolean {
  return ready.status === 'True' && deletedAt === undefined && phase !== 'Failed' && phase !== 'Succeeded';
}

function podsOn({ pods }: World, { uid }: DaemonSetObject, { name }: NodeObject): readonly WorldPod[] {
  return [...pods.values()].filter(({ object }) => object.ownerUid === uid && object.target === name);
}
