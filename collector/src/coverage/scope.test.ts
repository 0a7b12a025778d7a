import type { Policy, TemplatePlacement } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster, type TestCluster } from '../test-cluster.ts';
import { buildNode, buildPolicy, HOUR, MINUTE, SECOND, taint, type NodeChanges } from '../test-objects.ts';
import { decidePlacement } from './expectation.ts';
import { judgeScope } from './scope.ts';

const DAY = 24 * HOUR;
const GPU = { labels: { role: 'gpu' } };

function scopeOf(node: NodeChanges, policy: Partial<Policy> = {}, template?: Partial<TemplatePlacement>): string {
  const object = buildNode('a', node);
  const all = { nodeName: '', nodeSelector: {}, tolerations: [], hostNetwork: false, ...template };
  const scope = judgeScope(buildPolicy(policy), object, decidePlacement(object, all));
  return scope.kind === 'excluded' ? `excluded by ${scope.rule}` : scope.kind;
}

function selecting(labels: Record<string, string>): Partial<Policy> {
  return { selector: { matchLabels: labels, matchExpressions: [] } };
}

describe('the inferred scope', () => {
  test.each<[string, NodeChanges, Partial<TemplatePlacement>]>([
    ['everywhere', {}, {}],
    ['by the node selector', GPU, { nodeSelector: { role: 'gpu' } }],
    [
      'by the required affinity',
      GPU,
      { terms: [{ matchExpressions: [{ key: 'role', operator: 'Exists', values: [] }], matchFields: [] }] },
    ],
    [
      'by a toleration',
      { taints: [taint('dedicated')] },
      { tolerations: [{ key: 'dedicated', operator: 'Exists', value: '', effect: '' }] },
    ],
    ['however soft a taint is', { taints: [taint('any', 'PreferNoSchedule')] }, {}],
  ])('holds a node that is let in %s', (_, node, template) => {
    expect(scopeOf(node, {}, template)).toBe('in');
  });

  test.each([
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
    'node.kubernetes.io/disk-pressure',
    'node.kubernetes.io/memory-pressure',
    'node.kubernetes.io/pid-pressure',
    'node.kubernetes.io/unschedulable',
    'node.kubernetes.io/network-unavailable',
    'node.kubernetes.io/out-of-service',
    'node.cloudprovider.kubernetes.io/uninitialized',
    'node.cloudprovider.kubernetes.io/shutdown',
    'karpenter.sh/unregistered',
    'karpenter.sh/disrupted',
    'ToBeDeletedByClusterAutoscaler',
    'startup-taint.cluster-autoscaler.kubernetes.io/gpu-driver',
    'readiness.k8s.io/network',
  ])('keeps a node with the lifecycle taint %s, whatever its effect', (key) => {
    expect(scopeOf({ taints: [taint(key, 'NoSchedule'), taint(key, 'NoExecute', 'x')] })).toBe('in');
  });

  test.each<[string, NodeChanges, Partial<TemplatePlacement>]>([
    ['the node selector', {}, { nodeSelector: { role: 'gpu' } }],
    ['a taint that is not tolerated', { taints: [taint('dedicated')] }, {}],
    [
      'one such taint beside a lifecycle one',
      { taints: [taint('karpenter.sh/disrupted'), taint('x', 'NoExecute')] },
      {},
    ],
    ['the control plane taint', { taints: [taint('node-role.kubernetes.io/control-plane')] }, {}],
    ['a taint whose key only begins like a lifecycle one', { taints: [taint('karpenter.sh/disrupted-not')] }, {}],
  ])('leaves out a node that is kept out by %s', (_, node, template) => {
    expect(scopeOf(node, {}, template)).toBe('out');
  });

  test.each<[string, Partial<Policy>]>([
    ['joining', { joiningTaints: [{ key: 'example.com/*' }] }],
    ['leaving', { leavingTaints: [{ key: 'example.com/going', effect: 'NoSchedule' }] }],
  ])('keeps a node with a taint that the policy names as %s', (_, policy) => {
    expect(scopeOf({ taints: [taint('example.com/going')] }, policy)).toBe('in');
    expect(scopeOf({ taints: [taint('example.org/going')] }, policy)).toBe('out');
  });

  test('is nobody while no template was ever seen', () => {
    expect(judgeScope(buildPolicy(), buildNode('a'), undefined)).toEqual({ kind: 'out' });
  });
});

describe('an explicit scope', () => {
  test.each<[string, NodeChanges, string]>([
    ['whom it selects', GPU, 'in'],
    ['whom it selects, though the template would not run there', { ...GPU, taints: [taint('dedicated')] }, 'in'],
    ['nobody else, though the template would', {}, 'out'],
  ])('holds %s', (_, node, scope) => {
    expect(scopeOf(node, selecting({ role: 'gpu' }))).toBe(scope);
  });

  test('holds everybody when its selector is empty', () => {
    expect(scopeOf({}, selecting({}))).toBe('in');
  });
});

