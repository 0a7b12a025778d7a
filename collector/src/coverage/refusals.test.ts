import type { KubeEventObject } from '@rollcall/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { buildKubeEvent, MINUTE, SECOND } from '../test-objects.ts';

const QUOTA = 'pods "agent-x1" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0';
const LEVEL = 'pods "agent-x1" is forbidden: violates PodSecurity "restricted:latest": hostNetwork';

/** Nodes a and b, both covered; c has had no pod for an hour. */
function open(): TestCluster {
  const cluster = createCoveredCluster(['a', 'b']);
  cluster.node('c');
  return cluster;
}

let number = 0;

function refuse(cluster: TestCluster, text: string, changes: Partial<KubeEventObject> = {}): void {
  const object = buildKubeEvent({
    uid: `event-${(number += 1)}`,
    involvedUid: 'ds-agent',
    involvedKind: 'DaemonSet',
    involvedName: 'agent',
    reason: 'FailedCreate',
    message: `Error creating: ${text}`,
    component: 'daemonset-controller',
    lastAt: cluster.now().wallMs,
    ...changes,
  });
  cluster.send({ kind: 'kubeEvent', uid: object.uid, object });
}

describe('a refusal of the DaemonSet', () => {
  test.each([
    ['QuotaExceeded', QUOTA],
    ['QuotaExceeded', 'pods "agent-x1" is forbidden: failed quota: cpu: must specify requests.cpu for: agent'],
    ['QuotaExceeded', 'pods "x" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [high]}]'],
    ['QuotaExceeded', 'pods "x" is forbidden: status unknown for quota: none, resources: pods'],
    ['PodSecurityDenied', LEVEL],
    ['AdmissionDenied', 'admission webhook "w.example" denied the request: exceeded quota: of patience'],
    ['AdmissionDenied', `pods "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: signed`],
    ['AdmissionDenied', 'admission webhook "w.example" denied the request: failed calling webhook "other": no route'],
    ['QuotaExceeded', 'pods "x" is forbidden: exceeded quota: q, used: admission webhook "w" denied the request'],
    [
      'WebhookUnavailable',
      'Internal error occurred: failed calling webhook "w.example": failed to call webhook: Post "https://w/?timeout=5s": dial tcp: connection refused',
    ],
    ['NamespaceTerminating', ''],
    ['CreateDenied', 'pods "x" is forbidden: no PriorityClass with name absent was found'],
    ['CreateDenied', 'pods "x" is forbidden: error looking up service account agents/absent: not found'],
    ['CreateDenied', 'pods "x" is forbidden: maximum cpu usage per Container is 50m, but limit is 100m'],
    ['CreateDenied', 'etcdserver: request timed out'],
  ])('%s is laid to the node that has no pod, and to no other: %s', (code, text) => {
    const cluster = open();
    if (code === 'NamespaceTerminating') {
      const object = { uid: 'ns', name: 'agents', deletedAt: cluster.now().wallMs };
      cluster.send({ kind: 'namespace', uid: 'ns', object });
    } else refuse(cluster, text);
    expect(['a', 'b', 'c'].map((node) => cluster.state(node))).toEqual(['covered', 'covered', `uncovered:${code}`]);
    cluster.podGone('pod-b');
    cluster.node('d');
    expect(['b', 'd'].map((node) => cluster.state(node))).toEqual([`uncovered:${code}`, `uncovered:${code}`]);
  });

  test('is aggregated or not, and heard of before everything else or not', () => {
    const cluster = open();
    cluster.daemonSetGone();
    refuse(cluster, QUOTA, { message: `(combined from similar events): Error creating: ${QUOTA}`, count: 7 });
    cluster.daemonSet();
    expect(cluster.state('c')).toBe('uncovered:QuotaExceeded');
  });

  test('of another DaemonSet of that name, which is gone, is none of it', () => {
    const cluster = open();
    refuse(cluster, QUOTA, { involvedUid: 'ds-former' });
    expect(cluster.state('c')).not.toBe('uncovered:QuotaExceeded');
  });

  test('stands while nothing is heard until the controller must have tried again, and no longer', () => {
    const cluster = open();
    refuse(cluster, QUOTA);
    cluster.wait(20 * MINUTE - 1);
    expect(cluster.state('c')).toBe('uncovered:QuotaExceeded');
    cluster.wait(1);
    expect(cluster.state('c')).toBe('uncovered:CreateStalled');
  });

  test('ends 3 s after pods are made again, unless it goes on', () => {
    const cluster = open();
    refuse(cluster, QUOTA);
    cluster.wait(MINUTE);
    cluster.node('d');
    cluster.pod('d', { createdAt: cluster.now().wallMs });
    cluster.wait(2_999);
    expect([cluster.state('c'), cluster.state('d')]).toEqual(['uncovered:QuotaExceeded', 'covered']);
    refuse(cluster, QUOTA);
    cluster.wait(MINUTE);
    expect(cluster.state('c')).toBe('uncovered:QuotaExceeded');
    cluster.node('e');
    cluster.pod('e', { createdAt: cluster.now().wallMs });
    cluster.wait(3_000);
    expect(cluster.state('c')).toBe('uncovered:Starting');
  });

  test('is not ended by pods that were made before it and are told of after it', () => {
    const cluster = open();
    refuse(cluster, QUOTA);
    cluster.wait(SECOND);
    cluster.node('d');
    cluster.pod('d', { createdAt: cluster.now().wallMs - 2 * SECOND });
    cluster.wait(MINUTE);
    expect(cluster.state('c')).toBe('uncovered:QuotaExceeded');
  });

  test('gives way to the newest one where another comes', () => {
    const cluster = open();
    refuse(cluster, QUOTA);
    cluster.wait(SECOND);
    refuse(cluster, LEVEL);
    expect(cluster.state('c')).toBe('uncovered:PodSecurityDenied');
    refuse(cluster, QUOTA, { lastAt: cluster.now().wallMs - SECOND });
    expect(cluster.state('c')).toBe('uncovered:PodSecurityDenied');
  });
});

test('any order and repetition of refusals ends in the same code', () => {
  const told = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 600 }),
      text: fc.constantFrom(QUOTA, LEVEL),
      uid: fc.constantFrom('1', '2', '3', '4'),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const play = (events: readonly { at: number; text: string; uid: string }[]): string => {
    const cluster = open();
    const { wallMs } = cluster.now();
    // As a list tells them: none of them happens under our eyes.
    for (const { at, text, uid } of events)
      refuse(cluster, text, { uid: `${uid}-${at}-${text.length}`, lastAt: wallMs - at * SECOND });
    return cluster.state('c');
  };
  fc.assert(
    fc.property(
      told.chain((events) =>
        fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length })),
      ),
      ([events, shuffled]) => {
        // Two refusals of one second have no order.
        fc.pre(new Set(events.map(({ at }) => at)).size === events.length);
        expect(play(shuffled)).toBe(play(events));
      },
    ),
    { seed: 5, numRuns: 100 },
  );
});
