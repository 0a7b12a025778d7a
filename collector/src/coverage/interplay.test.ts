import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster, sumCounters } from '../test-cluster.ts';
import { condition, HOUR, MINUTE, SECOND, START, taint, readyAs } from '../test-objects.ts';

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

  test('that is given its node later covers it from then on', () => {
    const cluster = createCoveredCluster([]);
    cluster.node('a');
    cluster.pod('a', { target: '', bound: false, phase: 'Pending' });
    expect(cluster.state('a')).toMatch(/^uncovered:/);
    cluster.pod('a');
    expect(cluster.state('a')).toBe('covered');
    cluster.pod('a', { target: 'b' });
    expect(cluster.state('a')).toMatch(/^uncovered:/);
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
    cluster.pod('a', { createdAt: at.wallMs, ...readyAs('True', at.wallMs) });
    expect(['a', 'c'].map((node) => cluster.state(node))).toEqual([
      'excused:Joining(uncovered)',
      'excused:Exempt(uncovered)',
    ]);
    cluster.wait(10 * MINUTE);
    expect(cluster.state('a')).toBe('covered');
    expect(cluster.state('b')).toBe('uncovered:CreateStalled');
    expect(cluster.state('c')).toBe('uncovered:CreateStalled');
    expect(sumCounters(cluster.reading()).good).toBe(590_000);
  });
});

describe('a DaemonSet', () => {
  test('that is made anew under its name has its whole start deadline before it', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.daemonSetGone();
    cluster.podGone('pod-a');
    cluster.wait(HOUR);
    expect(cluster.state('a')).toBe('uncovered:DaemonSetMissing');
    cluster.daemonSet({ uid: 'ds-anew', createdAt: cluster.now().wallMs });
    expect(cluster.state('a')).toBe('uncovered:Starting');
    cluster.wait(MINUTE);
    cluster.pod('a', { uid: 'pod-anew', ownerUid: 'ds-anew' });
    expect(cluster.state('a')).toBe('covered');
  });

  test('that is made anew before the end of the old one is told ends up the same', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.daemonSet({ uid: 'ds-anew', createdAt: cluster.now().wallMs });
    cluster.daemonSetGone('ds-agent');
    expect(cluster.state('a')).toBe('uncovered:Starting');
    cluster.pod('a', { uid: 'pod-anew', ownerUid: 'ds-anew' });
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toBe('covered');
  });

  test('that goes before its node leaves nothing behind', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.daemonSetGone();
    cluster.nodeGone('a');
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toBe('absent');
    expect(cluster.reading().pools).toMatchObject([{ counts: { expected: 0, eligible: 0 } }]);
  });

  test('that is gone has no eligible nodes, no pods and no strays, though its last template still says who is in scope', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.node('b', { taints: [taint('dedicated', 'NoExecute')] });
    cluster.wait(25 * HOUR);
    expect(cluster.state('b')).toBe('stray');
    cluster.daemonSetGone();
    expect([cluster.state('a'), cluster.state('b')]).toEqual(['uncovered:DaemonSetMissing', 'outOfScope']);
    expect(cluster.reading()).toMatchObject({
      controller: null,
      pools: [{ counts: { expected: 1, eligible: 0, stray: 0 } }],
    });
  });

  test('that is being deleted is missing everywhere, whether or not its pods still serve', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.daemonSet({ deletedAt: START.wallMs, generation: 2 });
    cluster.podGone('pod-a');
    expect([cluster.state('a'), cluster.state('b')]).toEqual([
      'uncovered:DaemonSetMissing',
      'uncovered:DaemonSetMissing',
    ]);
  });
});

