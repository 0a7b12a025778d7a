/** Random Nodes and Pods in Kubernetes' own words for tests: every field that a projection reads, and some that none does. */
import type { Chance } from '../test-random.ts';

type Raw = Readonly<Record<string, unknown>>;

const TIMES = ['2026-03-01T00:00:09Z', '1970-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59Z', null];
const WORDS = [
  '',
  'a',
  'True',
  'False',
  'Unknown',
  'b/c',
  'é',
  '日本',
  '😀',
  'x'.repeat(63),
  'x'.repeat(64),
  'y'.repeat(300),
];
const KEYS = [
  'kubernetes.io/hostname',
  'zone',
  'pool',
  '__proto__',
  'constructor',
  'controller-revision-hash',
  'é',
  '1',
  '',
];
const MESSAGES = [...WORDS, 'm'.repeat(1024), `${'m'.repeat(1023)}😀`, 'é'.repeat(1500), 'z'.repeat(5000)];
const TYPES = [
  'Ready',
  'PodScheduled',
  'Initialized',
  'DisruptionTarget',
  'PodReadyToStartContainers',
  'DiskPressure',
  'rollcall.dev/DaemonReady',
  '',
];
const FIELDS_V1 = [
  {},
  { 'f:metadata': { 'f:labels': { 'f:a': {} } } },
  { 'f:spec': { 'f:taints': {} } },
  { 'f:metadata': { 'f:annotations': { 'f:labels': {} } }, 'f:status': { 'f:taints': {} } },
  { 'f:spec': { 'f:labels': {} }, 'f:metadata': { 'f:taints': {} } },
  { 'f:metadata': { 'v:"f:labels"': {} } },
  { 'f:metadata': { '\\': {}, 'f:labels': {} } },
];

/** A Node; sometimes without a name or uid. */
export function drawNode(chance: Chance): Raw {
  return drop(chance, {
    metadata: drawMetadata(chance),
    spec: drop(chance, {
      podCIDR: '10.0.0.0/24',
      providerID: chance.pick(WORDS),
      unschedulable: chance.once(2),
      taints: draw(chance, 3, () =>
        drop(chance, {
          key: chance.pick(WORDS),
          value: chance.pick(WORDS),
          effect: chance.pick(['NoSchedule', 'NoExecute', '']),
          timeAdded: chance.pick(TIMES),
        }),
      ),
    }),
    status: drop(chance, {
      capacity: drop(chance, { cpu: chance.pick(['4', '3920m', '0', '1.5', 'é', '']), memory: '32Gi' }),
      conditions: draw(chance, 5, () => drawCondition(chance)),
      addresses: draw(chance, 5, () =>
        drop(chance, {
          type: chance.pick(['InternalIP', 'ExternalIP', 'Hostname', 'InternalDNS', '']),
          address: chance.pick(['n1', '10.0.0.1', '10.0.0.2', 'n1.internal', '']),
        }),
      ),
      images: [{ names: ['a/b:c'], sizeBytes: 2 ** 40 }],
    }),
  });
}

/** A Pod; sometimes without a name or uid. */
export function drawPod(chance: Chance): Raw {
  return drop(chance, {
    metadata: drawMetadata(chance),
    spec: drop(chance, {
      nodeName: chance.pick(['', 'n1', 'n2']),
      hostNetwork: true,
      affinity: drop(chance, { nodeAffinity: drawNodeAffinity(chance) }),
      containers: [{ name: 'c', image: 'i' }],
    }),
    status: drop(chance, {
      phase: chance.pick(['Running', 'Pending', 'Failed', '']),
      reason: chance.pick(WORDS),
      message: chance.pick(MESSAGES),
      conditions: draw(chance, 5, () => drawCondition(chance)),
      containerStatuses: draw(chance, 3, () => drawContainer(chance)),
      initContainerStatuses: draw(chance, 2, () => drawContainer(chance)),
    }),
  });
}

