import { describe, expect, test } from 'vitest';
import { createTestCluster, type TestCluster } from './test-cluster.ts';
import { condition, HOUR, MINUTE, SECOND, START, taint } from './test-objects.ts';

const DAY = 24 * HOUR;
const GPU = { role: 'gpu' };
const DELETED = { deletedAt: START.wallMs };
const LEAVING = { taints: [taint('ToBeDeletedByClusterAutoscaler')] };

/** The objects of the cluster as a script left them: what a fresh list would show. Both lives are told them in the same words. */
type Script = (cluster: TestCluster) => void;

const setUp: Script = (cluster) => {
  cluster.policy();
  cluster.daemonSet({ template: { nodeSelector: GPU } });
  cluster.revision(1);
};

interface Lives {
  readonly one: string;
  readonly restarted: string;
}

/** Runs `before`, restarts one of two clusters on its journal, which then lists `present`, and runs `after` on both. */
function liveTwice(before: Script, present: Script, after: Script): Lives {
  const first = createTestCluster();
  setUp(first);
  before(first);
  first.live();
  first.tick();
  const second = createTestCluster({ at: first.now(), journal: first.journal });
  setUp(second);
  present(second);
  second.live();
  after(first);
  after(second);
  return { one: first.state('a'), restarted: second.state('a') };
}

const node =
  (changes = {}): Script =>
  (cluster) =>
    cluster.node('a', { labels: GPU, ...changes });
const pod: Script = (cluster) => cluster.pod('a');
const wait =
  (ms: number): Script =>
  (cluster) =>
    cluster.wait(ms);
const live: Script = (cluster) => cluster.live();
const script =
  (...steps: readonly Script[]): Script =>
  (cluster) =>
    steps.forEach((step) => step(cluster));

describe('a pipeline that is restarted on its journal agrees with one that never stopped:', () => {
  test.each<[string, Script, Script, Script, string]>([
    [
      'a young node that was covered before does not join again',
      script(node({ createdAt: START.wallMs }), pod, live, wait(MINUTE), (own) => own.podGone('pod-a')),
      node({ createdAt: START.wallMs }),
      wait(3 * MINUTE),
      'uncovered:CreateStalled',
    ],
    [
      'a young node that was never covered goes on joining until its cap',
      script(node({ createdAt: START.wallMs }), live, wait(MINUTE)),
      node({ createdAt: START.wallMs }),
      wait(4 * MINUTE - 1),
      'excused:Joining(uncovered)',
    ],
    [
      'a node that lost its label drifted, and is not just a mismatch',
      script(node(), pod, live, wait(HOUR), node({ labels: {} }), (own) => own.podGone('pod-a'), wait(HOUR)),
      node({ labels: {} }),
      wait(MINUTE),
      'uncovered:LabelDrift',
    ],
    [
      'it stays in scope until 24 h after it lost the label',
      script(node(), pod, live, node({ labels: {} }), (own) => own.podGone('pod-a'), wait(HOUR)),
      node({ labels: {} }),
      wait(23 * HOUR - 1),
      'uncovered:LabelDrift',
    ],
    [
      'and not any longer',
      script(node(), pod, live, node({ labels: {} }), (own) => own.podGone('pod-a'), wait(HOUR)),
      node({ labels: {} }),
      wait(23 * HOUR),
      'outOfScope',
    ],
    [
      'a label that was lost while nobody looked is a drift too',
      script(node(), pod, live, wait(HOUR)),
      node({ labels: {} }),
      script(node({ labels: {} }), (own) => own.podGone('pod-a'), wait(MINUTE)),
      'uncovered:LabelDrift',
    ],
    [
      'a label that was lost while nothing else changed is remembered too',
      script(node(notReady()), live, wait(2 * HOUR), node({ ...notReady(), labels: {} }), wait(23 * HOUR)),
      node({ ...notReady(), labels: {} }),
      wait(MINUTE),
      'uncovered:NodeNotReady',
    ],
    [
      'an excuse that is used up stays so',
      script(node(LEAVING), pod, live, wait(15 * MINUTE), (own) => own.tick(), wait(MINUTE)),
      script(node(LEAVING), pod),
      wait(MINUTE),
      'covered',
    ],
    [
      'an excuse that was used in part goes on with the rest',
      script(node(LEAVING), pod, live, wait(10 * MINUTE), node(), wait(MINUTE)),
      script(node(), pod),
      script(node(LEAVING), wait(5 * MINUTE)),
      'covered',
    ],
    [
      'and not with less',
      script(node(LEAVING), pod, live, wait(10 * MINUTE), node(), wait(MINUTE)),
      script(node(), pod),
      script(node(LEAVING), wait(5 * MINUTE - 1)),
      'excused:Leaving(covered)',
    ],
    [
      'an excuse in the middle of its cap goes on from where its object says it began',
      script(pod, node(DELETED), live, wait(9 * MINUTE), (own) => own.podGone('pod-a'), wait(MINUTE)),
      node(DELETED),
      wait(5 * MINUTE - 1),
      'excused:Leaving(uncovered)',
    ],
    [
      'and ends when that is used up',
      script(pod, node(DELETED), live, wait(9 * MINUTE), (own) => own.podGone('pod-a'), wait(MINUTE)),
      node(DELETED),
      wait(5 * MINUTE),
      'uncovered:CreateStalled',
    ],
    [
      'a node that drifted and came back has drifted no more',
      script(node(), pod, live, node({ labels: {} }), wait(HOUR), node(), wait(HOUR)),
      script(node(), pod),
      script(wait(SECOND), (own) => own.podGone('pod-a'), wait(HOUR)),
      'uncovered:CreateStalled',
    ],
  ])('%s', (_, before, present, after, state) => {
    expect(liveTwice(before, present, after)).toEqual({ one: state, restarted: state });
  });
});

