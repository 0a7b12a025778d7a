/**
 * The numbers of the protobuf fields that are read, by message. Sources: k8s.io/apimachinery v0.36.3 pkg/apis/meta/v1/generated.proto for
 * META, MANAGER, OWNER and TIME, pkg/api/resource/generated.proto for QUANTITY, k8s.io/api v0.36.3 core/v1/generated.proto for all others. A number never changes its meaning.
 */

/** Node and Pod alike. */
export const OBJECT = { metadata: 1, spec: 2, status: 3 } as const;

/** ObjectMeta; its uid is read by whoever hands the object over. */
export const META = {
  name: 1,
  namespace: 3,
  creationTimestamp: 8,
  deletionTimestamp: 9,
  labels: 11,
  annotations: 12,
  ownerReferences: 13,
  finalizers: 14,
  managedFields: 17,
} as const;

/** An entry of a map; the same in every map. */
export const ENTRY = { key: 1, value: 2 } as const;

/** ManagedFieldsEntry. */
export const MANAGER = { manager: 1, time: 4, fieldsV1: 7, subresource: 8 } as const;

/** FieldsV1. */
export const FIELDS_V1 = { raw: 1 } as const;

/** OwnerReference. */
export const OWNER = { kind: 1, uid: 4, controller: 6 } as const;

/** Time and MicroTime. */
export const TIME = { seconds: 1 } as const;

/** NodeCondition and PodCondition, which agree in these. */
export const CONDITION = { type: 1, status: 2, lastTransitionTime: 4, reason: 5, message: 6 } as const;

/** NodeSpec. */
export const NODE_SPEC = { providerId: 3, unschedulable: 4, taints: 5 } as const;

/** Taint. */
export const TAINT = { key: 1, value: 2, effect: 3, timeAdded: 4 } as const;

/** NodeStatus. */
export const NODE_STATUS = { capacity: 1, conditions: 4, addresses: 5 } as const;

/** Quantity. */
export const QUANTITY = { text: 1 } as const;

/** NodeAddress. */
export const ADDRESS = { type: 1, address: 2 } as const;

/** PodSpec. */
export const POD_SPEC = { nodeName: 10, affinity: 18 } as const;

/** Affinity. */
export const AFFINITY = { nodeAffinity: 1 } as const;

/** NodeAffinity; `required` is requiredDuringSchedulingIgnoredDuringExecution. */
export const NODE_AFFINITY = { required: 1 } as const;

/** NodeSelector. */
export const NODE_SELECTOR = { terms: 1 } as const;

/** NodeSelectorTerm. */
export const TERM = { matchFields: 2 } as const;

/** NodeSelectorRequirement. */
export const REQUIREMENT = { key: 1, operator: 2, values: 3 } as const;

/** PodStatus. */
export const POD_STATUS = {
  phase: 1,
  conditions: 2,
  message: 3,
  reason: 4,
  containerStatuses: 8,
  initContainerStatuses: 10,
} as const;

/** ContainerStatus. */
export const CONTAINER = {
  name: 1,
  state: 2,
  lastState: 3,
  ready: 4,
  restartCount: 5,
  image: 6,
  imageId: 7,
  started: 9,
} as const;

/** ContainerState. */
export const STATE = { waiting: 1, running: 2, terminated: 3 } as const;

/** ContainerStateRunning. */
export const RUNNING = { startedAt: 1 } as const;

/** ContainerStateWaiting. */
export const WAITING = { reason: 1, message: 2 } as const;

/** ContainerStateTerminated. */
export const TERMINATED = { exitCode: 1, signal: 2, reason: 3, message: 4, finishedAt: 6 } as const;
