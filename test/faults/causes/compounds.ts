/** Two faults at once on every node: what is named has to be the cause, and the other one a finding where it is one. */
import { BY_HAND, waitFor } from '../../control-plane/index.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import { crashes, ended, fails, initializing, runsUnready, serves, waits } from '../pod-states.ts';
import type { Scene } from '../scene.ts';
import { addQuota, addWebhook, dropQuota, dropWebhook } from './admission.ts';
import { layered, registerAll } from './daemons.ts';
import { areUnreachable, breakNodes, daemonSetPath, NO_NETWORK, PLEG } from './nodes.ts';
import { explicit } from './placement.ts';

const TAINT = { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] } };
const AT_ONCE = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } } };
const NOT_FOUND = 'Back-off pulling image "daemon:2": ErrImagePull: rpc error: code = NotFound desc = not found';
const pullFails = () => waits('ImagePullBackOff', NOT_FOUND);
const EVICTED = fails('Evicted', 'The node was low on resource: memory. ');
const OOM = { exitCode: 137, reason: 'OOMKilled' };
const unhealthy = (probe: string): { reason: string; message: string } => ({
  reason: 'Unhealthy',
  message: `${probe} probe failed: HTTP probe failed with statuscode: 503`,
});

/** Rolls a template out whose pods the test writes. */
async function rollOut(scene: Scene): Promise<void> {
  const containers = [{ name: 'daemon', image: 'daemon:2' }];
  const metadata = { annotations: { [BY_HAND]: 'yes' } };
  await scene.patchDaemonSet({ spec: { template: { metadata, spec: { containers } } } });
}

async function recover(scene: Scene): Promise<void> {
  await scene.revive();
  await scene.writePods(serves);
}

const DEAD: readonly Fault[] = [
  {
    code: 'NodeUnreachable',
    cause: 'dead node whose daemon was crash-looping',
    begins: 'covered',
    bringAbout: async (scene) => {
      await scene.writePods(() => crashes({ exitCode: 1 }));
      await scene.silence();
    },
    evidence: areUnreachable,
    takeAway: recover,
    findings: ['CrashLoop'],
  },
  {
    code: 'NodeUnreachable',
    cause: 'dead node in the middle of a rollout to an image that does not exist',
    spec: AT_ONCE,
    begins: 'covered',
    bringAbout: async (scene) => {
      await rollOut(scene);
      await scene.writePods((pod) => (pod.status.phase === 'Pending' ? pullFails() : {}));
      await scene.silence();
    },
    evidence: areUnreachable,
    takeAway: recover,
  },
  {
    code: 'NodeUnreachable',
    cause: 'dead node on which a finalizer holds a pod',
    templateMetadata: { finalizers: ['rollcall.test/hold'] },
    begins: 'covered',
    bringAbout: async (scene) => {
      await scene.silence();
      await scene.deletePods(1);
    },
    evidence: areUnreachable,
    waitsMs: 31_000,
    findings: ['TerminatingStuck'],
  },
  {
    code: 'NodeNotReady',
    cause: 'PLEG not healthy, and the daemon was killed for want of memory',
    begins: 'covered',
    bringAbout: async (scene) => {
      await scene.writePods(() => crashes(OOM));
      await breakNodes(scene, PLEG);
    },
    takeAway: recover,
    findings: ['OOMKilled'],
  },
  {
    code: 'ImagePullFailed',
    cause: 'node without network, whose daemon provides it and cannot be pulled',
    byHand: true,
    policy: { providesNetwork: true },
    template: { tolerations: [{ operator: 'Exists' }] },
    bringAbout: async (scene) => {
      await breakNodes(scene, NO_NETWORK);
      await scene.addDaemonSet();
      await scene.writePods(pullFails);
    },
    takeAway: recover,
    findings: ['NodeNotReady'],
  },
  {
    code: 'DaemonSetMissing',
    cause: 'DaemonSet deleted while all nodes are not Ready',
    begins: 'covered',
    bringAbout: async (scene) => {
      await breakNodes(scene, PLEG);
      await scene.remove(daemonSetPath(scene));
    },
    findings: ['NodeNotReady'],
  },
];

