import type { NodeAnswer, NodeDetail } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { condition, HOUR, MINUTE, START, taint } from '../test-objects.ts';
import { describeNode, type Described } from './describe-node.ts';
import { detailNode } from './detail-node.ts';

/** Wall-clock times as minutes since START, so that a table can hold them. */
function minutes(wallMs: number): string {
  return `${(wallMs - START.wallMs) / MINUTE} min`;
}

function contextOf(cluster: TestCluster): Described {
  cluster.tick();
  const roll = cluster.pipeline.roll.policies.get('policy-agent');
  if (roll === undefined) throw new Error('the policy is gone: send it first');
  return { roll, inventory: cluster.pipeline.roll.inventory, now: cluster.now(), rfc3339: minutes };
}

function look(cluster: TestCluster, key = 'a'): NodeAnswer | undefined {
  return describeNode(contextOf(cluster), key);
}

function detail(cluster: TestCluster, key = 'a'): NodeDetail | undefined {
  return detailNode(contextOf(cluster), key, (uid) => cluster.journal.transitions('policy-agent', uid, 10));
}

describe('a node is described', () => {
  test('covered, with its pod and since when', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.wait(HOUR);
    expect(look(cluster)).toEqual({
      node: 'a',
      pool: 'none',
      inScope: true,
      eligible: true,
      state: 'covered',
      reason: null,
      owner: null,
      message: '',
      since: '0 min',
      retryAt: null,
      findings: [],
      pod: 'agents/agent-a',
      daemon: null,
      heartbeat: null,
    });
  });

  test('uncovered, with its first cause, the others as findings, and since when through all reasons', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.wait(MINUTE);
    cluster.pod('a', { ready: condition('False') });
    cluster.wait(MINUTE);
    cluster.node('a', { ready: condition('Unknown', 'NodeStatusUnknown'), taints: [taint('dedicated', 'NoExecute')] });
    cluster.wait(MINUTE);
    const answer = look(cluster);
    expect(answer).toMatchObject({ state: 'uncovered', reason: 'NodeUnreachable', owner: 'node', since: '1 min' });
    expect(answer?.message).toContain('NodeStatusUnknown');
    expect(answer?.findings.map(({ code }) => code)).toEqual(['LabelDrift', 'UntoleratedTaint']);
  });

  test('excused, with the excuse and what is wrong beneath it', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { deletedAt: START.wallMs, ready: condition('False', 'KubeletNotReady') });
    expect(look(cluster)).toMatchObject({
      inScope: true,
      state: 'excused',
      reason: 'Leaving',
      owner: null,
      message: 'the node is being deleted',
      findings: [{ code: 'NodeNotReady' }],
    });
  });

  test('unobserved, while a watch is not live', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.watch('pods/agents/agent', 'stale');
    expect(look(cluster)).toMatchObject({ inScope: true, state: 'unobserved', reason: null, pod: 'agents/agent-a' });
  });

  test('excluded, by the name of the rule', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { labels: { type: 'virtual-kubelet' } });
    expect(look(cluster)).toMatchObject({
      inScope: false,
      state: 'excluded',
      message: 'excluded by the rule virtual-kubelet',
    });
  });

  test('stray or out of scope, by whether it runs the daemon', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.policy({ selector: { matchLabels: { role: 'gpu' }, matchExpressions: [] } });
    cluster.podGone('pod-b');
    expect(look(cluster, 'a')).toMatchObject({ inScope: false, state: 'stray', pod: 'agents/agent-a' });
    expect(look(cluster, 'b')).toMatchObject({ inScope: false, eligible: true, state: 'outOfScope', message: '' });
  });

  test.each<[string, Parameters<TestCluster['daemonSet']>[0], string]>([
    ['the template admits it', {}, 'the policy leaves the node out, the template does not'],
    [
      'a toleration lets the pod past a taint',
      { template: { tolerations: [{ key: 'dedicated', operator: 'Exists', value: '', effect: '' }] } },
      'the policy leaves the node out, the template does not; its toleration dedicated (Exists) lets it past dedicated:NoSchedule',
    ],
    [
      'the labels do not let the pod in',
      { template: { nodeSelector: { role: 'web' } } },
      'nodeSelector asks role=web (the node has no such label); its pod was placed before that or by nodeName, and the DaemonSet controller removes it',
    ],
  ])('stray, and why: %s', (name, daemonSet, message) => {
    const cluster = createCoveredCluster(['a']);
    cluster.policy({ selector: { matchLabels: { role: 'gpu' }, matchExpressions: [] } });
    if (name.startsWith('a toleration')) cluster.node('a', { taints: [taint('dedicated')] });
    cluster.daemonSet(daemonSet);
    expect(look(cluster, 'a')?.message).toBe(`runs the daemon and is not in scope: ${message}`);
  });

  test('stray, and why: the taint came after the pod', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.policy({ selector: { matchLabels: { role: 'gpu' }, matchExpressions: [] } });
    cluster.node('a', { taints: [taint('dedicated')] });
    expect(look(cluster, 'a')?.message).toMatch(
      /^runs the daemon and is not in scope: .*dedicated.*; its pod was placed before that, and the DaemonSet controller leaves it there$/,
    );
  });

  test('out of scope without a record, with what keeps it out', () => {
    const cluster = createCoveredCluster([]);
    cluster.node('a', { taints: [taint('dedicated')], createdAt: START.wallMs - 7 * MINUTE });
    const answer = look(cluster);
    expect(answer).toMatchObject({ inScope: false, eligible: false, state: 'outOfScope', since: '-7 min' });
    expect(answer?.message).toContain('dedicated');
    expect(contextOf(cluster).roll.records.size).toBe(0);
  });

  test('as missing, without a name', () => {
    const cluster = createCoveredCluster([], { minimum: new Map([['gpu', 1]]) });
    expect(look(cluster, 'missing/gpu/1')).toMatchObject({
      node: '',
      pool: 'gpu',
      inScope: true,
      state: 'uncovered',
      reason: 'NodeMissing',
      owner: 'node',
    });
    cluster.watch('nodes', 'stale');
    expect(look(cluster, 'missing/gpu/1')).toMatchObject({ state: 'unobserved', reason: null, owner: null });
  });

  test('not at all when there is no such node', () => {
    const cluster = createCoveredCluster(['a']);
    expect(look(cluster, 'b')).toBeUndefined();
    expect(detail(cluster, 'b')).toBeUndefined();
    expect(look(cluster, 'missing/gpu/1')).toBeUndefined();
  });
});

