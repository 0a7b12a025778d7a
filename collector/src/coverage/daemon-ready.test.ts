import { expect, test } from 'vitest';
import type { Policy } from '@rollcall/contract';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { MINUTE } from '../test-objects.ts';
import { sayDaemonReady } from './daemon-ready.ts';

function say(cluster: TestCluster, node: string): string | undefined {
  const said = sayDaemonReady(cluster.pipeline.roll.policies.values(), node);
  return said && `${said.status} ${said.reason}${said.message && `: ${said.message}`}`;
}

function createScene(changes: Partial<Policy> = {}): TestCluster {
  return createCoveredCluster(['n1', 'n2'], changes);
}

test('a node that has its daemon is ready', () => expect(say(createScene(), 'n1')).toBe('True Covered'));

test('a node that lost its daemon is not, with the reason and the daemon', () => {
  const cluster = createScene();
  cluster.pod('n1', { ready: { status: 'False', reason: 'ContainersNotReady', message: '' } });
  cluster.wait(10 * MINUTE);
  expect(say(cluster, 'n1')).toMatch(/^False \w+: not there: agents\/agent \(\w+\)$/);
  expect(say(cluster, 'n2')).toBe('True Covered');
});

test('an excused node is as ready as its daemon: a gate asks whether it is there', () => {
  const cluster = createScene();
  cluster.node('n3', { createdAt: cluster.now().wallMs });
  expect(say(cluster, 'n3')).toMatch(/^False /);
});

test('what cannot be seen leaves what was said as it is', () => {
  const cluster = createScene();
  cluster.watch('pods/agents/agent', 'stale');
  expect(say(cluster, 'n1')).toBeUndefined();
});

test('a node that nobody expects a daemon on is let through', () => {
  const cluster = createScene();
  expect(say(cluster, 'stranger')).toBe('True NotExpected: no policy expects a daemon here');
});