describe('a policy', () => {
  test('that turns to another DaemonSet judges by that one, and the first keeps its counters', () => {
    const cluster = createCoveredCluster(['a'], { minimum: new Map([['none', 2]]) });
    cluster.wait(MINUTE);
    cluster.daemonSet({ name: 'other' });
    cluster.policy({ uid: 'policy-agent', daemonset: 'other', minimum: new Map([['none', 2]]) });
    expect(cluster.state('a')).toBe('unobserved');
    cluster.watch('pods/agents/other', 'live');
    expect(cluster.state('a')).toMatch(/^uncovered:/);
    expect(cluster.state('missing/none/1')).toBe('uncovered:NodeMissing');
    cluster.wait(MINUTE);
    cluster.policy({ minimum: new Map([['none', 2]]) });
    expect(cluster.state('a')).toBe('covered');
    expect(sumCounters(cluster.reading())).toEqual({ valid: 120_000, good: 60_000, NodeMissing: 60_000 });
  });

  test('that is deleted and made anew resumes its counters, though under a new UID', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.wait(MINUTE);
    const { createdWallMs } = cluster.reading();
    cluster.policyGone();
    expect(cluster.pipeline.read(cluster.now())).toEqual([]);
    cluster.wait(MINUTE);
    cluster.policy({ uid: 'anew' });
    expect(sumCounters(cluster.reading())).toEqual({ valid: 60_000, good: 60_000 });
    cluster.wait(MINUTE);
    expect(sumCounters(cluster.reading())).toEqual({ valid: 120_000, good: 120_000 });
    expect(cluster.reading().createdWallMs).toBe(createdWallMs);
  });

  test('for a DaemonSet whose pods are not listed yet sees nobody uncovered', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.daemonSet({ name: 'other' });
    cluster.policy({ daemonset: 'other' });
    cluster.watch('pods/agents/other', 'syncing');
    cluster.wait(MINUTE);
    expect(cluster.state('a', 'policy-other')).toBe('unobserved');
    cluster.pod('a', { uid: 'pod-other', ownerUid: 'ds-other' });
    cluster.watch('pods/agents/other', 'live');
    expect(cluster.state('a', 'policy-other')).toBe('covered');
    expect(sumCounters(cluster.reading('other'))).toEqual({ unobserved: 60_000 });
    expect(sumCounters(cluster.reading())).toEqual({ valid: 60_000, good: 60_000 });
  });

  test('is not evaluated before nodes and DaemonSets were listed once, whatever is stale', () => {
    const cluster = createTestCluster();
    cluster.policy({ minimum: new Map([['none', 3]]) });
    cluster.watch('nodes', 'stale');
    cluster.watch('daemonsets', 'live');
    cluster.node('a');
    cluster.wait(MINUTE);
    expect(cluster.pipeline.summaries(cluster.now())).toMatchObject([
      { counts: { expected: 0 }, conditions: [{ status: 'False', reason: 'Syncing' }, { status: 'False' }] },
    ]);
    expect(sumCounters(cluster.reading())).toEqual({});
  });
});

describe('a watch', () => {
  test('that is stale makes its nodes unobserved, and that returns by a difference leaves no gap', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.wait(MINUTE);
    cluster.watch('nodes', 'stale');
    cluster.wait(MINUTE);
    cluster.node('a');
    cluster.nodeGone('b');
    cluster.watch('nodes', 'live');
    cluster.wait(MINUTE);
    expect([cluster.state('a'), cluster.state('b')]).toEqual(['covered', 'absent']);
    expect(sumCounters(cluster.reading())).toEqual({ valid: 180_000, good: 180_000, unobserved: 120_000 });
  });

  test('that is gone for good while its DaemonSet stays makes its nodes unobserved', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.watch('pods/agents/agent', 'gone');
    expect(cluster.state('a')).toBe('unobserved');
  });

  test('of nodes that relists in the middle of a rollout changes nothing', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.daemonSet({ generation: 2 });
    cluster.revision(2);
    cluster.pod('a', { deletedAt: cluster.now().wallMs + 30 * SECOND });
    cluster.wait(10 * SECOND);
    cluster.podGone('pod-a');
    const before = cluster.state('a');
    cluster.node('a');
    expect([before, cluster.state('a')]).toEqual(['uncovered:RolloutReplacing', 'uncovered:RolloutReplacing']);
  });
});

test('two policies on the same nodes keep their counts apart', () => {
  const cluster = createCoveredCluster(['a', 'b']);
  cluster.policy({ daemonset: 'other', selector: { matchLabels: {}, matchExpressions: [] } });
  cluster.daemonSet({ name: 'other' });
  cluster.watch('pods/agents/other', 'live');
  cluster.pod('a', { uid: 'other-a', ownerUid: 'ds-other' });
  cluster.wait(HOUR);
  expect(sumCounters(cluster.reading())).toEqual({ valid: 2 * HOUR, good: 2 * HOUR });
  expect(sumCounters(cluster.reading('other'))).toMatchObject({ valid: 2 * HOUR, good: HOUR });
});
