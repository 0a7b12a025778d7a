/** Faults of rollouts, and what looks like one and is none. */
import { setTimeout as delay } from 'node:timers/promises';
import { BY_HAND, waitFor } from '../../control-plane/index.ts';
import type { FaultGroup } from '../fault.ts';
import { serves, servesImage } from '../pod-states.ts';
import { each, type Scene } from '../scene.ts';

const NEXT = { spec: { template: { spec: { containers: [{ name: 'daemon', image: 'daemon:2' }] } } } };
const HELD = { finalizers: ['rollcall.test/hold'] };

async function letGo(scene: Scene): Promise<void> {
  await scene.patchDaemonSet({ spec: { template: { metadata: { finalizers: null } } } });
  await each(await scene.pods(), ({ metadata }) =>
    scene
      .request('PATCH', `/api/v1/namespaces/${scene.namespace}/pods/${metadata.name}`, {
        body: { metadata: { finalizers: null } },
      })
      .catch(() => undefined),
  );
}

/** The whole group. */
export const rolloutFaults: FaultGroup = {
  group: 'rollouts',
  faults: [
    {
      code: 'TerminatingStuck',
      cause: 'finalizer holds a pod past its grace period',
      templateMetadata: HELD,
      begins: 'covered',
      bringAbout: (scene) => scene.deletePods(1),
      waitsMs: 31_000,
      takeAway: letGo,
      message: /rollcall\.test\/hold/,
    },
    {
      code: 'RolloutReplacing',
      cause: 'rollout within its budget, the new pod is not there yet',
      policy: { health: { pod: { startDeadline: '5m' } } },
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } } },
      begins: 'covered',
      // Their kubelets take their time.
      bringAbout: async (scene) => {
        const annotations = { 'rollcall.test/by-hand': 'yes' };
        await scene.patchDaemonSet({ spec: { template: { metadata: { annotations } } } });
      },
      message: /rollout replaces revision/,
    },
    {
      code: 'Starting',
      cause: 'pods inside their start deadline',
      byHand: true,
      policy: { health: { pod: { startDeadline: '5m' } } },
      message: /start deadline/,
    },
    {
      code: 'NotYetAvailable',
      cause: 'Ready for less than minReadySeconds',
      spec: { minReadySeconds: 300 },
      message: /minReadySeconds/,
    },
    {
      code: 'RolloutBlocked',
      cause: 'a dead node eats the budget of 1, so that no other one is rolled out',
      asFinding: true,
      template: { tolerations: [{ operator: 'Exists' }] },
      affects: (nodes) => nodes - 1,
      begins: 'covered',
      bringAbout: async (scene) => {
        await breakFirst(scene);
        await scene.patchDaemonSet(NEXT);
      },
      message: /maxUnavailable 1 lets 1 at a time/,
    },
    {
      code: 'StaleRevision',
      cause: 'OnDelete: a new template that nobody rolls out',
      asFinding: true,
      spec: { updateStrategy: { type: 'OnDelete' } },
      begins: 'covered',
      bringAbout: (scene) => scene.patchDaemonSet(NEXT),
      message: /the newest is/,
    },
    {
      code: 'StaleRevision',
      cause: 'maxSurge: the old pod serves while the new one beside it has not come up',
      asFinding: true,
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } } },
      begins: 'covered',
      bringAbout: (scene) =>
        scene.patchDaemonSet({ spec: { template: { metadata: { annotations: { [BY_HAND]: 'yes' } } } } }),
      evidence: async (scene) => (await scene.pods()).length === 2 * scene.nodes.length,
      message: /the newest is/,
      never: ['DuplicatePod', 'RolloutBlocked'],
    },
    {
      code: 'ImageSkew',
      cause: 'tag that was pushed anew while the nodes pulled it: each has another image',
      asFinding: true,
      byHand: true,
      bringAbout: async (scene) => {
        await scene.addDaemonSet();
        await scene.writePods(({ metadata }) =>
          servesImage(`docker.io/agent@sha256:${metadata.uid.replaceAll('-', '')}`),
        );
      },
      message: /pods of its revision do/,
    },
    {
      code: 'ConfigStale',
      cause: 'ConfigMap of the environment that changed under running pods',
      asFinding: true,
      inDetail: true,
      byHand: true,
      template: {
        containers: [{ name: 'daemon', image: 'daemon:1', envFrom: [{ configMapRef: { name: 'agent-config' } }] }],
      },
      prepare: (scene) => scene.make('configmaps', { metadata: { name: 'agent-config' }, data: { level: 'info' } }),
      bringAbout: async (scene) => {
        await scene.addDaemonSet();
        await scene.writePods(serves);
        await scene.seeCovered();
        // Both times have whole seconds.
        await delay(1_100);
        const path = `/api/v1/namespaces/${scene.namespace}/configmaps/agent-config`;
        await scene.request('PATCH', path, { body: { data: { level: 'debug' } } });
      },
      message: /ConfigMap agent-config changed at/,
    },
    {
      code: 'DuplicatePod',
      cause: 'a second pod of the DaemonSet on the node, adopted while its controller stands still',
      asFinding: true,
      begins: 'covered',
      stops: 'kube-controller-manager',
      bringAbout: addOrphans,
      takeAway: (scene) => scene.stage.plane.start('kube-controller-manager'),
      message: /2 live pods/,
    },
  ],
};

/** The first node's kubelet falls silent; returns when its pod is called unready. */
async function breakFirst({ request, nodes, pods }: Scene): Promise<void> {
  await request('PATCH', `/api/v1/nodes/${nodes[0]}`, { body: { metadata: { labels: { kwok: null } } } });
  const isUnready = async (): Promise<boolean> =>
    (await pods()).some(
      ({ spec, status }) =>
        spec.nodeName === nodes[0] && status.conditions?.some((one) => one.type === 'Ready' && one.status === 'False'),
    );
  await waitFor(isUnready, { what: 'the node-lifecycle controller to call its pod unready', deadlineMs: 120_000 });
}

/** Pods that the DaemonSet owns, beside those that it made. */
async function addOrphans(scene: Scene): Promise<void> {
  await scene.stage.plane.kill('kube-controller-manager');
  const root = `/apis/apps/v1/namespaces/${scene.namespace}/daemonsets/agent`;
  const { metadata } = await scene.request<{ metadata: { uid: string } }>('GET', root);
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: metadata.uid, controller: true };
  await each(scene.nodes, (nodeName) =>
    scene.make('pods', {
      metadata: { name: `orphan-${nodeName}`, labels: { app: 'agent' }, ownerReferences: [owner] },
      spec: { nodeName, containers: [{ name: 'daemon', image: 'daemon:1' }] },
    }),
  );
}
