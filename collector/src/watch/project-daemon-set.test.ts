import { expect, test } from 'vitest';
import { projectDaemonSet } from './project-daemon-set.ts';
import { projectRevision } from './project-revision.ts';
import { createInterner } from './read-field.ts';

const project = (raw: object): ReturnType<typeof projectDaemonSet> =>
  projectDaemonSet(structuredClone(raw), createInterner(100));
const metadata = { uid: 'd1', name: 'agent', namespace: 'system' };

test('a full DaemonSet is projected', () => {
  const plain = {
    sidecar: false,
    security: 'runAsUser 1000, runAsNonRoot true',
    probes: [],
    mounts: [],
    configMaps: [],
  };
  const expression = { key: 'zone', operator: 'In', values: ['a', 'b'] };
  const terms = [{ matchExpressions: [expression] }, {}];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
  const podSpec = {
    nodeName: 'n1',
    nodeSelector: { role: 'w' },
    hostNetwork: true,
    affinity: { nodeAffinity: required },
    tolerations: [{ operator: 'Exists' }, { key: 'a', value: 'b', effect: 'NoExecute', tolerationSeconds: 30 }],
    schedulerName: 'own-scheduler',
    priorityClassName: 'system-node-critical',
    securityContext: { runAsUser: 1000, runAsNonRoot: true },
    initContainers: [{ name: 'mesh', restartPolicy: 'Always' }, { name: 'setup' }],
    containers: [
      {
        name: 'c',
        image: 'i',
        restartPolicy: 'Always',
        securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'] } },
        startupProbe: { exec: { command: ['true'] } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
        volumeMounts: [
          { name: 'state', mountPath: '/state' },
          { name: 'config', mountPath: '/etc/c', subPath: 'c.yaml' },
        ],
        envFrom: [{ configMapRef: { name: 'env' } }, { secretRef: { name: 'token' } }],
        env: [
          { name: 'A', value: 'b' },
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'env', key: 'k' } } },
        ],
      },
    ],
    volumes: [
      { name: 'state', hostPath: { path: '/var/lib/c', type: 'Directory' } },
      { name: 'config', configMap: { name: 'c' } },
      { name: 'all', projected: { sources: [{ configMap: { name: 'ca' } }, { secret: { name: 's' } }] } },
    ],
  };
  const projected = project({
    metadata: { ...metadata, generation: 3, creationTimestamp: '2026-03-01T00:00:00Z' },
    spec: {
      selector: { matchLabels: { app: 'agent' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
      minReadySeconds: 5,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '10%', maxUnavailable: 0 } },
      template: { metadata: { labels: { app: 'agent', tier: 'node' } }, spec: podSpec },
    },
    status: { desiredNumberScheduled: 12, observedGeneration: 2, numberReady: 11 },
  });
  expect(projected).toEqual({
    ...metadata,
    createdAt: Date.UTC(2026, 2, 1),
    generation: 3,
    selector: { matchLabels: { app: 'agent' }, matchExpressions: [{ key: 'tier', operator: 'Exists', values: [] }] },
    placement: {
      nodeName: 'n1',
      nodeSelector: { role: 'w' },
      terms: [
        { matchExpressions: [expression], matchFields: [] },
        { matchExpressions: [], matchFields: [] },
      ],
      tolerations: [
        { key: '', operator: 'Exists', value: '', effect: '' },
        { key: 'a', operator: '', value: 'b', effect: 'NoExecute' },
      ],
      hostNetwork: true,
    },
    podTemplate: {
      schedulerName: 'own-scheduler',
      priorityClassName: 'system-node-critical',
      containers: [
        { ...plain, name: 'mesh', sidecar: true },
        { ...plain, name: 'setup' },
        {
          name: 'c',
          sidecar: false,
          security: 'runAsUser 0, runAsNonRoot true, capabilities dropped: ALL',
          probes: ['startup', 'readiness'],
          mounts: [
            { volume: 'state', path: '/state', fixed: false },
            { volume: 'config', path: '/etc/c', fixed: true },
          ],
          configMaps: ['env'],
        },
      ],
      volumes: [
        { name: 'state', hostPath: '/var/lib/c', configMaps: [] },
        { name: 'config', hostPath: '', configMaps: ['c'] },
        { name: 'all', hostPath: '', configMaps: ['ca'] },
      ],
    },
    podLabels: { app: 'agent', tier: 'node' },
    minReadySeconds: 5,
    strategy: 'RollingUpdate',
    surge: true,
    rolloutBudget: '10%',
    status: { desired: 12, observedGeneration: 2 },
  });
});

test('required affinity without terms differs from none, since it admits no node', () => {
  const requiring = (required: unknown): object => ({
    metadata,
    spec: {
      template: { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } } },
    },
  });
  expect(project(requiring(null)).placement.terms).toBeUndefined();
  expect(project(requiring({})).placement.terms).toEqual([]);
  expect(project(requiring({ nodeSelectorTerms: null })).placement.terms).toEqual([]);
});

test('an entry that is no requirement stays as an invalid one, so that a selector never widens', () => {
  const raw = {
    metadata,
    spec: { selector: { matchExpressions: [null, 'x', { key: 'a', operator: 'In', values: [1, 'b'] }] } },
  };
  expect(project(raw).selector.matchExpressions).toEqual([
    { key: '', operator: '', values: [] },
    { key: '', operator: '', values: [] },
    { key: 'a', operator: 'In', values: ['b'] },
  ]);
});

test.each<[unknown, boolean]>([
  [1, true],
  ['1%', true],
  ['100%', true],
  [0, false],
  ['0%', false],
  ['00%', false],
  ['3', false],
  [-1, false],
  [null, false],
  [undefined, false],
  [[1], false],
])('maxSurge %j means surge %s', (maxSurge, surge) => {
  expect(project({ metadata, spec: { updateStrategy: { rollingUpdate: { maxSurge } } } }).surge).toBe(surge);
});

test('OnDelete is read, every other strategy is the default', () => {
  const strategies = ['OnDelete', 'RollingUpdate', 'Recreate', 1].map(
    (type) => project({ metadata, spec: { updateStrategy: { type } } }).strategy,
  );
  expect(strategies).toEqual(['OnDelete', 'RollingUpdate', 'RollingUpdate', 'RollingUpdate']);
});

test('a revision is projected', () => {
  const ownerReferences = [{ kind: 'DaemonSet', uid: 'd1', controller: true }];
  const labels = { 'controller-revision-hash': '6d5' };
  const raw = { metadata: { uid: 'r1', name: 'agent-6d5', labels, ownerReferences }, revision: 4, data: {} };
  expect(projectRevision(raw, createInterner(100))).toEqual({ uid: 'r1', ownerUid: 'd1', revision: 4, hash: '6d5' });
});
