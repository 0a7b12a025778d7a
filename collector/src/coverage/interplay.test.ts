import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster } from '../test-cluster.ts';

describe('a pod', () => {
  test('that is adopted by another DaemonSet no longer covers its node for the first', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.policy({ daemonset: 'other' });
    cluster.daemonSet({ name: 'other' });
    cluster.watch('pods/agents/other', 'live');
    cluster.pod('a', { ownerUid: 'ds-other' });
    expect(cluster.state('a')).toMatch(/^uncovered:/);
    expect(cluster.state('a', 'policy-other')).toBe('covered');
  });

  test('that is orphaned no longer covers its node, and covers it again when it is adopted back', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.pod('a', { ownerUid: '' });
    expect(cluster.state('a')).toMatch(/^uncovered:/);
    cluster.pod('a');
    expect(cluster.state('a')).toBe('covered');
  });

  test('may be seen before its node, its DaemonSet and its policy', () => {
    const cluster = createTestCluster();
    cluster.pod('a');
    cluster.node('a');
    cluster.live();
    cluster.daemonSet();
    cluster.policy();
    expect(cluster.state('a')).toBe('covered');
  });
});
