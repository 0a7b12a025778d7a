import { expect, test } from 'vitest';
import { createNodeSharing, projectNode } from './project-node.ts';
import { createInterner } from './read-field.ts';

const project = (raw: unknown): ReturnType<typeof projectNode> =>
  projectNode(raw, createNodeSharing(createInterner(100)));
const metadata = { uid: 'u1', name: 'n1' };

test('a real-looking node of 9 kB is projected to the few fields that are kept', () => {
  const raw = makeRealNode(7);
  expect(JSON.stringify(raw).length).toBeGreaterThan(9000);
  const projected = project(structuredClone(raw));
  expect(projected).toEqual({
    uid: '00000000-0000-4000-8000-000000000007',
    name: 'ip-10-0-0-7.eu-central-1.compute.internal',
    sharedLabels: raw.metadata.labels,
    ownLabels: {},
    sharedAnnotations: {
      'cni.example.com/state': '',
      'csi.volume.kubernetes.io/nodeid': '{"ebs.csi.aws.com":"i-0000000000000007"}',
      'node.alpha.kubernetes.io/ttl': '0',
      'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
    },
    ownAnnotations: {},
    createdAt: Date.UTC(2026, 2, 1, 8),
    unschedulable: false,
    taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule', timeAdded: Date.UTC(2026, 2, 2) }],
    ready: {
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
    },
    readySince: Date.UTC(2026, 2, 1, 8, 0, 40),
    problems: [
      {
        type: 'DiskPressure',
        status: 'True',
        reason: 'KubeletHasDiskPressure',
        message: 'kubelet has disk pressure',
      },
    ],
    editor: { manager: 'karpenter', at: Date.UTC(2026, 2, 2) },
    providerId: 'aws:///eu-central-1a/i-000000000007',
    hosts: [],
    ips: [],
    cpuMillis: 8_000,
  });
});

test('a node that has said nothing yet is not Ready but Unknown', () => {
  expect(project({ metadata })).toEqual({
    ...metadata,
    sharedLabels: {},
    ownLabels: {},
    sharedAnnotations: {},
    ownAnnotations: {},
    unschedulable: false,
    taints: [],
    ready: { status: 'Unknown', reason: '', message: '' },
    problems: [],
    providerId: '',
    hosts: [],
    ips: [],
    cpuMillis: 0,
  });
});

test('a leaving, cordoned node says so', () => {
  const projected = project({
    metadata: { ...metadata, deletionTimestamp: '2026-03-01T00:00:00Z' },
    spec: { unschedulable: true },
  });
  expect(projected).toMatchObject({ deletedAt: Date.UTC(2026, 2, 1), unschedulable: true });
});

test('of annotations every key is kept, and the values that a policy can name', () => {
  const annotations = { short: 'x'.repeat(63), long: 'x'.repeat(64), wrong: 1 };
  expect(project({ metadata: { ...metadata, annotations } }).sharedAnnotations).toEqual({
    short: 'x'.repeat(63),
    long: '',
  });
});

test.each<[string, object[], string | undefined]>([
  ['nobody without managed fields', [], undefined],
  [
    'nobody who only owns status',
    [{ ...entry('kubelet', 1, { 'f:metadata': { 'f:labels': {} } }), subresource: 'status' }],
    undefined,
  ],
  ['nobody who owns neither', [entry('kubelet', 1, { 'f:spec': { 'f:podCIDR': {} } })], undefined],
  ['who owns labels', [entry('kubectl-label', 1, { 'f:metadata': { 'f:labels': {} } })], 'kubectl-label'],
  ['who owns taints', [entry('kubectl-taint', 1, { 'f:spec': { 'f:taints': {} } })], 'kubectl-taint'],
  [
    'the newest of several',
    [
      entry('first', 1, { 'f:spec': { 'f:taints': {} } }),
      entry('last', 3, { 'f:metadata': { 'f:labels': {} } }),
      entry('other', 9, { 'f:spec': { 'f:podCIDR': {} } }),
      entry('second', 2, { 'f:spec': { 'f:taints': {} } }),
    ],
    'last',
  ],
])('the editor is %s', (_, managedFields, manager) => {
  expect(project({ metadata: { ...metadata, managedFields } }).editor?.manager).toBe(manager);
});

function entry(manager: string, day: number, fieldsV1: object): object {
  return {
    manager,
    operation: 'Update',
    time: `2026-03-0${day}T00:00:00Z`,
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
}

interface RealNode {
  readonly metadata: { readonly labels: object };
}

// In the form and with the bulk of a node of a managed cluster: images, managed fields, annotations of CNI and CSI.
function makeRealNode(number: number): RealNode {
  const digits = String(number).padStart(12, '0');
  return {
    metadata: {
      name: `ip-10-0-0-${number}.eu-central-1.compute.internal`,
      uid: `00000000-0000-4000-8000-${digits}`,
      resourceVersion: '1234567',
      creationTimestamp: '2026-03-01T08:00:00Z',
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'eks.amazonaws.com/nodegroup': 'workers',
        'kubernetes.io/hostname': `ip-10-0-0-${number}.eu-central-1.compute.internal`,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': 'm7i.2xlarge',
        'topology.kubernetes.io/zone': 'eu-central-1a',
      },
      annotations: {
        'csi.volume.kubernetes.io/nodeid': `{"ebs.csi.aws.com":"i-${digits.padStart(16, '0')}"}`,
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        'cni.example.com/state': JSON.stringify({ routes: Array.from({ length: 20 }, (_, i) => `10.${i}.0.0/24`) }),
      },
      managedFields: [
        managed('kubelet', '2026-03-01T08:00:00Z', {
          'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/os': {} } },
        }),
        managed('karpenter', '2026-03-02T00:00:00Z', { 'f:spec': { 'f:taints': {} } }),
        { ...managed('kubelet', '2026-03-09T00:00:00Z', { 'f:metadata': { 'f:labels': {} } }), subresource: 'status' },
      ],
    },
    spec: {
      podCIDR: '10.1.0.0/24',
      providerID: `aws:///eu-central-1a/i-${digits}`,
      taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule', timeAdded: '2026-03-02T00:00:00Z' }],
    },
    status: {
      capacity: { cpu: '8', memory: '32 Gi', pods: '58' },
      conditions: [
        condition('MemoryPressure False KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        {
          ...condition('DiskPressure True KubeletHasDiskPressure', 'kubelet has disk pressure'),
          lastTransitionTime: '2026-03-03T00:00:00Z',
        },
        condition('PIDPressure False KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready True KubeletReady', 'kubelet is posting ready status'),
      ],
      images: Array.from({ length: 34 }, (_, i) => ({
        names: [
          `registry.example.com/team-${i}/service@sha256:${String(i).padStart(64, '0')}`,
          `registry.example.com/team-${i}/service:v1.${i}.0`,
        ],
        sizeBytes: 100_000_000 + i,
      })),
    },
  } as RealNode;
}

function managed(manager: string, time: string, fieldsV1: object): object {
  return { manager, operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1', fieldsV1 };
}

function condition(words: string, message: string): object {
  const [type, status, reason] = words.split(' ');
  const lastTransitionTime = '2026-03-01T08:00:40Z';
  return { type, status, reason, message, lastHeartbeatTime: '2026-03-09T08:00:40Z', lastTransitionTime };
}
