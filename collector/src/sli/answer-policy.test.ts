import { describe, expect, test } from 'vitest';
import type { Policy, PolicyAnswer } from '@rollcall/contract';
import { createCoveredCluster, createTestCluster, type TestCluster } from '../test-cluster.ts';
import { condition, HOUR, MINUTE, SECOND, START, taint } from '../test-objects.ts';

function answer(cluster: TestCluster): PolicyAnswer {
  const found = cluster.pipeline.answer('policy-agent', cluster.now());
  if (found === undefined) throw new Error('the policy is gone: send it first');
  return found;
}

function objective(target: number): Partial<Policy> {
  return { objectives: [{ sli: 'coverage', target, windowMs: HOUR }] };
}

describe('a policy is answered', () => {
  test('with its counts over all pools, and its coverage now', () => {
    const cluster = createCoveredCluster(['a', 'b'], { purpose: 'see', team: 'ops', contact: '#ops' });
    cluster.node('b', { labels: { pool: 'web' }, ready: condition('Unknown') });
    cluster.node('c', { deletedAt: START.wallMs });
    cluster.node('d', { labels: { type: 'virtual-kubelet' } });
    const found = answer(cluster);
    expect(found).toMatchObject({
      namespace: 'agents',
      daemonset: 'agent',
      policy: { uid: 'policy-agent', name: 'agent', namespace: 'agents', origin: 'API' },
      denominator: 'inferred',
      counts: { expected: 2, covered: 1, uncovered: 1, unobserved: 0, excused: 1, excluded: 1, stray: 0, eligible: 4 },
      coverage: 0.5,
      worstReason: 'NodeUnreachable',
      purpose: 'see',
      team: 'ops',
      contact: '#ops',
      reasons: [{ reason: 'NodeUnreachable', owner: 'node', nodes: 1 }],
      excuses: [{ reason: 'Leaving', nodes: 1 }],
      layers: [{ layer: 'pod', good: 1 }],
      controller: { desired: 0, divergence: 4, divergenceSeconds: 0 },
    });
    expect(found.pools.map(({ pool, expected }) => [pool, expected])).toEqual([
      ['none', 1],
      ['web', 1],
    ]);
  });

  test('with its reasons by how many nodes they keep uncovered, then by rank', () => {
    const cluster = createCoveredCluster(['a', 'b', 'c', 'd']);
    cluster.node('a', { ready: condition('False') });
    for (const name of ['b', 'c']) cluster.pod(name, { ready: condition('False') });
    cluster.node('d', { ready: condition('Unknown') });
    expect(answer(cluster).reasons.map(({ reason, nodes }) => `${reason} ${nodes}`)).toEqual([
      'Unexplained 2',
      'NodeUnreachable 1',
      'NodeNotReady 1',
    ]);
    expect(answer(cluster).worstReason).toBe('Unexplained');
  });

  test('without a coverage while nothing is expected, and not at all once it is gone', () => {
    const cluster = createCoveredCluster([]);
    expect(answer(cluster)).toMatchObject({ coverage: null, worstReason: null, reasons: [] });
    cluster.policyGone();
    expect(cluster.pipeline.answer('policy-agent', cluster.now())).toBeUndefined();
  });

  test('with the word that its memory does not outlive the process', () => {
    expect(answer(createCoveredCluster([])).history).toMatchObject({
      durable: false,
      note: expect.stringContaining('lost at its restart') as string,
    });
  });
});

describe('attainment', () => {
  test('is a range as wide as what was not observed; whose lower end an objective is held against', () => {
    const cluster = createCoveredCluster(['a'], objective(0.9));
    cluster.wait(80 * SECOND);
    cluster.watch('pods/agents/agent', 'stale');
    cluster.wait(15 * SECOND);
    cluster.watch('pods/agents/agent', 'live');
    cluster.pod('a', { ready: condition('False') });
    cluster.wait(5 * SECOND);
    expect(answer(cluster).slis).toEqual([
      {
        sli: 'coverage',
        objective: 0.9,
        windowMs: HOUR,
        validMs: 85_000,
        goodMs: 80_000,
        unobservedMs: 15_000,
        attainment: { low: 0.8, high: 0.95 },
      },
    ]);
    cluster.policy(objective(0.8));
    expect(answer(cluster).slis).toMatchObject([{ objective: 0.8, attainment: { low: 0.8 } }]);
  });

  test('is unknown before any time was expected', () => {
    const cluster = createCoveredCluster(['a']);
    expect(answer(cluster).slis).toMatchObject([{ validMs: 0, attainment: null }]);
    cluster.node('a', { deletedAt: START.wallMs });
    cluster.wait(MINUTE);
    expect(answer(cluster).slis).toMatchObject([{ validMs: 0, attainment: null }]);
  });

  test('is not given of an SLI that has no series', () => {
    const cluster = createCoveredCluster(['a'], { objectives: [{ sli: 'freshness', target: 0.95, windowMs: HOUR }] });
    expect(answer(cluster).slis).toEqual([]);
  });
});

describe('the conditions of a policy', () => {
  function conditions(cluster: TestCluster): readonly string[] {
    const [summary] = cluster.pipeline.summaries(cluster.now());
    return (summary?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  }

  test('say that it waits for the first lists, and then that it is evaluated', () => {
    const cluster = createTestCluster();
    cluster.policy();
    expect(conditions(cluster)).toEqual(['Ready=False Syncing', 'NoNodesMatch=False NodesInScope']);
    cluster.daemonSet();
    cluster.node('a');
    cluster.live();
    expect(conditions(cluster)).toEqual(['Ready=True Evaluated', 'NoNodesMatch=False NodesInScope']);
  });

  test.each<[string, Partial<Policy>, (cluster: TestCluster) => void]>([
    [
      'spec.nodes.selector matches no node',
      { selector: { matchLabels: { no: 'node' }, matchExpressions: [] } },
      () => undefined,
    ],
    ['the DaemonSet agents/agent does not exist', { daemonset: 'agent' }, (cluster) => cluster.daemonSetGone()],
    ['no node fits', {}, () => undefined],
  ])('say that no node matches: %s', (message, policy, act) => {
    const cluster = createTestCluster();
    cluster.policy(policy);
    cluster.daemonSet();
    act(cluster);
    cluster.node('a', { taints: [taint('dedicated')] });
    cluster.live();
    const [summary] = cluster.pipeline.summaries(cluster.now());
    expect(summary?.conditions[1]).toMatchObject({ type: 'NoNodesMatch', status: 'True', reason: 'EmptyScope' });
    expect(summary?.conditions[1]?.message).toContain(message);
  });

  test('do not say so of a policy whose nodes are all excused', () => {
    const cluster = createCoveredCluster([]);
    cluster.node('a', { createdAt: START.wallMs });
    expect(conditions(cluster)[1]).toBe('NoNodesMatch=False NodesInScope');
  });
});

test('policies are answered in the order of namespace and DaemonSet', () => {
  const cluster = createTestCluster();
  for (const [namespace, daemonset] of [
    ['b', 'x'],
    ['a', 'z'],
    ['b', 'a'],
  ] as const) {
    cluster.policy({ uid: `${namespace}/${daemonset}`, namespace, daemonset });
  }
  const order = ['a/z', 'b/a', 'b/x'];
  expect(cluster.pipeline.summaries(cluster.now()).map(({ policy }) => policy.uid)).toEqual(order);
  expect(cluster.pipeline.read(cluster.now()).map((own) => `${own.namespace}/${own.daemonset}`)).toEqual(order);
});