describe('the chain of checks', () => {
  function outcomes(cluster: TestCluster, key?: string): readonly string[] {
    return (detail(cluster, key)?.checks ?? []).map(({ check, outcome }) => `${check}: ${outcome}`);
  }

  test('passes all the way for a covered node', () => {
    const cluster = createCoveredCluster(['a']);
    expect(outcomes(cluster)).toEqual([
      'DaemonSet: pass',
      'in scope: pass',
      'eligible: pass',
      'node Ready: pass',
      'pod on the node: pass',
      'pod Ready: pass',
      'newest revision: pass',
    ]);
    expect(detail(cluster)).toMatchObject({ nextStep: null, commands: [] });
  });

  test('fails where the node does, what follows from that is told apart, and the next step is there to be pasted', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.podGone('pod-a');
    cluster.wait(3 * MINUTE);
    cluster.node('a', { taints: [taint('dedicated')] });
    expect(outcomes(cluster)).toEqual([
      'DaemonSet: pass',
      'in scope: note',
      'eligible: fail',
      'node Ready: pass',
      'pod on the node: follows',
    ]);
    expect(detail(cluster)?.checks.at(-1)?.seen).toBe(
      'no pod of the DaemonSet, and none will come: not eligible, the last one went 3 min ago',
    );
    expect(detail(cluster)).toMatchObject({
      reason: 'LabelDrift',
      nextStep: expect.stringContaining('label') as string,
      commands: ['kubectl taint node a dedicated:NoSchedule-', 'kubectl edit daemonset agent -n agents'],
    });
  });

  test('does not fail for a taint under which the pod may stay, but tells of it and of what to do', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { taints: [taint('dedicated')] });
    expect(outcomes(cluster)).toContain('eligible: note');
    expect(outcomes(cluster).join()).not.toContain('fail');
    expect(detail(cluster)).toMatchObject({
      state: 'covered',
      nextStep: expect.stringContaining('toleration') as string,
      commands: [expect.stringContaining('kubectl taint node a'), expect.stringContaining('edit')],
    });
  });

  test('names the watches that are not live, and skips a layer that is off', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.watch('pods/agents/agent', 'stale');
    expect(detail(cluster)?.checks.at(-1)).toEqual({
      check: 'layer pod',
      outcome: 'unknown',
      seen: 'the collector does not see pods/agents/agent (stale)',
    });
    cluster.live();
    cluster.policy({ podLayer: { asked: true, offPools: ['none'], startDeadlineMs: MINUTE } });
    expect(outcomes(cluster).at(-1)).toBe('layer pod: skipped');
  });

  test('ends with what the live watches prove when others are not live', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.watch('pods/agents/agent', 'stale');
    cluster.node('a', { ready: condition('Unknown', 'NodeStatusUnknown') });
    expect(outcomes(cluster).slice(3)).toEqual(['node Ready: fail', 'layer pod: unknown']);
  });

  test('of a node out of scope says only why', () => {
    const cluster = createCoveredCluster([]);
    cluster.node('a', { taints: [taint('dedicated')] });
    expect(detail(cluster)?.checks.slice(1)).toEqual([
      { check: 'in scope', outcome: 'note', seen: 'no: untolerated taint dedicated:NoSchedule' },
    ]);
  });

  test('of a missing node says that it is missing, and how to list those of its pool', () => {
    const cluster = createCoveredCluster(['a'], { minimum: new Map([['gpu', 1]]), poolLabels: ['pool', 'team'] });
    expect(detail(cluster, 'missing/gpu/1')).toMatchObject({
      checks: [{ check: 'node exists', outcome: 'fail' }],
      nextStep: expect.stringContaining('pool') as string,
      commands: ['kubectl get nodes -L pool,team'],
      transitions: [{ from: 'absent', to: 'uncovered', reason: 'NodeMissing' }],
    });
    cluster.node('b', { labels: { team: 'gpu' } });
    cluster.policy({ minimum: new Map([['gpu', 2]]), poolLabels: ['pool', 'team'] });
    expect(detail(cluster, 'missing/gpu/1')?.commands).toEqual(['kubectl get nodes -l team=gpu']);
  });

  test('comes with the last transitions, newest first', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.wait(MINUTE);
    cluster.node('a', { ready: condition('Unknown') });
    cluster.wait(MINUTE);
    cluster.node('a');
    const told = (detail(cluster)?.transitions ?? []).map(({ from, to, reason, wallMs }) => [
      from,
      to,
      reason,
      minutes(wallMs),
    ]);
    expect(told).toEqual([
      ['uncovered', 'covered', '', '2 min'],
      ['covered', 'uncovered', 'NodeUnreachable', '1 min'],
      ['unobserved', 'covered', '', '0 min'],
      ['absent', 'unobserved', '', '0 min'],
    ]);
  });
});
