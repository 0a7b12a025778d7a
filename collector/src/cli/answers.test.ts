import { NODE_STATES, type NodeAnswer } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import type { RejectedPolicy } from '../config/policy-rejected.ts';
import type { Answers, NodeQuery } from '../http/answers.ts';
import { createTestCluster, type TestCluster } from '../test-cluster.ts';
import { condition, HOUR, taint } from '../test-objects.ts';
import { createAnswers } from './answers.ts';

/** Nodes of every state in three pools: p1 and p2, and `gpu`, of which a node is missing. */
function createMixedCluster(): TestCluster {
  const cluster = createTestCluster();
  cluster.policy({
    selector: { matchLabels: {}, matchExpressions: [{ key: 'pool', operator: 'Exists', values: [] }] },
    exclusions: [{ name: 'edge', selector: { matchLabels: { edge: 'yes' }, matchExpressions: [] } }],
    minimum: new Map([['gpu', 2]]),
    leavingTaints: [{ key: 'leaving' }],
  });
  cluster.daemonSet();
  for (let n = 0; n < 12; n += 1) {
    const name = `n${String(n).padStart(2, '0')}`;
    const labels = { pool: n % 2 === 0 ? 'p1' : 'p2' };
    cluster.node(name, { labels, ready: condition(n % 4 === 3 ? 'False' : 'True') });
    if (n % 3 !== 2) cluster.pod(name);
  }
  cluster.node('gpu-1', { labels: { pool: 'gpu' } });
  cluster.pod('gpu-1');
  cluster.node('excused', { labels: { pool: 'p1' }, taints: [taint('leaving')] });
  cluster.node('excluded', { labels: { pool: 'p1', edge: 'yes' } });
  cluster.node('stray');
  cluster.pod('stray');
  for (const name of ['out-1', 'out-2']) cluster.node(name);
  cluster.live();
  return cluster;
}

function answersOf({ pipeline, journal, now }: TestCluster, rejected: readonly RejectedPolicy[] = []): Answers {
  return createAnswers({ pipeline, journal, now, rejected: () => rejected, conditionsOf: () => [] });
}

function list(answers: Answers, query: Partial<NodeQuery> = {}): readonly NodeAnswer[] {
  return answers.nodes('agents', 'agent', { limit: Infinity, ...query })?.items ?? [];
}

/** All pages, put together again. */
function page(answers: Answers, query: Omit<NodeQuery, 'after'>): readonly NodeAnswer[] {
  const items: NodeAnswer[] = [];
  let after: string | undefined;
  do {
    const found = answers.nodes('agents', 'agent', { ...query, after });
    expect(found?.items.length).toBeLessThanOrEqual(query.limit);
    items.push(...(found?.items ?? []));
    after = found?.next;
  } while (after !== undefined);
  return items;
}

function names(items: readonly NodeAnswer[]): readonly string[] {
  return items.map(({ node, message }) => node || message.split(':', 1).join());
}

