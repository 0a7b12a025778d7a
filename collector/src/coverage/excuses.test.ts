import { EXCUSES, type Policy } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster, sumCounters, type TestCluster } from '../test-cluster.ts';
import { condition, HOUR, MINUTE, SECOND, START, taint, type NodeChanges, readyAs } from '../test-objects.ts';

const DAY = 24 * HOUR;
const LEAVING = { taints: [taint('ToBeDeletedByClusterAutoscaler')] };
const NOT_READY = { ready: condition('False', 'KubeletNotReady') };
const EXCUSE_NOT_READY: Partial<Policy> = { nodeNotReadyExcused: true };

function exempting(expiresAt: number, nodes: readonly string[] = ['a']): Partial<Policy> {
  return { exemptions: [{ nodes, owner: 'ana', reason: 'rebuild', expiresAt }] };
}

/** Each of these keeps node a covered, so that the verdict beside the excuse is known. */
describe('a node is excused as', () => {
  test.each<[string, NodeChanges, Partial<Policy>]>([
    ['Leaving', { deletedAt: START.wallMs }, {}],
    ['Leaving', LEAVING, {}],
    ['Leaving', { taints: [taint('karpenter.sh/disrupted')] }, {}],
    ['Leaving', { taints: [taint('node.cloudprovider.kubernetes.io/shutdown')] }, {}],
    ['Leaving', { taints: [taint('node.kubernetes.io/out-of-service', 'NoExecute', 'nodeshutdown')] }, {}],
    ['Leaving', { taints: [taint('example.com/drain')] }, { leavingTaints: [{ key: 'example.com/drain' }] }],
    ['Leaving', { annotations: { drain: '' } }, { leavingAnnotations: [{ key: 'drain' }] }],
    ['Leaving', { annotations: { drain: 'now' } }, { leavingAnnotations: [{ key: 'drain', value: 'now' }] }],
    ['Exempt', {}, exempting(START.wallMs + MINUTE)],
    ['Exempt', { labels: { site: 'lab' } }, labExemption()],
  ])('%s: %o, %o', (code, node, policy) => {
    const cluster = createCoveredCluster([]);
    cluster.policy(policy);
    cluster.node('a', node);
    cluster.pod('a');
    expect(cluster.state('a')).toBe(`excused:${code}(covered)`);
  });

  test.each<[string, NodeChanges, Partial<Policy>]>([
    ['a cordon', { unschedulable: true, taints: [taint('node.kubernetes.io/unschedulable')] }, {}],
    ['a soft candidate', { taints: [taint('DeletionCandidateOfClusterAutoscaler', 'PreferNoSchedule')] }, {}],
    [
      'another value of an annotation',
      { annotations: { drain: 'no' } },
      { leavingAnnotations: [{ key: 'drain', value: 'now' }] },
    ],
    ['an inherited annotation', {}, { leavingAnnotations: [{ key: 'constructor' }] }],
    ['an exemption of another node', {}, exempting(START.wallMs + MINUTE, ['b'])],
    ['an exemption that has expired', {}, exempting(START.wallMs)],
    ['an exemption of other labels', {}, labExemption()],
  ])('nothing by %s', (_, node, policy) => {
    const cluster = createCoveredCluster([]);
    cluster.policy(policy);
    cluster.node('a', node);
    cluster.pod('a');
    expect(cluster.state('a')).toBe('covered');
  });

  test('NodeNotReady only if the policy asks, and only while Ready is not True', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', NOT_READY);
    expect(cluster.state('a')).toBe('uncovered:NodeNotReady');
    cluster.policy(EXCUSE_NOT_READY);
    expect(cluster.state('a')).toBe('excused:NodeNotReady(uncovered)');
    cluster.node('a', { ready: condition('Unknown') });
    expect(cluster.state('a')).toBe('excused:NodeNotReady(uncovered)');
    cluster.node('a');
    expect(cluster.state('a')).toBe('covered');
  });
});

function labExemption(): Partial<Policy> {
  const selector = { matchLabels: { site: 'lab' }, matchExpressions: [] };
  return { exemptions: [{ nodes: [], selector, owner: 'ana', reason: 'lab', expiresAt: START.wallMs + MINUTE }] };
}

