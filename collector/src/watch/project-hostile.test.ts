/** No object, however malformed or hostile, makes a projection throw anything but its one clear refusal. */
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { projectDaemon } from './project-daemon.ts';
import { projectDaemonSet } from './project-daemon-set.ts';
import { projectLease } from './project-lease.ts';
import { projectNamespaceLabels, projectNetworkPolicy } from './project-network-policy.ts';
import { createNodeSharing, projectNode } from './project-node.ts';
import { projectNodeState } from './project-node-state.ts';
import { createPodSharing, projectPod } from './project-pod.ts';
import { projectRevision } from './project-revision.ts';
import { spreadPod } from './test-pods.ts';
import { HOSTILE, IDENTITY, REFUSED } from './project-hostile.cases.ts';
import { createInterner, type Interner } from './read-field.ts';

type Project = (raw: unknown, intern: Interner) => object;

const PROJECTIONS: readonly (readonly [kind: Kind, project: Project])[] = [
  ['Node', (raw, intern) => projectNode(raw, createNodeSharing(intern))],
  ['Pod', (raw, intern) => spreadPod(projectPod(raw, createPodSharing(intern)))],
  ['DaemonSet', projectDaemonSet],
  ['ControllerRevision', projectRevision],
  ['Daemon', projectDaemon],
  ['PlexdNodeState', projectNodeState],
  ['Lease', projectLease],
  ['NetworkPolicy', projectNetworkPolicy],
  ['Namespace', projectNamespaceLabels],
];

// What the contract's types say, in a form that a test can check: a type's name, with ? where it may be absent, a list or an object.
type Shape = string | readonly [Shape] | { readonly [key: string]: Shape };
type Kind =
  | 'Node'
  | 'Pod'
  | 'DaemonSet'
  | 'ControllerRevision'
  | 'Daemon'
  | 'PlexdNodeState'
  | 'Lease'
  | 'NetworkPolicy'
  | 'Namespace';

const CONDITION: Shape = { status: 'string', reason: 'string', message: 'string' };
const REQUIREMENT: Shape = { key: 'string', operator: 'string', values: ['string'] };
const SELECTOR = { matchLabels: 'map', matchExpressions: [REQUIREMENT] } as const;
const TERMINATION = {
  reason: 'string',
  message: 'string',
  exitCode: 'integer',
  signal: 'integer',
  finishedAt: 'time?',
};

const SHAPES: Readonly<Record<Kind, Shape>> = {
  Node: {
    uid: 'string',
    name: 'string',
    sharedLabels: 'map',
    ownLabels: 'map',
    sharedAnnotations: 'map',
    ownAnnotations: 'map',
    createdAt: 'time?',
    deletedAt: 'time?',
    unschedulable: 'boolean',
    taints: [{ key: 'string', value: 'string', effect: 'string', timeAdded: 'time?' }],
    ready: CONDITION,
    readySince: 'time?',
    problems: [{ type: 'string', ...CONDITION }],
    'daemonReady?': 'string',
    'editor?': { manager: 'string', at: 'time?' },
    providerId: 'string',
    hosts: ['string'],
    ips: ['string'],
    cpuMillis: 'number',
  },
  Pod: {
    ...texts('uid', 'name', 'namespace', 'ownerUid', 'target', 'phase', 'reason', 'message', 'hash'),
    bound: 'boolean',
    createdAt: 'time?',
    deletedAt: 'time?',
    finalizers: ['string'],
    ready: CONDITION,
    readySince: 'time?',
    'scheduled?': CONDITION,
    'initialized?': CONDITION,
    'disruption?': CONDITION,
    'sandbox?': CONDITION,
    imageIds: 'string',
    'steps?': 'count',
    containers: [
      {
        ...texts('name', 'image'),
        init: 'boolean',
        ready: 'boolean',
        running: 'boolean',
        restarts: 'count',
        'started?': 'boolean',
        'startedAt?': 'time?',
        'waiting?': texts('reason', 'message'),
        'terminated?': TERMINATION,
        'lastTerminated?': TERMINATION,
      },
    ],
  },
  DaemonSet: {
    ...texts('uid', 'name', 'namespace', 'strategy'),
    createdAt: 'time?',
    deletedAt: 'time?',
    generation: 'count',
    selector: SELECTOR,
    placement: {
      nodeName: 'string',
      nodeSelector: 'map',
      'terms?': [{ matchExpressions: [REQUIREMENT], matchFields: [REQUIREMENT] }],
      tolerations: [texts('key', 'operator', 'value', 'effect')],
      hostNetwork: 'boolean',
    },
    podTemplate: {
      ...texts('schedulerName', 'priorityClassName'),
      containers: [
        {
          ...texts('name', 'security'),
          sidecar: 'boolean',
          probes: ['string'],
          mounts: [{ ...texts('volume', 'path'), fixed: 'boolean' }],
          configMaps: ['string'],
        },
      ],
      volumes: [{ ...texts('name', 'hostPath'), configMaps: ['string'] }],
    },
    podLabels: 'map',
    minReadySeconds: 'count',
    surge: 'boolean',
    rolloutBudget: 'string',
    'serviceAccount?': 'string',
    status: { desired: 'count', observedGeneration: 'count' },
  },
  ControllerRevision: { ...texts('uid', 'ownerUid', 'hash'), revision: 'count' },
  Daemon: {
    ...texts('uid', 'name', 'namespace', 'workloadId', 'daemonHealth', 'driverHealth', 'lastProbe'),
    ...texts('daemonVersion', 'driverVersion'),
    instanceIds: ['string'],
    nodeUids: ['string'],
    hosts: ['string'],
    ips: ['string'],
    lastProbeAt: 'time?',
  },
  PlexdNodeState: {
    ...texts('uid', 'name', 'namespace', 'nodeId', 'host', 'podUid', 'podName', 'meshIp'),
    aliveAt: 'time?',
  },
  Lease: { ...texts('uid', 'node'), renewedAt: 'time?', durationSeconds: 'count' },
  NetworkPolicy: {
    ...texts('uid', 'name', 'namespace'),
    podSelector: SELECTOR,
    limitsEgress: 'boolean',
    egress: [
      {
        to: [
          {
            'block?': { cidr: 'string', except: ['string'] },
            'namespaceSelector?': SELECTOR,
            'podSelector?': SELECTOR,
          },
        ],
        ports: [{ protocol: 'string', 'port?': 'port', 'endPort?': 'number' }],
      },
    ],
  },
  Namespace: { ...texts('uid', 'name'), labels: 'map' },
};