function notReady(): object {
  return { ready: condition('False', 'KubeletNotReady'), taints: [taint('node.kubernetes.io/not-ready')] };
}

test('a memory is used once: what happens in this life counts from then on', () => {
  const first = createTestCluster();
  setUp(first);
  script(node(), pod, live, node({ labels: {} }), (own) => own.podGone('pod-a'))(first);
  const second = createTestCluster({ at: first.now(), journal: first.journal });
  setUp(second);
  script(node({ labels: {} }), live)(second);
  expect(second.state('a')).toBe('uncovered:LabelDrift');
  second.policyGone();
  second.policy();
  expect(second.state('a')).toBe('absent');
});

test('what a policy knew of a node when it went is remembered, the open excuse with it', () => {
  const cluster = createTestCluster();
  setUp(cluster);
  script(node(LEAVING), pod, live, wait(10 * MINUTE), (own) => own.policyGone())(cluster);
  expect(cluster.journal.recall()).toMatchObject([
    { nodeUid: 'uid-a', coveredOnce: true, excused: { Leaving: 600_000 } },
  ]);
});

test('a phantom is not remembered: it has no past', () => {
  const cluster = createTestCluster();
  cluster.policy({ minimum: new Map([['none', 2]]) });
  cluster.daemonSet();
  cluster.node('a');
  cluster.live();
  expect(cluster.state('missing/none/1')).toBe('uncovered:NodeMissing');
  expect(cluster.journal.recall().map(({ nodeUid }) => nodeUid)).toEqual(['uid-a']);
});

test('a memory from the future counts as of now', () => {
  const first = createTestCluster();
  setUp(first);
  script(node(), pod, live, node({ labels: {} }), (own) => own.podGone('pod-a'))(first);
  const past = { monoMs: START.monoMs, wallMs: START.wallMs - 30 * DAY };
  const second = createTestCluster({ at: past, journal: first.journal });
  setUp(second);
  script(node({ labels: {} }), live, wait(DAY - 1))(second);
  expect(second.state('a')).toBe('uncovered:LabelDrift');
  second.wait(1);
  expect(second.state('a')).toBe('outOfScope');
});
