/** Node objects as a cloud's kubelets register and report them. */
import type { JsonObject } from '../objects/json.ts';
import { toTimestamp, type Manifest } from '../objects/kube-object.ts';
import type { Machine } from './world-state.ts';

const REGION = 'eu-central-1';
const ZONES = ['a', 'b', 'c'];
const KUBELET_VERSION = 'v1.36.3';

/** The zones in which the world has machines. */
export function zoneOf(serial: number): string {
  return `${REGION}${ZONES[serial % ZONES.length] ?? 'a'}`;
}

/** The private address of a machine: 10.0.0.0/16, one address a serial number. */
export function addressOf(serial: number): string {
  return `10.0.${String(1 + Math.floor(serial / 250))}.${String(1 + (serial % 250))}`;
}

/** The name of a machine's node, as the cloud derives it from its address. */
export function nodeNameOf(serial: number): string {
  return `ip-${addressOf(serial).replaceAll('.', '-')}.${REGION}.compute.internal`;
}

/** The Node of a machine with everything that a kubelet tells of it; taints are those of `machine.reported`. */
export function nodeManifest(machine: Machine, now: number): Manifest {
  const { name, serial, zone } = machine;
  const hex = (serial * 2_654_435_761).toString(16).padStart(8, '0').slice(-8);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: labelsOf(machine), creationTimestamp: toTimestamp(machine.bornAt) },
    spec: { providerID: `aws:///${zone}/i-0${hex}${hex}`, taints: lifecycleTaints(machine.reported, now) },
    status: {
      capacity: { cpu: '4', memory: '16073548Ki', pods: '58', 'ephemeral-storage': '83873772Ki' },
      allocatable: { cpu: '3920m', memory: '15056716Ki', pods: '58', 'ephemeral-storage': '76224326324' },
      conditions: nodeConditions(machine, now),
      addresses: [
        { type: 'InternalIP', address: addressOf(serial) },
        { type: 'InternalDNS', address: name },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: nodeInfo(hex),
      images: IMAGES,
    },
  };
}

function labelsOf({ name, zone, pool }: Machine): JsonObject {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node.kubernetes.io/instance-type': pool.role === 'system' ? 'm7i.large' : 'm7i.xlarge',
    'topology.kubernetes.io/region': REGION,
    'topology.kubernetes.io/zone': zone,
    [pool.label]: pool.name,
    role: pool.role,
  };
}

function nodeInfo(hex: string): JsonObject {
  return {
    machineID: `ec2${hex}${hex}${hex}00000`,
    systemUUID: `ec2${hex.slice(0, 5)}-0000-4000-8000-${hex}0000`,
    bootID: `${hex}-1111-4000-8000-${hex}0000`,
    kernelVersion: '6.12.40-63.114.amzn2023.x86_64',
    osImage: 'Amazon Linux 2023.9.20261012',
    containerRuntimeVersion: 'containerd://2.1.4',
    kubeletVersion: KUBELET_VERSION,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}

const IMAGES: readonly JsonObject[] = [
  { names: ['ghcr.io/plexsphere/plexd:0.4.1'], sizeBytes: 18_874_368 },
  { names: ['quay.io/prometheus/node-exporter:v1.9.1'], sizeBytes: 12_582_912 },
  { names: ['cr.fluentbit.io/fluent/fluent-bit:4.1.0'], sizeBytes: 50_331_648 },
  { names: ['registry.k8s.io/pause:3.10'], sizeBytes: 320_368 },
];

const PRESSURES: readonly (readonly [string, string, string])[] = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
];
const STOPPED = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
const READY: Readonly<Record<Machine['reported'], { readonly reason: string; readonly message: string }>> = {
  True: { reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  False: {
    reason: 'KubeletNotReady',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
  },
  Unknown: STOPPED,
};

/** All conditions of a node for its reported state; `lastHeartbeatTime` is now. */
export function nodeConditions({ reported, readySince, bornAt }: Machine, now: number): readonly JsonObject[] {
  const lastHeartbeatTime = toTimestamp(now);
  const pressures = PRESSURES.map(([type, reason, message]) => ({
    type,
    status: reported === 'Unknown' ? 'Unknown' : 'False',
    lastHeartbeatTime,
    lastTransitionTime: toTimestamp(reported === 'Unknown' ? readySince : bornAt),
    ...(reported === 'Unknown' ? STOPPED : { reason, message }),
  }));
  const lastTransitionTime = toTimestamp(readySince);
  return [...pressures, { type: 'Ready', status: reported, lastHeartbeatTime, lastTransitionTime, ...READY[reported] }];
}

const LIFECYCLE_KEYS = { False: 'node.kubernetes.io/not-ready', Unknown: 'node.kubernetes.io/unreachable' };

/** True for a taint that the node lifecycle sets and takes away. */
export function isLifecycleTaint(key: string): boolean {
  return Object.values(LIFECYCLE_KEYS).includes(key);
}

/** The taints that the node lifecycle sets for a Ready condition: both effects at once. */
export function lifecycleTaints(reported: Machine['reported'], now: number): readonly JsonObject[] {
  if (reported === 'True') return [];
  const key = LIFECYCLE_KEYS[reported];
  return ['NoSchedule', 'NoExecute'].map((effect) => ({ key, effect, timeAdded: toTimestamp(now) }));
}
