import { expect, test } from 'vitest';
import type { BoundTo } from '../control/verify-token.ts';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { MINUTE, SECOND } from '../test-objects.ts';
import { findSender } from './find-sender.ts';

const HEARTBEATS = { periodMs: 10 * SECOND, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };
const SENDER = { ownerUid: 'ds-agent', podUid: 'pod-n', node: 'n' };

function ask(cluster: TestCluster, changes: Partial<BoundTo> = {}) {
  const token = { namespace: 'agents', serviceAccount: 'default', podUid: 'pod-n', node: 'n', ...changes };
  return findSender(cluster.pipeline, token, cluster.now().monoMs);
}

function start(): TestCluster {
  return createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
}

test('a pod of the DaemonSet may report about the node that it is on', () => {
  expect(ask(start())).toEqual(SENDER);
  expect(ask(start(), { node: '' })).toEqual(SENDER);
});

test.each<[string, Partial<BoundTo>, RegExp]>([
  ['no pod', { podUid: '' }, /is bound to no pod/],
  ['a pod that nobody knows', { podUid: 'pod-gone' }, /No policy asks for heartbeats of the pod pod-gone in agents/],
  ['the same pod in another namespace', { namespace: 'other' }, /No policy asks/],
  ['another account', { serviceAccount: 'admin' }, /takes heartbeats of ServiceAccount default, not of admin/],
  ['another node', { node: 'm' }, /is not on the node "m" of its token/],
])('a token of %s may not', (_, changes, why) => {
  expect(ask(start(), changes)).toMatch(why);
});

test('a pod that ends goes on until a minute after its grace period, as with the API server, and ends at once when it is gone', () => {
  const cluster = start();
  cluster.pod('n', { deletedAt: cluster.now().wallMs + 30 * SECOND });
  cluster.wait(90 * SECOND);
  expect(ask(cluster)).toEqual(SENDER);
  cluster.wait(1);
  expect(ask(cluster)).toMatch(/was deleted and its grace period is over/);
  const other = start();
  other.podGone('pod-n');
  other.wait(MINUTE);
  expect(ask(other)).toMatch(/No policy asks/);
});