test('excuses are asked in the order of the contract: what the policy says comes before what the node shows', () => {
  const cluster = createTestCluster();
  cluster.daemonSet();
  cluster.live();
  cluster.node('a', { ...LEAVING, ...NOT_READY, createdAt: START.wallMs });
  const seen: string[] = [];
  const policies: Partial<Policy>[] = [
    exempting(START.wallMs + MINUTE),
    {},
    { grace: { joiningMs: 5 * MINUTE, leavingMs: 0, nodeNotReadyMs: MINUTE } },
    { grace: { joiningMs: 0, leavingMs: 0, nodeNotReadyMs: MINUTE } },
    { grace: { joiningMs: 0, leavingMs: 0, nodeNotReadyMs: 0 } },
  ];
  for (const policy of policies) {
    cluster.policy({ ...EXCUSE_NOT_READY, ...policy });
    seen.push(cluster.state('a').replace(/excused:(\w+).*/, '$1'));
  }
  expect(seen).toEqual(['Exempt', 'Leaving', 'Joining', 'NodeNotReady', 'uncovered:NodeNotReady']);
  expect(EXCUSES.filter((code) => seen.includes(code))).toEqual(seen.slice(0, 4));
});

test('an excuse without any time is none, not even for a moment', () => {
  const cluster = createCoveredCluster([], { grace: { joiningMs: 0, leavingMs: 0, nodeNotReadyMs: 0 } });
  cluster.node('a', { ...LEAVING, createdAt: START.wallMs });
  expect(cluster.journal.transitions('policy-agent', 'uid-a', 10).map(({ to }) => to)).toEqual(['uncovered']);
});

describe('joining', () => {
  /** A node that is created and becomes Ready at START, without a pod. */
  function createJoining(): TestCluster {
    const cluster = createCoveredCluster([]);
    cluster.node('a', { createdAt: START.wallMs, ...readyAs('True', START.wallMs) });
    return cluster;
  }

  test('ends at the first coverage, and a node that was covered once never joins again', () => {
    const cluster = createJoining();
    expect(cluster.state('a')).toBe('excused:Joining(uncovered)');
    cluster.wait(MINUTE);
    cluster.pod('a', { ...readyAs('True', cluster.now().wallMs) });
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(MINUTE);
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toMatch(/^uncovered:/);
  });

  test('ends at its cap after the creation of the node, to the millisecond', () => {
    const cluster = createJoining();
    cluster.wait(5 * MINUTE - 1);
    expect(cluster.state('a')).toBe('excused:Joining(uncovered)');
    cluster.wait(1);
    expect(cluster.state('a')).toMatch(/^uncovered:/);
    cluster.wait(MINUTE);
    expect(sumCounters(cluster.reading())).toMatchObject({ 'Joining(uncovered)': 300_000, valid: 60_000 });
  });

  test('counts from the creation, not from the first sight', () => {
    const cluster = createCoveredCluster([]);
    cluster.node('a', { createdAt: START.wallMs - 4 * MINUTE });
    cluster.wait(MINUTE);
    expect(cluster.state('a')).toMatch(/^uncovered:/);
  });

  test('of a new node of an old name begins anew', () => {
    const cluster = createJoining();
    cluster.pod('a');
    cluster.wait(HOUR);
    cluster.podGone('pod-a');
    cluster.node('a', { uid: 'second', createdAt: cluster.now().wallMs });
    expect(cluster.state('a')).toBe('excused:Joining(uncovered)');
  });
});

