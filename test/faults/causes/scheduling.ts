/** Faults of scheduling: the pod is there, and nobody can or does place it. */
import type { Fault, FaultGroup } from '../fault.ts';
import type { Scene } from '../scene.ts';

const wanting = (requests: object): object => ({
  containers: [{ name: 'daemon', image: 'daemon:1', resources: { requests } }],
});
const holding = (requests: object): object => ({
  containers: [{ name: 'foreign', image: 'foreign:1', resources: { requests } }],
});
const PORT = { containerPort: 9100, hostPort: 9100 };
const refused: NonNullable<Fault['evidence']> = async (scene) => {
  const pods = await scene.pods();
  const isRefused = ({ status }: (typeof pods)[number]): boolean =>
    status.conditions?.some(({ type, status: is }) => type === 'PodScheduled' && is === 'False') === true;
  return pods.length >= scene.nodes.length && pods.every(isRefused);
};

/** Pods that were refused go back to the queue when others go. */
const dropForeign = async (scene: Scene): Promise<void> => {
  for (const node of scene.nodes) await scene.remove(`pods/foreign-${node}?gracePeriodSeconds=0`);
};

const AMONG_OTHERS = {
  labelSelector: { matchLabels: { app: 'foreign' } },
  topologyKey: 'kubernetes.io/hostname',
};

const ROOM: readonly Fault[] = [
  {
    code: 'InsufficientResources',
    cause: 'CPU request larger than the node',
    node: { allocatable: { cpu: '2' } },
    template: wanting({ cpu: '100' }),
    evidence: refused,
    message: /Insufficient cpu.*never fits/,
  },
  {
    code: 'InsufficientResources',
    cause: 'memory request larger than the node',
    node: { allocatable: { memory: '1Gi' } },
    template: wanting({ memory: '2Gi' }),
    evidence: refused,
    message: /Insufficient memory.*never fits/,
  },
  {
    code: 'InsufficientResources',
    cause: 'extended resource that the node does not have',
    template: { containers: [gpuContainer()] },
    evidence: refused,
    message: /Insufficient example\.com\/gpu/,
  },
  {
    code: 'InsufficientResources',
    cause: 'node filled by pods of equal priority',
    node: { allocatable: { cpu: '1' } },
    template: wanting({ cpu: '500m' }),
    prepare: (scene) => scene.addForeignPods(holding({ cpu: '800m' })),
    evidence: refused,
    takeAway: dropForeign,
    message: /filled by pods of equal or higher priority/,
  },
  {
    code: 'InsufficientResources',
    cause: 'node has too many pods',
    node: { allocatable: { pods: '1' } },
    prepare: (scene) => scene.addForeignPods({}),
    evidence: refused,
    takeAway: dropForeign,
    message: /Too many pods/,
  },
];

function gpuContainer(): object {
  const resources = { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' } };
  return { name: 'daemon', image: 'daemon:1', resources };
}

/** The whole group. */
export const schedulingFaults: FaultGroup = {
  group: 'scheduling',
  faults: [
    ...ROOM,
    {
      code: 'SchedulingGated',
      cause: 'scheduling gate that nobody lifts',
      template: { schedulingGates: [{ name: 'example.com/quota' }] },
      evidence: refused,
      message: /gate/i,
    },
    {
      code: 'PortConflict',
      cause: 'host port held by a foreign pod',
      template: { containers: [{ name: 'daemon', image: 'daemon:1', ports: [PORT] }] },
      prepare: (scene) =>
        scene.addForeignPods({ containers: [{ name: 'foreign', image: 'foreign:1', ports: [PORT] }] }),
      evidence: refused,
      takeAway: dropForeign,
      message: /free ports/,
    },
    {
      code: 'PodAntiAffinity',
      cause: 'required podAntiAffinity against a pod that is there',
      template: {
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [AMONG_OTHERS] } },
      },
      prepare: (scene) => scene.addForeignPods({}, { app: 'foreign' }),
      evidence: refused,
      takeAway: dropForeign,
      message: /anti-affinity/,
    },
    {
      code: 'PodAntiAffinity',
      cause: 'topology spread that the daemon itself cannot keep',
      template: { topologySpreadConstraints: [spread()] },
      evidence: refused,
      message: /topology spread/,
    },
    {
      code: 'VolumeUnbound',
      cause: 'PersistentVolumeClaim missing',
      template: { volumes: [{ name: 'state', persistentVolumeClaim: { claimName: 'absent' } }] },
      evidence: refused,
      message: /persistentvolumeclaim "absent" not found/,
    },
    {
      code: 'VolumeUnbound',
      cause: 'PersistentVolumeClaim unbound',
      template: { volumes: [{ name: 'state', persistentVolumeClaim: { claimName: 'state' } }] },
      prepare: (scene) =>
        scene.make('persistentvolumeclaims', {
          metadata: { name: 'state' },
          spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' },
        }),
      evidence: refused,
      message: /unbound immediate PersistentVolumeClaims/,
    },
    {
      code: 'SchedulerDown',
      cause: 'schedulerName that nobody answers to',
      template: { schedulerName: 'absent' },
      waitsMs: 10_000,
      message: /PodScheduled/,
    },
    {
      code: 'SchedulerDown',
      cause: 'scheduler stopped, pods gone',
      begins: 'covered',
      stops: 'kube-scheduler',
      bringAbout: async (scene) => {
        await scene.stage.plane.kill('kube-scheduler');
        await scene.deletePods();
      },
      waitsMs: 10_000,
      takeAway: (scene) => scene.stage.plane.start('kube-scheduler'),
      message: /PodScheduled/,
    },
    {
      code: 'SchedulerDown',
      cause: 'scheduler stopped whose Lease has ended, pods gone',
      policy: { health: { pod: { startDeadline: '5m' } } },
      begins: 'covered',
      stops: 'kube-scheduler',
      bringAbout: async (scene) => {
        await scene.stage.plane.kill('kube-scheduler');
        await scene.makeGlobal('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', endedLease());
        await scene.deletePods();
      },
      takeAway: (scene) => scene.stage.plane.start('kube-scheduler'),
      message: /kube-scheduler is down or hangs: its Lease was last renewed/,
    },
  ],
};

/** As an elected scheduler leaves it behind; the control plane of the tests has only one, which elects nobody. */
function endedLease(): object {
  const renewTime = new Date(Date.now() - 60_000).toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: 'master-1', leaseDurationSeconds: 15, renewTime };
  return { metadata: { name: 'kube-scheduler' }, spec };
}

// No node has the key, so that none has a place in the topology.
function spread(): object {
  const labelSelector = { matchLabels: { app: 'agent' } };
  return { maxSkew: 1, topologyKey: 'example.com/rack', whenUnsatisfiable: 'DoNotSchedule', labelSelector };
}
