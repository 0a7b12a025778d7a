/** The second opinion on the layers beyond the pod: each witness is set against each node, in the plainest code. */
import {
  daemonSource,
  WATCH,
  type DaemonObject,
  type NodeObject,
  type NodeStateObject,
  type Policy,
} from '@rollcall/contract';
import type { World } from './test-world.ts';

/** What a layer says: the node's state if it were the only layer, or that nobody asked. */
export type LayerOpinion = 'notAsked' | 'unobserved' | 'covered' | `uncovered:${string}`;

/** What the Daemons of the policy's source say. */
export function judgeDaemons(world: World, policy: Policy, node: NodeObject): LayerOpinion {
  if (policy.daemonLayer === undefined) return 'notAsked';
  const source = daemonSource(policy.daemonLayer.source);
  const { maxProbeAgeMs } = policy.daemonLayer;
  if (![source, WATCH.nodes].every((name) => world.watches.get(name) === 'live')) return 'unobserved';
  const matching = [...world.daemons.values()].filter((one) => one.source === source && isNamed(one.object, node));
  const isFresh = ({ signMono = -Infinity }: (typeof matching)[number]): boolean =>
    world.now().monoMs - signMono < maxProbeAgeMs;
  const candidates = matching.some(isFresh) ? matching.filter(isFresh) : matching;
  const [daemon] = candidates;
  // Where the pod is young, the reason is another one.
  if (daemon === undefined) return 'uncovered:*';
  const served = [...world.nodes.values()].filter((other) => isNamed(daemon.object, other));
  if (candidates.length > 1 || served.length > 1) return 'uncovered:DaemonAmbiguous';
  if (daemon.object.daemonHealth !== 'ok') return 'uncovered:DaemonUnhealthy';
  if (daemon.object.driverHealth !== 'OK') return 'uncovered:DriverUnhealthy';
  return isFresh(daemon) ? 'covered' : 'uncovered:ProbeStale';
}

function isNamed({ instanceIds, nodeUids, hosts, ips }: DaemonObject, node: NodeObject): boolean {
  const instance = node.providerId.split('/').at(-1) ?? '';
  const host = [node.name, ...node.hosts].some((name) => hosts.includes(name));
  const address = node.ips.some((ip) => ips.includes(ip));
  return (instance !== '' && instanceIds.includes(instance)) || nodeUids.includes(node.uid) || (host && address);
}

/** What the node states say: life, or nothing. */
export function judgeNodeStates(world: World, policy: Policy, node: NodeObject): LayerOpinion {
  if (policy.heartbeatLayer === undefined) return 'notAsked';
  const { periodMs, staleAfter } = policy.heartbeatLayer;
  if (![WATCH.nodeStates, WATCH.nodes].every((name) => world.watches.get(name) === 'live')) return 'unobserved';
  const alone = [...world.nodeStates.values()].filter(({ object }) => {
    const named = [...world.nodes.values()].filter((other) => isWritten(world, object, other));
    return named.length === 1 && named[0]?.name === node.name;
  });
  const newest = Math.max(-Infinity, ...alone.map(({ signMono = -Infinity }) => signMono));
  return world.now().monoMs < newest + periodMs * staleAfter ? 'covered' : 'unobserved';
}

function isWritten({ pods }: World, { host, podUid, meshIp }: NodeStateObject, node: NodeObject): boolean {
  const writer = [...pods.values()].find(({ object }) => object.uid === podUid);
  const byPod = writer !== undefined && writer.object.ownerUid !== '' && writer.object.target === node.name;
  return (
    (host !== '' && [node.name, ...node.hosts].includes(host)) || byPod || (meshIp !== '' && node.ips.includes(meshIp))
  );
}
