/** Faults that end a pod: the kubelet refuses it, it is evicted, it has to make room. */
import type { Fault, FaultGroup } from '../fault.ts';
import type { PodScript } from '../pod-script.ts';
import { fails, serves, timeNow } from '../pod-states.ts';
import { each, type Scene } from '../scene.ts';

const isFailed: NonNullable<Fault['evidence']> = async (scene) => {
  const pods = await scene.pods();
  return pods.length >= scene.nodes.length && pods.every(({ status }) => status.phase === 'Failed');
};

/** Writes the same end of every pod, also of those by which the controller replaces it. */
function ending(end: () => PodScript): Pick<Fault, 'byHand' | 'greedy' | 'bringAbout' | 'takeAway'> {
  return {
    byHand: true,
    greedy: true,
    bringAbout: async (scene) => {
      await scene.addDaemonSet();
      await scene.writePods(end);
    },
    takeAway: (scene) => scene.writePods((pod) => (pod.status.phase === 'Failed' ? {} : serves())),
  };
}

const byKubelet = (reason: string, message: string): object => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason,
  message,
  lastTransitionTime: timeNow(),
});
const SHUTDOWN = 'Pod was terminated in response to imminent node shutdown.';
const LOW_MEMORY =
  'The node was low on resource: memory. Threshold quantity: 100Mi, available: 61440Ki. Container daemon was using 812Mi, request is 0, has larger consumption of memory. ';
const LOW_DISK = 'The node was low on resource: ephemeral-storage. Threshold quantity: 8Gi, available: 7301Mi. ';
const DEVICES =
  'Allocate failed due to requested number of devices unavailable for example.com/gpu. Requested: 1, Available: 0, which is unexpected';

const REJECTED: readonly Fault[] = [
  {
    code: 'KubeletRejected',
    cause: 'OutOfcpu: the kubelet counts what the scheduler did not',
    ...ending(() =>
      fails('OutOfcpu', "Node didn't have enough resource: cpu, requested: 500, used: 3800, capacity: 4000"),
    ),
    message: /OutOfcpu/,
    retries: true,
  },
  {
    code: 'KubeletRejected',
    cause: 'NodeAffinity: the node changed its labels before admission',
    ...ending(() =>
      fails('NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
    ),
    message: /NodeAffinity/,
    retries: true,
  },
  {
    code: 'KubeletRejected',
    cause: 'UnexpectedAdmissionError: devices denied',
    ...ending(() => fails('UnexpectedAdmissionError', `Pod was rejected: ${DEVICES}`)),
    message: /requested number of devices unavailable/,
    retries: true,
  },
  {
    code: 'KubeletRejected',
    cause: 'node shutdown: the kubelet ends all pods',
    ...ending(() => fails('Terminated', SHUTDOWN, [byKubelet('TerminationByKubelet', SHUTDOWN)])),
    message: /node shutdown/,
    retries: true,
  },
  {
    code: 'KubeletRejected',
    cause: 'NodeShutdown: no pod is admitted while the node shuts down',
    ...ending(() => fails('NodeShutdown', 'Pod was rejected as the node is shutting down.')),
    message: /shutting down/,
    retries: true,
  },
];

/** A pod of the highest priority that fits only if the daemon goes. */
async function preempt(scene: Scene): Promise<void> {
  await each(scene.nodes, (node) =>
    scene.make('pods', {
      metadata: { name: `critical-${node}` },
      spec: {
        priorityClassName: 'weighty',
        nodeSelector: { 'kubernetes.io/hostname': node },
        containers: [{ name: 'foreign', image: 'foreign:1', resources: { requests: { cpu: '800m' } } }],
      },
    }),
  );
}

/** The whole group. */
export const podEndFaults: FaultGroup = {
  group: 'pod ends',
  faults: [
    ...REJECTED,
    {
      code: 'Evicted',
      cause: 'evicted under memory pressure',
      ...ending(() => fails('Evicted', LOW_MEMORY, [byKubelet('TerminationByKubelet', LOW_MEMORY)])),
      evidence: isFailed,
      message: /low on resource: memory/,
      retries: true,
    },
    {
      code: 'Evicted',
      cause: 'evicted under disk pressure, which the node still has',
      ...ending(() => fails('Evicted', LOW_DISK, [byKubelet('TerminationByKubelet', LOW_DISK)])),
      bringAbout: async (scene) => {
        await scene.setNodeConditions([{ type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure' }]);
        await scene.addDaemonSet();
        await scene.writePods(() => fails('Evicted', LOW_DISK));
      },
      takeAway: async (scene) => {
        await scene.setNodeConditions([{ type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure' }]);
        await scene.writePods((pod) => (pod.status.phase === 'Failed' ? {} : serves()));
      },
      message: /low on resource: ephemeral-storage/,
      findings: ['NodeProblem'],
      retries: true,
    },
    {
      code: 'Preempted',
      cause: 'preempted by the scheduler for a pod of higher priority, still in its grace period',
      node: { allocatable: { cpu: '1' } },
      // What holds it in its grace period is a kubelet's to say; KWOK has none.
      templateMetadata: { finalizers: ['rollcall.test/grace'] },
      template: {
        priorityClassName: 'lowly',
        containers: [{ name: 'daemon', image: 'daemon:1', resources: { requests: { cpu: '500m' } } }],
      },
      begins: 'covered',
      bringAbout: preempt,
      evidence: async (scene) => (await scene.pods()).every(({ metadata }) => metadata.deletionTimestamp !== undefined),
      message: /PreemptionByScheduler/,
    },
    {
      code: 'Preempted',
      cause: 'preempted by the kubelet for a critical pod',
      ...ending(() => fails('Preempting', 'Preempted in order to admit critical pod')),
      message: /admit critical pod/,
    },
  ],
};