// Names that the projections read, so that random objects get past the first level.
const FIELDS =
  'metadata spec status labels annotations creationTimestamp ownerReferences finalizers managedFields fieldsV1 f:metadata f:labels ' +
  'taints unschedulable conditions type reason message nodeName affinity nodeAffinity nodeSelectorTerms matchFields matchExpressions ' +
  'requiredDuringSchedulingIgnoredDuringExecution key operator values template tolerations nodeSelector selector matchLabels ' +
  'updateStrategy rollingUpdate maxSurge containerStatuses initContainerStatuses state lastState waiting terminated restartCount ' +
  'health daemonHealth lastProbeAt name value workloadID nodeId hostname podName data report updatedAt heartbeatTime renewTime ' +
  'leaseDurationSeconds podSelector policyTypes egress to ports ipBlock cidr except namespaceSelector port endPort protocol f:spec __proto__ constructor toString';

describe.each(PROJECTIONS)('a %s', (kind, project) => {
  test.each(REFUSED)('from %s is refused by name', (_, raw, missing) => {
    expect(() => project(raw, createInterner(10))).toThrow(
      new Error(`projection refused: ${kind} without metadata.${missing}`),
    );
  });

  const shape = SHAPES[kind];
  test.each(HOSTILE)('with %s is projected to the right types', (_, raw) => {
    expectShape(project(structuredClone({ metadata: IDENTITY, ...raw }), createInterner(10)), shape);
  });

  test('from any JSON is projected to the right types or refused', () => {
    const json = fc.jsonValue({ maxDepth: 5 });
    const fields = fc.constantFrom(...FIELDS.split(' '));
    const tree = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, json, tie('object'), fc.array(tie('object'), { maxLength: 3 })),
      object: fc.dictionary(fields, tie('value'), { maxKeys: 6 }),
    }));
    const raw = fc.tuple(tree.object, fc.boolean()).map(([object, named]) => {
      const other = object as Record<string, unknown>;
      const metadata = typeof other['metadata'] === 'object' ? other['metadata'] : {};
      return named ? { ...other, metadata: { ...metadata, ...IDENTITY } } : other;
    });
    fc.assert(
      fc.property(raw, (value) => expectProjectedOrRefused(project, value, shape)),
      { numRuns: 100 * inject('rounds') },
    );
  });
});

function expectProjectedOrRefused(project: Project, raw: unknown, shape: Shape): void {
  let projected: object;
  try {
    projected = project(raw, createInterner(10));
  } catch (error) {
    expect(String(error)).toMatch(/^Error: projection refused: \w+ without metadata\.(uid|name)$/);
    return;
  }
  expectShape(projected, shape);
}

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  port: (value) => typeof value === 'number' || typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isSafeInteger,
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  'time?': (value) =>
    value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 253_402_300_800_000),
  map: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
};

function expectShape(value: unknown, shape: Shape, path = ''): void {
  if (typeof shape === 'string') {
    if (!CHECKS[shape]?.(value)) expect.fail(`${path} is no ${shape}: ${JSON.stringify(value)?.slice(0, 100)}`);
  } else if (isList(shape)) {
    if (!Array.isArray(value)) expect.fail(`${path} is no list`);
    else value.forEach((item, index) => expectShape(item, shape[0], `${path}[${index}]`));
  } else expectObject(value, shape, path);
}

function expectObject(value: unknown, shape: { readonly [key: string]: Shape }, path: string): void {
  if (!isObject(value)) expect.fail(`${path} is no object`);
  const known = Object.entries(shape).map(([name, inner]) => {
    const key = name.replace('?', '');
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (!name.endsWith('?') || field !== undefined) expectShape(field, inner, `${path}.${key}`);
    return key;
  });
  expect(Object.keys(value as object).filter((key) => !known.includes(key))).toEqual([]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function texts(...names: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.map((name) => [name, 'string']));
}
