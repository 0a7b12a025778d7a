/** Finds nodes that died by accident: on a crowded machine KWOK may come too late to renew the Leases of nodes that no fault touches. */
import type { Scene } from './scene.ts';

interface SeenNode {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly lastTransitionTime: string }[];
  };
}

/** Nodes whose Ready changed since then though KWOK was still told to keep them alive, by what the API server itself says. */
export async function findStarved(
  { request, nodes }: Pick<Scene, 'request' | 'nodes'>,
  sinceMs: number,
): Promise<readonly string[]> {
  const own = new Set(nodes);
  const { items } = await request<{ items: readonly SeenNode[] }>('GET', '/api/v1/nodes?labelSelector=kwok%3Dyes');
  return items
    .filter(({ metadata, status }) => own.has(metadata.name) && changedAt(status) > sinceMs)
    .map(({ metadata }) => metadata.name);
}

function changedAt({ conditions = [] }: SeenNode['status']): number {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready === undefined ? -Infinity : Date.parse(ready.lastTransitionTime);
}