describe('nodes', () => {
  const answers = answersOf(createMixedCluster());
  const reasons = [...new Set(list(answers).flatMap(({ reason }) => reason ?? []))];
  const queries: Omit<NodeQuery, 'limit'>[] = [
    {},
    ...NODE_STATES.map((state) => ({ state })),
    ...reasons.map((reason) => ({ reason })),
    ...['p1', 'p2', 'gpu', 'none', 'nowhere'].map((pool) => ({ pool })),
    { state: 'uncovered', pool: 'p2' },
    { state: 'uncovered', reason: 'NodeNotReady', pool: 'p2' },
    { state: 'covered', reason: 'NodeNotReady' },
  ];

  test.each(queries)('are the same in pages of any size as in one: %j', (query) => {
    const all = list(answers, query);
    for (const limit of [1, 2, 3, 5, all.length || 1, 100]) expect(page(answers, { ...query, limit })).toEqual(all);
  });

  test.each(queries)('that are filtered are those of the whole list that match: %j', ({ state, reason, pool }) => {
    const whole = NODE_STATES.flatMap((own) => list(answers, { state: own }));
    const matching = whole.filter((own) => {
      const shown = state === undefined ? own.state !== 'outOfScope' : own.state === state;
      return shown && (reason ?? own.reason) === own.reason && (pool ?? own.pool) === own.pool;
    });
    expect(names(list(answers, { state, reason, pool })).toSorted()).toEqual(names(matching).toSorted());
  });

  test('are each in one state, in the order of their keys', () => {
    const count = (state: NodeAnswer['state']): number => list(answers, { state }).length;
    expect(NODE_STATES.map((state) => `${state} ${count(state)}`)).toEqual([
      'covered 7',
      'uncovered 7',
      'unobserved 0',
      'excused 1',
      'stray 1',
      'excluded 1',
      'outOfScope 2',
    ]);
    const all = names(list(answers));
    expect(all).toEqual(all.toSorted());
  });

  test('that are missing are listed without a name', () => {
    const [phantom, ...others] = list(answers, { reason: 'NodeMissing' });
    expect(others).toEqual([]);
    expect(phantom).toMatchObject({
      node: '',
      pool: 'gpu',
      state: 'uncovered',
      owner: 'node',
      message: "missing/gpu/1: pool gpu has fewer nodes than the policy's nodes.minimum promises",
    });
  });

  test('have a detail, by name or by the key of a phantom, with their last transitions', () => {
    const detail = (key: string) => answers.node('agents', 'agent', key);
    expect(detail('missing/gpu/1')).toMatchObject({
      node: '',
      reason: 'NodeMissing',
      checks: [{ check: 'node exists', outcome: 'fail' }],
      transitions: [{ to: 'uncovered', nodeUid: 'missing/gpu/1' }],
    });
    expect(detail('n00')).toMatchObject({ node: 'n00', state: 'covered', nextStep: null });
    expect(detail('out-1')).toMatchObject({ state: 'outOfScope', inScope: false });
    expect(['missing/gpu/2', 'nowhere', '', '__proto__'].map(detail)).toEqual(Array(4).fill(undefined));
  });

  test('of a DaemonSet that no policy is about are none, nor is it known', () => {
    for (const [namespace, daemonset] of [
      ['agents', 'other'],
      ['other', 'agent'],
      ['', ''],
      ['__proto__', 'constructor'],
    ] as const) {
      expect(answers.policy(namespace, daemonset)).toBeUndefined();
      expect(answers.nodes(namespace, daemonset, { limit: 1 })).toBeUndefined();
      expect(answers.node(namespace, daemonset, 'n00')).toBeUndefined();
    }
  });
});

test('before all nodes and DaemonSets were listed nothing is said of any node', () => {
  const cluster = createTestCluster();
  cluster.policy();
  cluster.daemonSet();
  cluster.node('n1');
  const answers = answersOf(cluster);
  expect([list(answers), list(answers, { state: 'outOfScope' })]).toEqual([[], []]);
  expect(answers.node('agents', 'agent', 'n1')).toBeUndefined();
  expect(answers.policies()[0]?.conditions).toMatchObject([{ status: 'False', reason: 'Syncing' }, {}]);
});

test('an answer is cut at its own moment: what is due by then has fired', () => {
  const cluster = createTestCluster();
  cluster.policy({ grace: { joiningMs: HOUR, leavingMs: HOUR, nodeNotReadyMs: HOUR } });
  cluster.daemonSet();
  cluster.node('n1', { createdAt: cluster.now().wallMs });
  cluster.live();
  const answers = answersOf(cluster);
  expect(list(answers)).toMatchObject([{ state: 'excused', reason: 'Joining' }]);
  cluster.wait(HOUR);
  expect(list(answers)).toMatchObject([{ state: 'uncovered' }]);
});

describe('a rejected policy', () => {
  const rejected: RejectedPolicy = {
    uid: 'u',
    name: 'bad',
    namespace: 'agents',
    target: { namespace: 'agents', daemonset: 'other' },
    origin: 'API',
    reason: 'Invalid',
    message: 'spec.team: 7: is no text; write a text',
  };

  test('that is in force in no version is listed behind the others, without a node', () => {
    const [policy, own, ...others] = answersOf(createMixedCluster(), [rejected]).policies();
    expect([policy?.daemonset, others]).toEqual(['agent', []]);
    expect(own).toMatchObject({
      namespace: 'agents',
      daemonset: 'other',
      policy: { uid: 'u', name: 'bad', namespace: 'agents', origin: 'API' },
      counts: { expected: 0 },
      coverage: null,
      conditions: [{ type: 'Ready', status: 'False', reason: 'Invalid', message: rejected.message }],
    });
  });

  test('that is in force in a former version is listed once, and its condition says so', () => {
    const former = { ...rejected, name: 'agent', target: { namespace: 'agents', daemonset: 'agent' } };
    const answers = answersOf(createMixedCluster(), [former]);
    const [policy, ...others] = answers.policies();
    expect(others).toEqual([]);
    for (const own of [policy, answers.policy('agents', 'agent')]) {
      expect(own).toMatchObject({ counts: { covered: 7 }, conditions: [{ message: former.message }, {}] });
    }
  });

  test('of a file is another one than that of the API with its name', () => {
    const own = { ...rejected, name: 'agent', origin: 'File' as const };
    expect(answersOf(createMixedCluster(), [own]).policies()).toMatchObject([
      { conditions: [{ status: 'True' }, {}] },
      { policy: { origin: 'File' } },
    ]);
  });
});
