/** Faults of nodes, and of what should be there and is not. */
import { waitFor } from '../../control-plane/index.ts';
import type { FaultGroup } from '../fault.ts';
import { serves } from '../pod-states.ts';
import { each, type Scene } from '../scene.ts';
import { removeObject } from '../stage.ts';

const NOT_READY = (message: string): object => ({ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message });
/** A container runtime that hangs. */
export const PLEG = NOT_READY('[PLEG is not healthy: pleg was last seen active 3m12.5s ago; threshold is 3m0s]');
/** A node that waits for its network. */
export const NO_NETWORK = NOT_READY(
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
);

/** The kubelets say so of their nodes. */
export async function breakNodes(scene: Scene, condition: object): Promise<void> {
  await scene.takeNodes();
  await scene.setNodeConditions([condition]);
}

/** Deletes all nodes but the first: the machines are gone. */
async function loseNodes(scene: Scene): Promise<void> {
  await each(scene.nodes.slice(1), (node) => removeObject(scene.stage.plane, `/api/v1/nodes/${node}`));
}

const POOL = 'lost';

/** The whole group. */
export const nodeFaults: FaultGroup = {
  group: 'nodes',
  faults: [
    {
      code: 'NodeUnreachable',
      cause: 'kubelet silent: its Lease ends, the node-lifecycle controller notices',
      begins: 'covered',
      bringAbout: (scene) => scene.silence(),
      evidence: areUnreachable,
      // The node-lifecycle controller called the pods unready; their kubelet takes that back.
      takeAway: async (scene) => {
        await scene.revive();
        await scene.writePods(serves);
      },
      message: /Kubelet stopped posting node status/,
    },
    {
      code: 'NodeUnreachable',
      cause: 'kubelet never reported',
      node: { silent: true },
      message: /Unknown/,
    },
    {
      code: 'NodeNotReady',
      cause: 'Ready False: PLEG is not healthy',
      begins: 'covered',
      bringAbout: (scene) => breakNodes(scene, PLEG),
      takeAway: (scene) => scene.revive(),
      message: /PLEG is not healthy/,
    },
    {
      code: 'NodeNotReady',
      cause: 'Ready False: network plugin not ready, under a daemon that does not provide it',
      begins: 'covered',
      bringAbout: (scene) => breakNodes(scene, NO_NETWORK),
      takeAway: (scene) => scene.revive(),
      message: /NetworkPluginNotReady/,
    },
    {
      code: 'NodeMissing',
      cause: 'nodes of a pool with a promised minimum are gone',
      node: { labels: { 'karpenter.sh/nodepool': POOL } },
      policy: ({ nodes }) => ({ nodes: { minimum: { [POOL]: nodes } } }),
      affects: (nodes) => nodes - 1,
      begins: 'covered',
      bringAbout: loseNodes,
      message: /lost/,
    },
    {
      code: 'DaemonSetMissing',
      cause: 'DaemonSet deleted',
      begins: 'covered',
      bringAbout: (scene) => scene.remove(daemonSetPath(scene)),
      takeAway: (scene) => scene.addDaemonSet(),
      message: /does not exist/,
    },
    {
      code: 'DaemonSetMissing',
      cause: 'DaemonSet is held by a finalizer while it is being deleted',
      begins: 'covered',
      bringAbout: async (scene) => {
        await scene.patchDaemonSet({ metadata: { finalizers: ['rollcall.test/hold'] } });
        await scene.remove(daemonSetPath(scene));
      },
      takeAway: async (scene) => {
        await scene.patchDaemonSet({ metadata: { finalizers: null } });
        await waitFor(scene.addDaemonSet, { what: 'the next DaemonSet of that name' });
      },
      message: /is being deleted/,
    },
  ],
};

/** The path of the scene's DaemonSet. */
export function daemonSetPath({ namespace }: Scene): string {
  return `/apis/apps/v1/namespaces/${namespace}/daemonsets/agent`;
}

interface NodeCondition {
  readonly type: string;
  readonly status: string;
}

/** Whether the Ready of all nodes is Unknown. */
export async function areUnreachable(scene: Scene): Promise<boolean> {
  type Nodes = { items: readonly { status: { conditions?: readonly NodeCondition[] } }[] };
  const { items } = await scene.request<Nodes>('GET', `/api/v1/nodes?labelSelector=home%3D${scene.name}`);
  return items.every(({ status }) =>
    status.conditions?.some((one) => one.type === 'Ready' && one.status === 'Unknown'),
  );
}
