/** Reads the nodes of a cluster for `rollcall plan`. */
import { KubeError, readPages, type Connection } from '@rollcall/kube';
import { createNodeSharing } from '../watch/project-node.ts';
import { asFields, createInterner } from '../watch/read-field.ts';
import type { Io } from './command.ts';
import { openConnection } from './open-connection.ts';
import { planNode } from './plan-input.ts';
import type { PlanOptions } from './plan-options.ts';
import type { PlannedNode } from './plan-rows.ts';

const INTERNED = 4_000;

/** All nodes. Rejects with a KubeError when the kubeconfig is wrong, the cluster does not answer or forbids the list; ends early on the interrupt. */
export async function readClusterNodes(
  { kubeconfig, context }: Pick<PlanOptions, 'kubeconfig' | 'context'>,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<readonly PlannedNode[]> {
  const connection = await openConnection({ kubeconfig, context }, env);
  const close = (): void => connection.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    return await listNodes(connection).catch((error: unknown) => {
      // Between two pages the server may forget the list (410): once more from the start.
      if (error instanceof KubeError && error.code === 'Gone') return listNodes(connection);
      throw error;
    });
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

async function listNodes(connection: Connection): Promise<readonly PlannedNode[]> {
  const sharing = createNodeSharing(createInterner(INTERNED));
  const nodes: PlannedNode[] = [];
  await readPages(connection, { path: '/api/v1/nodes' }, (raw) => nodes.push(planNode(asFields(raw), sharing)));
  return nodes;
}