function drawMetadata(chance: Chance): Raw {
  const own = chance.once(10) ? drop(chance, { name: 'n1', uid: 'u1' }) : { name: 'n1', uid: 'u1' };
  return {
    ...own,
    ...drop(chance, {
      namespace: chance.pick(['', 'agents']),
      resourceVersion: '7',
      generation: chance.pick([1, 2 ** 40]),
      creationTimestamp: chance.pick(TIMES),
      deletionTimestamp: chance.pick(TIMES),
      labels: drawMap(chance),
      annotations: drawMap(chance),
      finalizers: draw(chance, 2, () => chance.pick(WORDS)),
      ownerReferences: draw(chance, 3, () =>
        drop(chance, {
          kind: chance.pick(['DaemonSet', 'Node', '']),
          name: 'd',
          uid: chance.pick(['d1', 'd2', '']),
          controller: chance.once(2),
        }),
      ),
      managedFields: draw(chance, 4, () =>
        drop(chance, {
          manager: chance.pick(['kubelet', 'kubectl', '']),
          operation: 'Update',
          time: chance.pick(TIMES),
          subresource: chance.pick(['status', 'scale', '']),
          fieldsV1: chance.pick(FIELDS_V1),
        }),
      ),
    }),
  };
}

function drawMap(chance: Chance): Raw {
  // Object.fromEntries, since a key may be `__proto__`.
  return Object.fromEntries(
    draw(chance, 6, () => [chance.pick(KEYS), chance.once(3) ? `own-${chance.below(500)}` : chance.pick(WORDS)]),
  );
}

function drawCondition(chance: Chance): Raw {
  return drop(chance, {
    type: chance.pick(TYPES),
    status: chance.pick(['True', 'False', 'Unknown', '']),
    lastTransitionTime: chance.pick(TIMES),
    reason: chance.pick(WORDS),
    message: chance.pick(MESSAGES),
  });
}

function drawNodeAffinity(chance: Chance): Raw {
  const requirement = (): Raw =>
    drop(chance, {
      key: chance.pick(['metadata.name', 'metadata.name', 'other']),
      operator: chance.pick(['In', 'In', 'NotIn']),
      values: draw(chance, 2, () => chance.pick(['n1', 'n7', ''])),
    });
  const term = (): Raw =>
    drop(chance, { matchExpressions: draw(chance, 2, requirement), matchFields: draw(chance, 3, requirement) });
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: draw(chance, 2, term) } };
}

function drawContainer(chance: Chance): Raw {
  return drop(chance, {
    name: chance.pick(WORDS),
    state: drawState(chance),
    lastState: drawState(chance),
    ready: chance.once(2),
    restartCount: chance.pick([0, 0, 0, 1, 2 ** 31 - 1, -1]),
    image: chance.pick(WORDS),
    imageID: chance.pick(['', 'sha256:0', 'a/b@sha256:1']),
    started: chance.pick([true, false]),
  });
}

function drawState(chance: Chance): Raw {
  const terminated = drop(chance, {
    exitCode: chance.pick([0, 0, 137, -1]),
    signal: chance.pick([0, 9]),
    reason: chance.pick(WORDS),
    message: chance.pick(MESSAGES),
    finishedAt: chance.pick(TIMES),
  });
  return chance.pick([
    {},
    { running: { startedAt: chance.pick(TIMES) } },
    { running: {} },
    { waiting: drop(chance, { reason: chance.pick(WORDS), message: chance.pick(MESSAGES) }) },
    { terminated },
  ]);
}

function draw<T>(chance: Chance, most: number, make: () => T): readonly T[] {
  return Array.from({ length: chance.below(most + 1) }, make);
}

/** The fields without some of them. */
function drop(chance: Chance, fields: Raw): Raw {
  return Object.fromEntries(Object.entries(fields).filter(() => !chance.once(8)));
}