const REFUSED: readonly Fault[] = [
  {
    code: 'UntoleratedTaint',
    cause: 'quota of 0 and a taint that is not tolerated',
    node: { taints: TAINT.spec.taints },
    policy: explicit,
    prepare: (scene) => addQuota(scene, { hard: { pods: '0' } }),
    message: /dedicated=db:NoSchedule/,
  },
  {
    code: 'QuotaExceeded',
    cause: 'evicted, and the quota lets no pod come after',
    greedy: true,
    begins: 'covered',
    // One node first: each pod that failed costs the controller one of its 25 warnings about a DaemonSet, so that of many at once none may be left.
    bringAbout: async (scene) => {
      await addQuota(scene, { hard: { pods: '0' } });
      const [first] = scene.nodes;
      await scene.writePods((pod) => (pod.spec.nodeName === first ? EVICTED : {}));
      await waitFor(() => scene.hasEvent(/exceeded quota/), { what: 'the refusal', deadlineMs: 600_000 });
      await scene.writePods(() => EVICTED);
    },
    evidence: async (scene) => (await scene.pods()).length === 0,
    takeAway: async (scene) => {
      await scene.writePods(() => ({}));
      await dropQuota(scene);
    },
  },
  {
    code: 'CreateStalled',
    cause: 'all evicted at once, and the quota lets no pod come after: no warning is left to tell of it',
    begins: 'covered',
    stops: 'kube-controller-manager',
    bringAbout: async (scene) => {
      // A quota is in force once the quota controller has counted.
      await addQuota(scene, { hard: { pods: '0' } });
      await scene.stage.plane.kill('kube-controller-manager');
      await scene.writePods(() => EVICTED);
      await scene.stage.plane.start('kube-controller-manager');
    },
    evidence: async (scene) => (await scene.pods()).length === 0,
    waitsMs: 10_000,
    takeAway: async (scene) => {
      await scene.writePods(() => ({}));
      await dropQuota(scene);
    },
    message: /may write 25 warnings about a DaemonSet/,
  },
  {
    code: 'WebhookUnavailable',
    cause: 'webhook goes down in the middle of a rollout',
    spec: AT_ONCE,
    begins: 'covered',
    bringAbout: async (scene) => {
      await addWebhook(scene, scene.stage.webhooks.absent);
      await scene.patchDaemonSet({ spec: { template: { metadata: { annotations: { revision: '2' } } } } });
    },
    evidence: (scene) => scene.hasEvent(/failed calling webhook/),
    takeAway: dropWebhook,
  },
  {
    code: 'LabelDrift',
    cause: 'cordoned node loses the label of the nodeSelector',
    begins: 'covered',
    bringAbout: (scene) => scene.patchNodes({ spec: { unschedulable: true }, metadata: { labels: { scene: null } } }),
    takeAway: (scene) =>
      scene.patchNodes({ spec: { unschedulable: null }, metadata: { labels: { scene: scene.name } } }),
    message: /scene/,
  },
  {
    code: 'LabelDrift',
    cause: 'pods that wait for a missing PersistentVolumeClaim, whose nodes then lose the label',
    template: { volumes: [{ name: 'state', persistentVolumeClaim: { claimName: 'absent' } }] },
    bringAbout: async (scene) => {
      await scene.addDaemonSet();
      await scene.seeReason('VolumeUnbound');
      await scene.patchNodes({ metadata: { labels: { scene: null } } });
    },
    message: /scene/,
  },
];

const BROKEN: readonly Fault[] = [
  {
    code: 'ImagePullFailed',
    cause: 'rollout to an image that does not exist',
    spec: AT_ONCE,
    begins: 'covered',
    bringAbout: async (scene) => {
      await rollOut(scene);
      await scene.writePods((pod) => (pod.status.phase === 'Pending' ? pullFails() : {}));
    },
    takeAway: (scene) => scene.writePods(serves),
    message: /404, no such image/,
  },
  {
    code: 'ImagePullFailed',
    cause: 'image of the init container missing, the daemon waits behind it',
    byHand: true,
    template: { initContainers: [{ name: 'init', image: 'init:1' }] },
    bringAbout: async (scene) => {
      await scene.addDaemonSet();
      await scene.writePods(() => initializing({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } }));
    },
    takeAway: (scene) => scene.writePods(serves),
  },
  {
    code: 'OOMKilled',
    cause: 'killed for want of memory while its liveness probe fails',
    begins: 'covered',
    bringAbout: (scene) =>
      scene.writePods(() =>
        runsUnready([unhealthy('Liveness')], { restartCount: 3, lastState: { terminated: ended(OOM) } }),
      ),
    takeAway: (scene) => scene.writePods(serves),
  },
  {
    code: 'CrashLoop',
    cause: 'crash-looping while its readiness probe fails, under memory pressure',
    begins: 'covered',
    bringAbout: async (scene) => {
      await scene.setNodeConditions([
        { type: 'MemoryPressure', status: 'True', reason: 'KubeletHasInsufficientMemory' },
      ]);
      await scene.writePods(() => crashes({ exitCode: 2 }, 6, [unhealthy('Readiness')]));
    },
    takeAway: (scene) => scene.writePods(serves),
    findings: ['NodeProblem'],
  },
  {
    code: 'CrashLoop',
    cause: 'crash-looping before it ever registered a Daemon',
    ...layered(7),
    begins: 'bare',
    byHand: true,
    bringAbout: async (scene) => {
      await scene.addDaemonSet();
      await scene.writePods(() => crashes({ exitCode: 1, message: 'claim refused: token expired' }));
    },
    takeAway: async (scene) => {
      await registerAll(7)(scene);
      await scene.writePods(serves);
    },
    message: /claim refused/,
  },
  {
    code: 'DaemonUnhealthy',
    cause: 'daemon and driver both ill',
    ...layered(8),
    prepare: registerAll(8, { health: { daemonHealth: 'failed', driverHealth: 'failed' } }),
    findings: ['DriverUnhealthy'],
  },
];

/** The whole group. */
export const compoundFaults: FaultGroup = { group: 'compound', faults: [...DEAD, ...REFUSED, ...BROKEN] };
