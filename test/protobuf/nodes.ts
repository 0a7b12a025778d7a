/** Random Nodes. */
import type { Random } from '../e2e/random.ts';
import { drawMetadata } from './metadata.ts';
import { drawFields, drawInteger, drawName, drawQuantity, drawText, drawTime, drawWord, type Json } from './words.ts';

const CONDITIONS = [
  'Ready',
  'Ready',
  'MemoryPressure',
  'DiskPressure',
  'KernelDeadlock',
  'Readyy',
  'rollcall.dev/DaemonReady',
  'rollcall.dev/Other',
  '',
];
const STATUSES = ['True', 'False', 'Unknown', 'true'];
const ADDRESSES = ['InternalIP', 'Hostname', 'InternalDNS', 'ExternalIP', 'Internal'];

/** A Node as the API server could hold it, and as it could not. */
export function drawNode(random: Random, index: number): Json {
  const metadata = drawMetadata(random, index);
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata,
    ...drawFields(
      random,
      { spec: () => drawSpec(random), status: () => drawStatus(random, String(metadata['name'])) },
      0.96,
    ),
  };
}

function drawSpec(random: Random): Json {
  return drawFields(random, {
    podCIDR: () => '10.0.0.0/24',
    podCIDRs: () => random.some(2, () => drawText(random)),
    providerID: () => drawWord(random, ['aws:///eu-1a/i-0123456789abcdef0', 'gce://p/z/n']),
    unschedulable: () => random.chance(0.5),
    taints: () => random.some(3, () => drawTaint(random)),
    externalID: () => drawText(random),
  });
}

function drawTaint(random: Random): Json {
  return drawFields(random, {
    key: () => drawWord(random, ['node.kubernetes.io/not-ready', 'dedicated']),
    value: () => drawText(random),
    effect: () => drawWord(random, ['NoSchedule', 'NoExecute', 'PreferNoSchedule']),
    timeAdded: () => drawTime(random),
  });
}

function drawStatus(random: Random, name: string): Json {
  const resources = (): Json =>
    Object.fromEntries(
      random.some(4, () => [random.pick(['cpu', 'memory', 'pods', 'nvidia.com/gpu']), drawQuantity(random)]),
    );
  return drawFields(random, {
    capacity: resources,
    allocatable: resources,
    phase: () => drawText(random),
    conditions: () => random.some(6, () => drawCondition(random)),
    addresses: () => random.some(5, () => drawAddress(random, name)),
    daemonEndpoints: () => ({ kubeletEndpoint: { Port: 10_250 } }),
    nodeInfo: () =>
      drawFields(random, {
        machineID: () => drawText(random),
        kernelVersion: () => '6.1',
        kubeletVersion: () => 'v1.36.3',
      }),
    images: () =>
      random.some(20, () => ({
        names: random.some(2, () => drawText(random)),
        sizeBytes: random.pick([0, -1, 2 ** 40]),
      })),
    volumesInUse: () => random.some(2, () => drawText(random)),
    volumesAttached: () => random.some(2, () => ({ name: drawText(random), devicePath: '' })),
    config: () => ({
      assigned: { configMap: { name: drawName(random), kubeletConfigKey: '' } },
      error: drawText(random),
    }),
    runtimeHandlers: () => random.some(2, () => ({ name: '', features: { userNamespaces: random.chance(0.5) } })),
    features: () => ({ supplementalGroupsPolicy: random.chance(0.5) }),
  });
}

function drawCondition(random: Random): Json {
  return drawFields(
    random,
    {
      type: () => random.pick(CONDITIONS),
      status: () => drawWord(random, STATUSES),
      lastHeartbeatTime: () => drawTime(random),
      lastTransitionTime: () => drawTime(random),
      reason: () => drawWord(random, ['KubeletReady', 'NodeStatusUnknown']),
      message: () => drawText(random),
    },
    0.9,
  );
}

function drawAddress(random: Random, name: string): Json {
  return drawFields(
    random,
    {
      type: () => drawWord(random, ADDRESSES),
      address: () => random.pick([name, `${name}.internal`, `10.0.0.${drawInteger(random)}`, drawText(random)]),
    },
    0.95,
  );
}
