import { expect, test } from 'vitest';
import { projectLease } from './project-lease.ts';
import { projectNodeState } from './project-node-state.ts';
import { createInterner } from './read-field.ts';

const at = (second: number): string => `2026-03-13T13:00:${String(second).padStart(2, '0')}Z`;
const ms = (second: number): number => Date.parse(at(second));

function project({ metadata = {}, spec = {}, status = {} }) {
  const identity = { uid: 'u', name: 'node-n_1', namespace: 'plexd-system' };
  return projectNodeState({ metadata: { ...identity, ...metadata }, spec, status }, createInterner(10));
}

test('a node state in short', () => {
  const owner = { kind: 'Pod', uid: 'pod-uid', name: 'plexd-x' };
  const spec = { nodeId: 'n_1', meshIp: '10.100.0.7', metadata: { hostname: 'worker-1', podName: 'other' } };
  expect(project({ metadata: { ownerReferences: [{ kind: 'Secret', uid: 's' }, owner] }, spec })).toEqual({
    uid: 'u',
    name: 'node-n_1',
    namespace: 'plexd-system',
    nodeId: 'n_1',
    host: 'worker-1',
    podUid: 'pod-uid',
    podName: 'plexd-x',
    meshIp: '10.100.0.7',
    aliveAt: undefined,
  });
});

test.each([
  [
    { podName: 'p', podUid: 'u-1' },
    { podName: 'p', podUid: 'u-1' },
  ],
  [
    { pod_name: 'p', 'plexd.plexsphere.com/pod-uid': 'u-1' },
    { podName: 'p', podUid: 'u-1' },
  ],
  [{ node_name: 'worker-1' }, { host: 'worker-1' }],
  [
    { hostname2: 'x', region: 'eu' },
    { host: '', podName: '', podUid: '' },
  ],
])('the metadata %j says who wrote it', (metadata, expected) => {
  expect(project({ spec: { metadata } })).toMatchObject(expected);
});

const owns = (second: number, field: string): object => ({ time: at(second), fieldsV1: { [field]: {} } });

test.each<[string, Parameters<typeof project>[0], number]>([
  ['its data', { spec: { data: [{ updatedAt: at(3) }, { updatedAt: at(5) }, { updatedAt: 'x' }] } }, 5],
  ['its report', { spec: { data: [{ updatedAt: at(3) }] }, status: { report: [{ updatedAt: at(7) }] } }, 7],
  ['its heartbeat', { status: { heartbeatTime: at(9), report: [{ updatedAt: at(7) }] } }, 9],
  ['a write of its spec', { metadata: { managedFields: [owns(4, 'f:spec'), owns(2, 'f:status')] } }, 4],
  ['no label of others', { metadata: { managedFields: [owns(4, 'f:status'), owns(8, 'f:metadata')] } }, 4],
])('the newest sign of life may be %s', (_, parts, second) => {
  expect(project(parts).aliveAt).toBe(ms(second));
});

test('a Lease in short', () => {
  const spec = { holderIdentity: 'worker-1', leaseDurationSeconds: 40, renewTime: '2026-03-13T13:00:05.123456Z' };
  expect(projectLease({ metadata: { uid: 'u', name: 'worker-1' }, spec })).toEqual({
    uid: 'u',
    node: 'worker-1',
    renewedAt: ms(5) + 123,
    durationSeconds: 40,
  });
});
