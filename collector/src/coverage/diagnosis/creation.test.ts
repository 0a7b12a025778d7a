import { describe, expect, test } from 'vitest';
import type { LeaseEntry } from '../../inventory/index.ts';
import { diagnose, findAll, findOnCovered } from './diagnose.ts';
import { at, buildEvent, buildPod, buildSubject, condition, NOW, type Scene } from './test-subject.ts';
import { buildRefusals } from './test-refusals.ts';

const QUOTA = 'pods "agent-x1" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0';
const REFUSED: Scene = { pods: [], making: { refusals: buildRefusals('QuotaExceeded', QUOTA) } };

const codes = (scene: Scene): readonly string[] => findAll(buildSubject(scene)).map(({ code }) => code);

describe('a refusal', () => {
  test('is told in the words of the API server, since when, and when the controller tries again', () => {
    expect(diagnose(buildSubject(REFUSED))).toEqual({
      code: 'QuotaExceeded',
      message: `The API server refuses the pod: ${QUOTA}. It does since 10 s, for the last time 2 s ago.`,
      retryDueMono: NOW - 2_000 + 20_480,
    });
  });

  test('is all that is told: nobody can say at once that nobody refuses the pod', () => {
    expect(codes(REFUSED)).toEqual(['QuotaExceeded']);
  });

  test.each<readonly [string, Scene]>([
    ['has a pod', { ...REFUSED, pods: [buildPod()] }],
    ['should have none', { ...REFUSED, template: { nodeSelector: { role: 'w' } } }],
  ])('concerns no node that %s', (_, scene) => {
    expect(codes(scene)).not.toContain('QuotaExceeded');
  });

  test('in a namespace that is being deleted is told no more, and the DaemonSet goes with it', () => {
    const making = { ...REFUSED.making, namespaceEndsSinceMono: NOW - 5_000 };
    expect(codes({ ...REFUSED, making })).toEqual(['NamespaceTerminating']);
    expect(codes({ ...REFUSED, making, daemonSet: { deletedAt: 1 } })).toEqual([
      'NamespaceTerminating',
      'DaemonSetMissing',
    ]);
    expect(diagnose(buildSubject({ ...REFUSED, making })).message).toBe(
      'Namespace agents is being deleted since 5 s: the API server makes nothing new in it.',
    );
  });
});

const lease = (ageMs: number): LeaseEntry => ({
  object: { uid: 'l', node: 'kube-controller-manager', durationSeconds: 15 },
  renewedMono: NOW - ageMs,
});

describe('a node that nobody makes a pod for', () => {
  test.each<readonly [string, NonNullable<Scene['making']>, Scene['daemonSet'], string]>([
    ['nothing is known', {}, {}, 'Why is not known.'],
    ['all is well elsewhere', { controllerLease: lease(2_000) }, {}, 'Why is not known.'],
    [
      'the controller is down',
      { controllerLease: lease(75_000) },
      {},
      'kube-controller-manager is down or hangs: its Lease was last renewed 1 min ago.',
    ],
    [
      'the controller works off others',
      { newestPodMono: NOW - 3_000 },
      {},
      'The controller has a backlog: it made a pod on another node 3 s ago.',
    ],
    [
      'the controller is behind',
      {},
      { generation: 3 },
      'The controller has not seen generation 3 of the DaemonSet yet, only 1.',
    ],
    [
      'refusals were heard of long ago',
      {
        refusals: buildRefusals('CreateDenied', 'etcdserver: request timed out', {
          refused: {
            ...buildRefusals('CreateDenied', 'etcdserver: request timed out').refused,
            lastMono: NOW - 1_200_000,
          },
          failures: [NOW - 1_200_000],
        }),
      },
      {},
      'It was last refused 20 min ago: etcdserver: request timed out.',
    ],
  ])('is told so, with the cause as far as it is known: %s', (_, making, daemonSet = {}, cause) => {
    expect(diagnose(buildSubject({ pods: [], making, daemonSet }))).toEqual({
      code: 'CreateStalled',
      message: `Node node-1 has no pod of agents/agent past the start deadline of 120 s, and nobody refuses it. ${cause}`,
      retryDueMono: undefined,
    });
  });

  test('is told that the controller may have no warning left to tell of a refusal, where pods failed before', () => {
    const told = (agoMs: number): string => {
      const event = buildEvent('FailedDaemonPod', 'Found failed daemon pod agents/agent-x1 on node node-1', { agoMs });
      return diagnose(buildSubject({ pods: [], daemonSetEvents: [event] })).message.replace(
        /^.*nobody refuses it. /,
        '',
      );
    };
    expect(told(7_500_001)).toBe('Why is not known.');
    expect(told(200_000)).toBe(
      'A refusal may not have been told: the controller may write 25 warnings about a DaemonSet and then one in 5 min. It told of pods that failed, for the last time 3 min ago. Look at quotas and webhooks of the namespace.',
    );
  });

  test('waits for the start deadline anew once pods are made again, and is told when the controller comes back to it', () => {
    const madeMono = NOW - 60_000;
    const lastMono = NOW - 90_000;
    const own = buildRefusals('QuotaExceeded', QUOTA);
    const refusals = { ...own, refused: { ...own.refused, lastMono }, failures: [lastMono], madeMono };
    const counts = new Map([['e', { all: 18, before: 0 }]]);
    const subject = buildSubject({ pods: [], making: { refusals: { ...refusals, counts } } });
    expect(diagnose(subject).code).toBe('Starting');
    expect(diagnose(at(subject, NOW + 60_000))).toMatchObject({
      code: 'CreateStalled',
      retryDueMono: lastMono + 655_360,
    });
  });
});

describe('a rollout whose budget dead nodes eat', () => {
  const serving = buildPod({ hash: 'h0', ready: condition('True') });
  const blocked: Scene = { pods: [serving], rollout: { budget: 2, downNodes: ['node-2', 'node-3'] } };

  test('is told of nodes that wait for it, beside their old revision', () => {
    const found = findOnCovered(buildSubject(blocked));
    expect(found.map(({ code }) => code)).toEqual(['RolloutBlocked', 'StaleRevision']);
    expect(found[0]?.message).toBe(
      'Pod agents/agent-x1 waits for revision h1: maxUnavailable 1 lets 2 at a time, and so many nodes are not Ready: node-2, node-3.',
    );
  });

  test.each<readonly [string, Scene]>([
    ['has the newest revision', { ...blocked, newestHash: 'h0' }],
    ['is deleted by hand', { ...blocked, daemonSet: { strategy: 'OnDelete' } }],
    ['has budget left', { ...blocked, rollout: { budget: 3, downNodes: ['node-2', 'node-3'] } }],
    ['eats it itself', { ...blocked, rollout: { budget: 2, downNodes: ['node-1', 'node-3'] } }],
    ['has none at all', { ...blocked, rollout: { budget: 0, downNodes: [] } }],
  ])('is not why a pod is old that %s', (_, scene) => {
    expect(findOnCovered(buildSubject(scene)).map(({ code }) => code)).not.toContain('RolloutBlocked');
  });
});
