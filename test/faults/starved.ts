/** Finds nodes that died by accident: on a crowded machine KWOK may come too late to renew the Leases of nodes that no fault touches. */
import type { Scene } from './scene.ts';

interface NodeEvents {
  readonly items: readonly {
    readonly involvedObject: { readonly name: string };
    readonly lastTimestamp: string | null;
  }[];
}
interface Nodes {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** What the node-lifecycle controller writes of each node that it calls dead. KWOK's nodes themselves forget it: it writes their conditions anew. */
const DEATHS = '/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DNode,reason%3DNodeNotReady';

/** Nodes that were called dead since then, in wall-clock milliseconds, though KWOK was still told to keep them alive. */
export async function findStarved(
  { request, nodes }: Pick<Scene, 'request' | 'nodes'>,
  sinceMs: number,
): Promise<readonly string[]> {
  const [deaths, kept] = await Promise.all([
    request<NodeEvents>('GET', DEATHS),
    request<Nodes>('GET', '/api/v1/nodes?labelSelector=kwok%3Dyes'),
  ]);
  const alive = new Set(kept.items.map(({ metadata }) => metadata.name));
  const dead = deaths.items.filter(({ lastTimestamp }) => Date.parse(lastTimestamp ?? '') > sinceMs);
  const names = new Set(dead.map(({ involvedObject }) => involvedObject.name));
  return nodes.filter((node) => alive.has(node) && names.has(node));
}
