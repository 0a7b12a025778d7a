/** Malformed and hostile objects for the tests of the projections: what an API server never sends, until it does. */

/** Enough metadata to be projected. */
export const IDENTITY = { uid: 'u', name: 'n' };
const evil = (text: string): unknown => JSON.parse(text);

/** Objects that every projection refuses, and the field that it asks for. */
export const REFUSED: readonly (readonly [what: string, raw: unknown, missing: 'uid' | 'name'])[] = [
  ['nothing', undefined, 'uid'],
  ['null', null, 'uid'],
  ['a number', 7, 'uid'],
  ['a text', 'node', 'uid'],
  ['a list', [{ metadata: IDENTITY }], 'uid'],
  ['an empty object', {}, 'uid'],
  ['metadata as null', { metadata: null }, 'uid'],
  ['metadata as a list', { metadata: [IDENTITY] }, 'uid'],
  ['metadata as a text', { metadata: 'uid' }, 'uid'],
  ['a uid that is a number', { metadata: { ...IDENTITY, uid: 1 } }, 'uid'],
  ['a uid that is empty', { metadata: { ...IDENTITY, uid: '' } }, 'uid'],
  ['no name', { metadata: { uid: 'u' } }, 'name'],
  ['a name that is an object', { metadata: { ...IDENTITY, name: {} } }, 'name'],
  ['metadata only on the prototype', evil('{"__proto__": {"metadata": {"uid": "u", "name": "n"}}}'), 'uid'],
];

