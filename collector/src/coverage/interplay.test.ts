import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster, sumCounters } from '../test-cluster.ts';
import { condition, HOUR, MINUTE, SECOND } from '../test-objects.ts';

const DAY = 24 * HOUR;

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

describe('time', () => {
  test('that falls counts as the latest time: nothing is counted twice or below none', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.wait(MINUTE);
    expect(sumCounters(cluster.reading())).toEqual({ valid: 60_000, good: 60_000 });
    cluster.wait(-30 * SECOND);
    cluster.pod('a', { ready: condition('False') });
    const early = cluster.reading();
    expect(sumCounters(early)).toEqual({ valid: 60_000, good: 60_000 });
    expect(early.pools.map(({ longestUncoveredMs }) => longestUncoveredMs)).toEqual([0]);
    cluster.wait(40 * SECOND);
    expect(sumCounters(cluster.reading())).toEqual({ valid: 70_000, good: 60_000, Unexplained: 10_000 });
  });

  test.each([
    ['in 1970', { monoMs: 0, wallMs: 0 }],
    ['in the year 275760', { monoMs: 5 * 365 * DAY, wallMs: 8.64e15 - DAY }],
    ['before 1970', { monoMs: 1, wallMs: -DAY }],
  ])('may be %s', (_, at) => {
    const cluster = createTestCluster({ at });
    cluster.policy({ exemptions: [{ nodes: ['c'], owner: 'x', reason: 'y', expiresAt: at.wallMs + MINUTE }] });
    cluster.daemonSet({ minReadySeconds: 10 });
    cluster.node('a', { createdAt: at.wallMs });
    cluster.node('b', { createdAt: 0 });
    cluster.node('c', { createdAt: -1 });
    cluster.live();
    cluster.pod('a', { createdAt: at.wallMs, ready: condition('True', '', at.wallMs) });
    expect(['a', 'c'].map((node) => cluster.state(node))).toEqual([
      'excused:Joining(uncovered)',
      'excused:Exempt(uncovered)',
    ]);
    cluster.wait(10 * MINUTE);
    expect(cluster.state('a')).toBe('covered');
    expect(cluster.state('b')).toBe('uncovered:Unexplained');
    expect(cluster.state('c')).toBe('uncovered:Unexplained');
    expect(sumCounters(cluster.reading()).good).toBe(590_000);
  });
});
