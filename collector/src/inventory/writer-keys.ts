/** The keys by which a Node and a PlexdNodeState know each other: a host name, the pod that wrote it, its mesh address. Each suffices, since a state proves life only. */
import type { NodeObject, NodeStateObject } from '@rollcall/contract';
import type { PodEntry } from './inventory.ts';
import { foldHost, foldIp, hostsOf } from './machine-keys.ts';

/** The keys of a Node with its daemon pods against those of node states. */
export function keysOfHost(node: NodeObject, pods: readonly PodEntry[]): readonly string[] {
  const keys = [...hostsOf(node).map((host) => `host ${host}`), ...node.ips.map((ip) => `ip ${foldIp(ip)}`)];
  const ofPods = pods.flatMap(({ object }) => [`pod ${object.uid}`, `pod ${object.namespace}/${object.name}`]);
  return [...new Set([...keys, ...ofPods])];
}

/** The keys of a node state against those of Nodes. */
export function keysOfNodeState({ host, podUid, podName, namespace, meshIp }: NodeStateObject): readonly string[] {
  return [
    ...(host === '' ? [] : [`host ${foldHost(host)}`]),
    ...(podUid === '' ? [] : [`pod ${podUid}`]),
    ...(podName === '' ? [] : [`pod ${namespace}/${podName}`]),
    ...(meshIp === '' ? [] : [`ip ${foldIp(meshIp)}`]),
  ];
}