describe('excluded, in whatever scope, is', () => {
  test.each<[string, NodeChanges, Partial<Policy>]>([
    ['virtual-kubelet', { labels: { type: 'virtual-kubelet' } }, {}],
    ['virtual-kubelet', { taints: [taint('virtual-kubelet.io/provider', 'NoSchedule', 'azure')] }, {}],
    ['fargate', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }, {}],
    ['fargate', { taints: [taint('eks.amazonaws.com/compute-type', 'NoSchedule', 'fargate')] }, {}],
    ['fargate', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }, selecting({})],
    [
      'edge',
      { labels: { site: 'edge' } },
      { exclusions: [{ name: 'edge', selector: { matchLabels: { site: 'edge' }, matchExpressions: [] } }] },
    ],
  ])('%s: %o', (rule, node, policy) => {
    expect(scopeOf(node, policy)).toBe(`excluded by ${rule}`);
  });

  test('not a node of another compute type', () => {
    expect(scopeOf({ labels: { 'eks.amazonaws.com/compute-type': 'ec2' } })).toBe('in');
  });
});

/** Node a is in scope by its label and covered; b fits only while the template asks for nothing. */
function createGpuCluster(): TestCluster {
  const cluster = createCoveredCluster([]);
  cluster.daemonSet({ template: { nodeSelector: { role: 'gpu' } }, generation: 2 });
  cluster.node('a', GPU);
  cluster.pod('a');
  return cluster;
}

describe('a node that lost its label', () => {
  test('is expected for 24 h to the millisecond, with the drift as reason, then out of scope', () => {
    const cluster = createGpuCluster();
    cluster.node('a');
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toBe('uncovered:LabelDrift');
    cluster.wait(DAY - 1);
    expect(cluster.state('a')).toBe('uncovered:LabelDrift');
    cluster.wait(1);
    expect(cluster.state('a')).toBe('outOfScope');
    expect(cluster.pipeline.roll.nextDueMono()).toBe(Infinity);
  });

  test('is remembered from the last time it lost it', () => {
    const cluster = createGpuCluster();
    cluster.node('a');
    cluster.wait(20 * HOUR);
    cluster.node('a', GPU);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(HOUR);
    cluster.node('a');
    cluster.podGone('pod-a');
    cluster.wait(DAY - SECOND);
    expect(cluster.state('a')).toBe('uncovered:LabelDrift');
  });

  test('is never remembered where the scope is explicit', () => {
    const cluster = createGpuCluster();
    cluster.policy(selecting({ role: 'gpu' }));
    cluster.node('a');
    expect(cluster.state('a')).toBe('stray');
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toBe('outOfScope');
  });

  test('is remembered through all that does not change where the DaemonSet should run', () => {
    const cluster = createGpuCluster();
    cluster.node('a');
    cluster.podGone('pod-a');
    const drifted = (): void => expect(cluster.state('a')).toBe('uncovered:LabelDrift');
    cluster.daemonSet({ template: { nodeSelector: { role: 'gpu' } }, generation: 3, minReadySeconds: 5 });
    drifted();
    cluster.policy({ contact: '#oncall', grace: { joiningMs: MINUTE, leavingMs: MINUTE, nodeNotReadyMs: MINUTE } });
    drifted();
    cluster.policy({ contact: '#oncall', exclusions: [], poolLabels: ['zone'] });
    drifted();
    cluster.daemonSetGone();
    expect(cluster.state('a')).toBe('uncovered:DaemonSetMissing');
    cluster.daemonSet({ template: { nodeSelector: { role: 'gpu' } }, uid: 'ds-anew' });
    drifted();
  });

  test('is not forgiven by a later template, whatever that asks for', () => {
    const cluster = createGpuCluster();
    cluster.node('a');
    cluster.podGone('pod-a');
    cluster.daemonSet({ template: { nodeSelector: { role: 'gpu', size: 'xl' } }, generation: 3 });
    expect(cluster.state('a')).toBe('uncovered:LabelDrift');
  });

  test('is forgotten when a policy edit redraws the scope, but its drift stays known', () => {
    const cluster = createGpuCluster();
    cluster.node('a');
    cluster.podGone('pod-a');
    cluster.policy(selecting({}));
    expect(cluster.state('a')).toBe('uncovered:LabelDrift');
    cluster.policy();
    expect(cluster.state('a')).toBe('outOfScope');
  });
});

test('a node that the template never let in is not expected, nor is one that a new template lets go', () => {
  const cluster = createGpuCluster();
  cluster.node('b');
  expect(cluster.state('b')).toBe('absent');
  cluster.daemonSet({ generation: 3 });
  expect(cluster.state('b')).toBe('uncovered:Starting');
  cluster.daemonSet({ template: { nodeSelector: { role: 'gpu' } }, generation: 4 });
  expect(cluster.state('b')).toBe('outOfScope');
});

test('an exclusion takes a node out at once, and its memory does not survive the end of the exclusion', () => {
  const cluster = createGpuCluster();
  const exclusions = [{ name: 'gpus', selector: { matchLabels: GPU.labels, matchExpressions: [] } }];
  cluster.policy({ exclusions });
  expect(cluster.state('a')).toBe('excluded:gpus');
  cluster.node('a');
  cluster.policy();
  expect(cluster.state('a')).toBe('stray');
});

test('a stray is a live bound pod out of scope: not a terminating, ended or Pending one', () => {
  const cluster = createTestCluster();
  cluster.policy(selecting({ role: 'gpu' }));
  cluster.daemonSet();
  cluster.live();
  cluster.node('a');
  expect(cluster.state('a')).toBe('outOfScope');
  for (const changes of [
    { bound: false, phase: 'Pending' },
    { deletedAt: 1 },
    { phase: 'Failed' },
    { phase: 'Succeeded' },
  ]) {
    cluster.pod('a', changes);
    expect(cluster.state('a'), JSON.stringify(changes)).toBe('outOfScope');
  }
  cluster.pod('a');
  expect(cluster.state('a')).toBe('stray');
});
