/** Random ObjectMeta. */
import type { Random } from '../e2e/random.ts';
import { drawFields, drawInteger, drawMap, drawName, drawText, drawTime, drawWord, type Json } from './words.ts';

const LABELS = [
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'topology.kubernetes.io/zone',
  'node.kubernetes.io/instance-type',
  'controller-revision-hash',
  'controller-revision-hashes',
  'app',
  'pool',
];
const ANNOTATIONS = ['plexd.io/maintenance', 'volumes.kubernetes.io/managed', 'node.alpha.kubernetes.io/ttl', 'state'];
const MANAGERS = ['kubelet', 'kube-controller-manager', 'kubectl-label', 'karpenter'];
/** What managers own: labels, taints, neither, and both words in places where they say nothing. */
const OWNED: readonly Json[] = [
  { 'f:metadata': { 'f:labels': { '.': {}, 'f:pool': {} } } },
  { 'f:metadata': { 'f:labels': null } },
  { 'f:spec': { 'f:taints': {} } },
  { 'f:spec': { 'f:unschedulable': {} }, 'f:metadata': { 'f:annotations': { 'f:f:labels': {} } } },
  { 'f:status': { 'f:labels': {}, 'f:taints': {} } },
  { 'f:labels': {}, 'f:taints': {} },
  { 'f:metadata': {}, 'f:spec': {} },
  { 'f:spec': { 'f:taints"\\': {} } },
  { 'f:status': { 'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:lastHeartbeatTime': {} } } } },
  { 'f:metadata': { 'f:annotations': { 'f:ключ': {} } } },
  {},
];

/** With uid, version and name, as every stored object has them; `index` makes the uid. */
export function drawMetadata(random: Random, index: number): Json {
  return {
    name: random.chance(0.9) ? drawName(random) : drawText(random) || 'x',
    ...drawFields(random, { generateName: () => 'agent-' }, 0.2),
    ...drawFields(random, { namespace: () => drawWord(random, ['plexd', 'kube-system']) }, 0.5),
    uid: `uid-${index}`,
    resourceVersion: String(random.integer(1, 2 ** 52)),
    ...drawFields(random, {
      generation: () => random.pick([0, 1, 7, 2 ** 40]),
      creationTimestamp: () => drawTime(random),
    }),
    ...drawFields(
      random,
      { deletionTimestamp: () => drawTime(random), deletionGracePeriodSeconds: () => drawInteger(random) },
      0.15,
    ),
    ...drawFields(random, {
      labels: () => drawMap(random, LABELS, 10),
      annotations: () => drawMap(random, ANNOTATIONS, 4),
      ownerReferences: () => random.some(3, () => drawOwner(random)),
    }),
    ...drawFields(random, { finalizers: () => random.some(3, () => drawText(random)) }, 0.2),
    ...drawFields(random, { managedFields: () => random.some(4, () => drawManager(random)) }),
  };
}

function drawOwner(random: Random): Json {
  return drawFields(
    random,
    {
      apiVersion: () => random.pick(['apps/v1', 'v1']),
      kind: () => drawWord(random, ['DaemonSet', 'DaemonSet', 'DaemonSets', 'ReplicaSet', 'Node']),
      name: () => drawName(random),
      uid: () => drawText(random),
      controller: () => random.chance(0.7),
      blockOwnerDeletion: () => random.chance(0.5),
    },
    0.9,
  );
}

function drawManager(random: Random): Json {
  return drawFields(random, {
    manager: () => drawWord(random, MANAGERS),
    operation: () => random.pick(['Update', 'Apply', '']),
    apiVersion: () => 'v1',
    time: () => drawTime(random),
    fieldsType: () => 'FieldsV1',
    fieldsV1: () => random.pick(OWNED),
    subresource: () => random.pick(['status', '', 'scale', 'statuses']),
  });
}