/** Objects that have an identity and are otherwise malformed or hostile, of any kind. */
export const HOSTILE: readonly (readonly [what: string, raw: object])[] = [
  ['only an IDENTITY', {}],
  ['spec and status as null', { spec: null, status: null }],
  ['spec and status as lists', { spec: [1], status: [{}] }],
  ['spec and status as texts', { spec: 'x', status: 'y' }],
  ['labels as a list', { metadata: { ...IDENTITY, labels: ['a'] } }],
  ['labels as a text', { metadata: { ...IDENTITY, labels: 'a=b' } }],
  ['labels of every wrong type', { metadata: { ...IDENTITY, labels: { a: 1, b: null, c: {}, d: [], e: true } } }],
  ['a label of 1 MB', { metadata: { ...IDENTITY, labels: { a: 'x'.repeat(1_000_000) } } }],
  ['a label key of 1 MB', { metadata: { ...IDENTITY, labels: { ['k'.repeat(1_000_000)]: 'v' } } }],
  [
    '10,000 labels',
    { metadata: { ...IDENTITY, labels: Object.fromEntries(numbers(10_000).map((n) => [`k${n}`, `${n}`])) } },
  ],
  ['prototype keys as labels', { metadata: { ...IDENTITY, labels: evil('{"__proto__": "x", "constructor": "y"}') } }],
  ['an object under __proto__ in labels', { metadata: { ...IDENTITY, labels: evil('{"__proto__": {"a": "b"}}') } }],
  [
    'prototype keys as annotations',
    { metadata: { ...IDENTITY, annotations: evil('{"__proto__": "x", "valueOf": "y"}') } },
  ],
  [
    'prototype keys beside metadata',
    evil('{"__proto__": {"spec": {"unschedulable": true}}, "constructor": 1}') as object,
  ],
  ['annotations of the wrong types', { metadata: { ...IDENTITY, annotations: { a: 1, b: ['x'.repeat(1000)] } } }],
  ['a creation time of another era', { metadata: { ...IDENTITY, creationTimestamp: '0001-01-01T00:00:00Z' } }],
  ['a creation time far ahead', { metadata: { ...IDENTITY, creationTimestamp: '275760-09-13T00:00:00Z' } }],
  ['a creation time as a number', { metadata: { ...IDENTITY, creationTimestamp: 1e18 } }],
  ['a creation time as words', { metadata: { ...IDENTITY, deletionTimestamp: 'tomorrow' } }],
  [
    'owners as an object',
    { metadata: { ...IDENTITY, ownerReferences: { kind: 'DaemonSet', controller: true, uid: 'd' } } },
  ],
  [
    'owners of the wrong types',
    { metadata: { ...IDENTITY, ownerReferences: [null, 1, 'x', [], { kind: 1, uid: {} }] } },
  ],
  ['finalizers of the wrong types', { metadata: { ...IDENTITY, finalizers: [1, null, 'a/b', {}] } }],
  ['managed fields as an object', { metadata: { ...IDENTITY, managedFields: { manager: 'x' } } }],
  [
    'managed fields of the wrong types',
    { metadata: { ...IDENTITY, managedFields: [null, 1, { fieldsV1: 'f:labels' }] } },
  ],
  [
    'fieldsV1 holding texts',
    { metadata: { ...IDENTITY, managedFields: [{ fieldsV1: { 'f:metadata': 'f:labels', 'f:spec': 1 } }] } },
  ],
  ['a generation below zero', { metadata: { ...IDENTITY, generation: -5 } }],
  ['a generation beyond integers', { metadata: { ...IDENTITY, generation: 1e300 } }],
  ['taints as an object', { spec: { taints: { key: 'a', effect: 'NoSchedule' } } }],
  ['taints of the wrong types', { spec: { taints: [null, 'a', 1, [], {}, { key: 1, value: {}, effect: [] }] } }],
  ['unschedulable as a text', { spec: { unschedulable: 'false' } }],
  ['conditions as an object', { status: { conditions: { type: 'Ready', status: 'True' } } }],
  ['conditions of the wrong types', { status: { conditions: [null, 1, 'x', [], {}, { type: [], status: {} }] } }],
  [
    'two Ready conditions',
    {
      status: {
        conditions: [
          { type: 'Ready', status: true },
          { type: 'Ready', status: 'True' },
        ],
      },
    },
  ],
  [
    'a condition message of 1 MB',
    { status: { conditions: [{ type: 'X', status: 'True', message: 'm'.repeat(1_000_000) }] } },
  ],
  ['a lone surrogate at the cut', { status: { message: `${'m'.repeat(1023)}😀${'m'.repeat(10)}` } }],
  ['a phase as a number', { status: { phase: 3, reason: {}, message: [] } }],
  ['container statuses as an object', { status: { containerStatuses: { name: 'c' }, initContainerStatuses: 'x' } }],
  [
    'container statuses of the wrong types',
    { status: { containerStatuses: [null, 1, [], {}, { name: 1, ready: 'true', restartCount: -3 }] } },
  ],
  [
    'container states of the wrong types',
    {
      status: {
        containerStatuses: [{ state: [], lastState: 'x' }, { state: { waiting: 1, running: [], terminated: 'no' } }],
      },
    },
  ],
  [
    'a termination of the wrong types',
    { status: { containerStatuses: [{ state: { terminated: { exitCode: '1', signal: 1.5, finishedAt: {} } } }] } },
  ],
  ['affinity as a text', { spec: { affinity: 'n1', template: { spec: { affinity: 'n1' } } } }],
  [
    'affinity terms of the wrong types',
    {
      spec: requireTerms([
        null,
        1,
        [],
        { matchFields: 'x' },
        { matchFields: [null, { key: 'metadata.name', operator: 'In', values: [1] }] },
      ]),
    },
  ],
  ['affinity terms as an object', { spec: requireTerms({ 0: {}, length: 1 }) }],
  [
    'a template of the wrong types',
    { spec: { template: { spec: { nodeName: 1, nodeSelector: [], tolerations: {}, hostNetwork: 'true' } } } },
  ],
  [
    'tolerations of the wrong types',
    { spec: { template: { spec: { tolerations: [null, 1, 'x', { key: {}, operator: 1 }] } } } },
  ],
  ['a template without spec', { spec: { template: [] } }],
  [
    'selectors of the wrong types',
    { spec: { selector: { matchLabels: 'a', matchExpressions: [null, {}, 1, { values: {} }] } } },
  ],
  [
    'an update strategy of the wrong types',
    { spec: { updateStrategy: { type: {}, rollingUpdate: { maxSurge: {} } }, minReadySeconds: -1 } },
  ],
  ['Daemon metadata as an object', { status: { metadata: { name: 'node:hostname', value: 'n' } } }],
  [
    'Daemon metadata of the wrong types',
    {
      spec: { workloadID: ['a/b'] },
      status: {
        metadata: [null, 1, 'x', [], {}, { name: 1, value: {} }, { name: 'node:hostname', value: 7 }],
        health: { daemonHealth: true, driverHealth: null, lastProbeAt: 1e300 },
      },
    },
  ],
  [
    'Daemon metadata of 1 MB',
    {
      spec: { workloadID: 'w'.repeat(1_000_000) },
      status: {
        metadata: [
          { name: 'k'.repeat(1_000_000), value: 'v' },
          { name: 'node:hostname', value: 'v'.repeat(1_000_000) },
          ...numbers(1_000).map((n) => ({ name: 'node:ip', value: `10.0.${n >> 8}.${n & 255}` })),
        ],
        health: { daemonHealth: 'x'.repeat(1_000_000), lastProbeAt: '2'.repeat(1_000_000) },
      },
    },
  ],
  ['a probe of no era', { status: { health: { lastProbeAt: '00000000T000000Z' } } }],
  [
    'a node state of the wrong types',
    {
      spec: { nodeId: {}, meshIp: 1, metadata: ['hostname'], data: { updatedAt: '2026-01-01T00:00:00Z' } },
      status: { report: [null, 1, { updatedAt: 5 }], heartbeatTime: [] },
    },
  ],
  [
    'node state metadata of the wrong types',
    { spec: { metadata: { hostname: 1, podName: {}, pod_uid: [], ['x'.repeat(1000)]: 'y' } } },
  ],
  ['a renewal of the wrong types', { spec: { renewTime: 1, leaseDurationSeconds: '40' } }],
  ['a status below zero', { status: { desiredNumberScheduled: -7, observedGeneration: 0.5 }, revision: -2 }],
];

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function requireTerms(nodeSelectorTerms: unknown): object {
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
  return { affinity, template: { spec: { affinity } } };
}