describe('caps', () => {
  test('count cumulatively: flapping neither extends an excuse nor brings it back within 24 h', () => {
    const cluster = createCoveredCluster(['a']);
    for (let flap = 0; flap < 30; flap += 1) {
      cluster.node('a', LEAVING);
      cluster.wait(MINUTE);
      cluster.node('a');
      cluster.wait(MINUTE);
    }
    expect(sumCounters(cluster.reading())).toEqual({
      'Leaving(covered)': 15 * MINUTE,
      valid: 45 * MINUTE,
      good: 45 * MINUTE,
    });
    cluster.node('a', LEAVING);
    expect(cluster.state('a')).toBe('covered');
  });

  test('give back what was used 24 h after each spell, as a whole', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', LEAVING);
    cluster.wait(15 * MINUTE);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(DAY - 1);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(1);
    expect(cluster.state('a')).toBe('excused:Leaving(covered)');
    cluster.wait(15 * MINUTE);
    expect(cluster.state('a')).toBe('covered');
  });

  test('cost a node nothing any more at the first change after 24 h', () => {
    const cluster = createCoveredCluster(['a']);
    const meters = (): unknown => [...cluster.pipeline.roll.policies.values()][0]?.records.get('a')?.meters;
    cluster.node('a', LEAVING);
    cluster.wait(MINUTE);
    cluster.node('a');
    cluster.wait(DAY - 1);
    cluster.node('a', { labels: { one: 'change' } });
    expect(meters()).toBeDefined();
    cluster.wait(1);
    cluster.node('a', { labels: { one: 'more' } });
    expect(meters()).toBeUndefined();
  });

  test('are kept apart by excuse', () => {
    const cluster = createCoveredCluster(['a'], EXCUSE_NOT_READY);
    cluster.node('a', { ...LEAVING, ...NOT_READY });
    cluster.wait(15 * MINUTE);
    expect(cluster.state('a')).toBe('excused:NodeNotReady(uncovered)');
    cluster.wait(15 * MINUTE);
    expect(cluster.state('a')).toBe('uncovered:NodeNotReady');
    expect(sumCounters(cluster.reading())).toEqual({
      'Leaving(uncovered)': 900_000,
      'NodeNotReady(uncovered)': 900_000,
    });
  });

  test('are not used up while another excuse goes first, nor out of scope', () => {
    const cluster = createCoveredCluster(['a'], exempting(START.wallMs + HOUR));
    cluster.node('a', LEAVING);
    cluster.wait(HOUR);
    expect(cluster.state('a')).toBe('excused:Leaving(covered)');
    cluster.policy({ selector: { matchLabels: { no: 'node' }, matchExpressions: [] } });
    cluster.wait(HOUR);
    cluster.policy();
    expect(cluster.state('a')).toBe('excused:Leaving(covered)');
    cluster.wait(15 * MINUTE);
    expect(cluster.state('a')).toBe('covered');
  });

  test('start anew with a new node, whatever its name', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', LEAVING);
    cluster.wait(HOUR);
    expect(cluster.state('a')).toBe('covered');
    cluster.node('a', { ...LEAVING, uid: 'second' });
    expect(cluster.state('a')).toBe('excused:Leaving(covered)');
  });

  test('that a policy edit lowers end at once when more is used', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', LEAVING);
    cluster.wait(10 * MINUTE);
    cluster.policy({ grace: { joiningMs: MINUTE, leavingMs: 5 * MINUTE, nodeNotReadyMs: MINUTE } });
    expect(cluster.state('a')).toBe('covered');
  });
});

describe('an exemption', () => {
  test('ends at its time on the wall clock, to the millisecond', () => {
    const cluster = createCoveredCluster(['a'], exempting(START.wallMs + 90 * MINUTE));
    cluster.wait(90 * MINUTE - 1);
    expect(cluster.state('a')).toBe('excused:Exempt(covered)');
    cluster.wait(1);
    expect(cluster.state('a')).toBe('covered');
    expect(sumCounters(cluster.reading())).toEqual({ 'Exempt(covered)': 90 * MINUTE });
  });

  test('follows a wall clock that is set forth within a minute, and one that is set back', () => {
    const cluster = createCoveredCluster(['a'], exempting(START.wallMs + DAY));
    cluster.wait(10 * SECOND);
    cluster.stepWall(DAY);
    cluster.wait(MINUTE);
    expect(cluster.state('a')).toBe('covered');
    cluster.stepWall(-DAY);
    cluster.node('a');
    expect(cluster.state('a')).toBe('excused:Exempt(covered)');
  });

  test('is looked at once a minute and no oftener, however often its node is reviewed by clocks that drift apart', () => {
    const cluster = createCoveredCluster(['a'], exempting(START.wallMs + 10 * DAY));
    const looks = new Set<number>();
    for (let second = 0; second < 300; second += 1) {
      cluster.wait(SECOND);
      cluster.stepWall(1);
      cluster.node('a');
      looks.add(cluster.pipeline.roll.nextDueMono());
    }
    expect(looks.size).toBe(6);
  });
});

test('an excuse seen for the first time is as old as its object says: a restart grants no cap anew', () => {
  const cluster = createTestCluster();
  cluster.policy({ ...EXCUSE_NOT_READY });
  cluster.node('gone', { deletedAt: START.wallMs - DAY });
  cluster.node('fresh', { deletedAt: START.wallMs - MINUTE });
  cluster.node('dead', { ready: condition('False', 'KubeletNotReady'), readySince: START.wallMs - DAY });
  cluster.daemonSet();
  cluster.live();
  expect(['gone', 'fresh', 'dead'].map((node) => cluster.state(node))).toEqual([
    'uncovered:CreateStalled',
    'excused:Leaving(uncovered)',
    'uncovered:NodeNotReady',
  ]);
});
