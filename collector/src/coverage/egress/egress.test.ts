import type { EgressRule, NetworkPolicyObject, Sink } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { describeNode, detailNode, type Described } from '../index.ts';
import { createCoveredCluster, type TestCluster } from '../../test-cluster.ts';

const SINK: Sink = {
  namespace: 'telemetry',
  podSelector: { matchLabels: { app: 'otel' }, matchExpressions: [] },
  port: 4317,
};
const ALL = { matchLabels: {}, matchExpressions: [] };
const labelled = (labels: Readonly<Record<string, string>>) => ({ matchLabels: labels, matchExpressions: [] });

function networkPolicy(name: string, egress: readonly EgressRule[], changes: Partial<NetworkPolicyObject> = {}) {
  const object = {
    uid: `np-${name}`,
    name,
    namespace: 'agents',
    podSelector: ALL,
    limitsEgress: true,
    egress,
    ...changes,
  };
  return { kind: 'networkPolicy', uid: object.uid, object } as const;
}

function start(sink: Sink = SINK, hostNetwork = false): TestCluster {
  const cluster = createCoveredCluster(['a']);
  cluster.daemonSet({ template: { hostNetwork } });
  cluster.policy({ telemetry: { sink } });
  const labels = { 'kubernetes.io/metadata.name': 'telemetry' };
  cluster.send({ kind: 'namespaceLabels', uid: 'ns', object: { uid: 'ns', name: 'telemetry', labels } });
  for (const source of ['networkpolicies/agents', 'namespacelabels/telemetry']) cluster.watch(source, 'live');
  return cluster;
}

function contextOf({ pipeline, now }: TestCluster): Described {
  const roll = pipeline.roll.policies.get('policy-agent');
  if (roll === undefined) throw new Error('there is no policy');
  return { roll, inventory: pipeline.roll.inventory, now: now(), rfc3339: String };
}

function findingsOf(cluster: TestCluster): readonly string[] {
  return (describeNode(contextOf(cluster), 'a')?.findings ?? []).map(({ code, message }) => `${code}: ${message}`);
}

function checkOf(cluster: TestCluster): string | undefined {
  const checks = detailNode(contextOf(cluster), 'a', () => [])?.checks ?? [];
  const own = checks.find(({ check }) => check === 'way to the sink');
  return own && `${own.outcome}: ${own.seen}`;
}

const WHERE = 'pods of namespace telemetry (app=otel) at TCP 4317';

describe('a daemon whose sink is known', () => {
  test('is found to be cut off when a policy allows no egress, and no longer when another allows it', () => {
    const cluster = start();
    expect([findingsOf(cluster), checkOf(cluster)]).toEqual([
      [],
      'pass: no NetworkPolicy limits what the daemon sends',
    ]);
    cluster.send(networkPolicy('default-deny', []));
    const cut = `NetworkPolicy agents/default-deny selects the daemon's pods and no rule allows egress to ${WHERE}`;
    expect(findingsOf(cluster)).toEqual([`EgressBlocked: ${cut}.`]);
    expect(checkOf(cluster)).toBe(`note: ${cut}`);
    expect(cluster.state('a')).toBe('covered');
    const to = [{ namespaceSelector: labelled({ 'kubernetes.io/metadata.name': 'telemetry' }) }];
    cluster.send(networkPolicy('allow', [{ to, ports: [{ protocol: 'TCP', port: 4000, endPort: 5000 }] }]));
    expect([findingsOf(cluster), checkOf(cluster)]).toEqual([[], `pass: NetworkPolicies allow ${WHERE}`]);
    cluster.send({ kind: 'networkPolicy', uid: 'np-allow', object: undefined });
    expect(findingsOf(cluster)).toHaveLength(1);
  });

  test('is told which policy allows the way at other ports only', () => {
    const cluster = start();
    cluster.send(networkPolicy('dns', [{ to: [], ports: [{ protocol: 'UDP', port: 53 }] }]));
    cluster.send(
      networkPolicy('metrics', [{ to: [{ namespaceSelector: ALL }], ports: [{ protocol: 'TCP', port: 9090 }] }]),
    );
    expect(findingsOf(cluster)).toEqual([
      `EgressBlocked: NetworkPolicies agents/dns, agents/metrics select the daemon's pods and no rule allows egress to ${WHERE} (at other ports: dns, metrics).`,
    ]);
  });

  test('is not cut off by a policy for other pods, for Ingress, or of another namespace', () => {
    const cluster = start();
    cluster.send(networkPolicy('others', [], { podSelector: labelled({ app: 'web' }) }));
    cluster.send(networkPolicy('ingress', [], { limitsEgress: false }));
    cluster.send(networkPolicy('far', [], { namespace: 'web' }));
    expect(findingsOf(cluster)).toEqual([]);
  });

  test('on the host network is not blamed, and the check says why', () => {
    const cluster = start(SINK, true);
    cluster.send(networkPolicy('default-deny', []));
    expect(findingsOf(cluster)).toEqual([]);
    expect(checkOf(cluster)).toMatch(
      /^note: .*; its pods are on the host network, to which most network plugins apply no NetworkPolicy$/,
    );
  });

  test('of which the sink is not told closely enough is not blamed', () => {
    const cluster = start();
    const podSelector = labelled({ role: 'sink' });
    cluster.send(networkPolicy('role', [{ to: [{ namespaceSelector: ALL, podSelector }], ports: [] }]));
    expect(findingsOf(cluster)).toEqual([]);
    expect(checkOf(cluster)).toMatch(
      /^note: whether NetworkPolicies allow .* depends on what the policy's sink does not say$/,
    );
  });

  test('is unknown while a watch is not live, and while the sink has no namespace', () => {
    const cluster = start();
    cluster.send(networkPolicy('default-deny', []));
    cluster.watch('networkpolicies/agents', 'stale');
    expect([findingsOf(cluster), checkOf(cluster)]).toEqual([
      [],
      'unknown: the collector does not see networkpolicies/agents',
    ]);
    cluster.watch('networkpolicies/agents', 'live');
    expect(findingsOf(cluster)).toHaveLength(1);
    cluster.send({ kind: 'namespaceLabels', uid: 'ns', object: undefined });
    expect([findingsOf(cluster), checkOf(cluster)]).toEqual([[], 'unknown: there is no namespace telemetry']);
  });

  test('outside of the cluster is an address block, with what a rule excepts', () => {
    const cluster = start({ cidr: '192.0.2.10/32', port: 443 });
    const rule = (except: readonly string[]): EgressRule => ({
      to: [{ block: { cidr: '192.0.2.0/24', except } }],
      ports: [],
    });
    cluster.send(networkPolicy('out', [rule([])]));
    expect([findingsOf(cluster), checkOf(cluster)]).toEqual([
      [],
      'pass: NetworkPolicies allow 192.0.2.10/32 at TCP 443',
    ]);
    cluster.send(networkPolicy('out', [rule(['192.0.2.0/28'])]));
    expect(findingsOf(cluster)[0]).toMatch(/egress to 192.0.2.10\/32 at TCP 443\.$/);
  });
});

test('a policy without a sink has neither finding nor check', () => {
  const cluster = createCoveredCluster(['a']);
  cluster.send(networkPolicy('default-deny', []));
  expect([findingsOf(cluster), checkOf(cluster)]).toEqual([[], undefined]);
});
