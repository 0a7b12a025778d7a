import type { ContainerObject, PodObject, Policy, RestartRow } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { createCoveredCluster, createTestCluster, type TestCluster } from '../test-cluster.ts';
import { buildKubeEvent, condition, HOUR, MINUTE, SECOND, START } from '../test-objects.ts';

const ASKED: Partial<Policy> = { objectives: [{ sli: 'stability', target: 0.99, windowMs: HOUR }] };

function restarted(restarts: number, reason = 'Error', changes: Partial<ContainerObject> = {}): ContainerObject {
  const end = { reason, message: '', exitCode: 1, signal: 0, finishedAt: START.wallMs };
  const rest = { name: 'agent', init: false, ready: true, running: true, image: '', lastTerminated: end };
  return { ...rest, restarts, ...changes };
}

/** A container that ran, in a pod that has failed. */
const ENDED = restarted(0, '', {
  terminated: { reason: 'Error', message: '', exitCode: 143, signal: 0 },
  ready: false,
  running: false,
});

function restart(cluster: TestCluster, restarts: number, reason?: string): void {
  cluster.pod('a', { containers: [restarted(restarts, reason)] });
}

/** Restarts by reason, those that are not 0. */
function counts(cluster: TestCluster): Readonly<Record<string, number>> {
  const tallies = cluster.reading().pools.flatMap((pool) => pool.tallies);
  const own = tallies.filter(({ of, slots }) => of === 'restarts' && (slots[0] ?? 0) > 0);
  return Object.fromEntries(own.map(({ label, slots }) => [label, slots[0] ?? 0]));
}

/** Good and valid milliseconds, and those unobserved. */
function figures(cluster: TestCluster): string {
  const slis = cluster.reading().pools.flatMap((pool) => pool.slis.filter(({ sli }) => sli === 'stability'));
  return slis.map(({ goodMs, validMs, unobservedMs }) => `${goodMs}/${validMs} + ${unobservedMs}`).join();
}

describe('restarts', () => {
  test('of a container are counted by how it ended', () => {
    const cluster = createCoveredCluster(['a']);
    restart(cluster, 1, 'OOMKilled');
    restart(cluster, 3, 'Error');
    restart(cluster, 3, 'Error');
    restart(cluster, 4, 'ContainerStatusUnknown');
    expect(counts(cluster)).toEqual({ OOMKilled: 1, Error: 2, Unknown: 1 });
  });

  test.each<[string, string, number, Readonly<Record<string, number>>]>([
    [
      'failed its liveness probe',
      'Container agent failed liveness probe, will be restarted',
      -30,
      { LivenessProbe: 1 },
    ],
    ['failed its startup probe', 'Container agent failed startup probe, will be restarted', 0, { StartupProbe: 1 }],
    [
      'ended by itself, another was killed',
      'Container other failed liveness probe, will be restarted',
      0,
      { Error: 1 },
    ],
    ['was killed long before', 'Container agent failed liveness probe, will be restarted', -121, { Error: 1 }],
    ['is killed after that end', 'Container agent failed liveness probe, will be restarted', 2, { Error: 1 }],
  ])('of a container that %s are counted by that', (_, message, seconds, expected) => {
    const cluster = createCoveredCluster(['a']);
    const lastAt = START.wallMs + seconds * SECOND;
    const object = buildKubeEvent({ involvedUid: 'pod-a', involvedKind: 'Pod', reason: 'Killing', message, lastAt });
    cluster.send({ kind: 'kubeEvent', uid: object.uid, object });
    restart(cluster, 1);
    expect(counts(cluster)).toEqual(expected);
  });

  test('of a container are counted by a kill once only: the next end was its own', () => {
    const cluster = createCoveredCluster(['a']);
    const message = 'Container agent failed liveness probe, will be restarted';
    const killed = { involvedUid: 'pod-a', involvedKind: 'Pod', reason: 'Killing', message, lastAt: START.wallMs };
    const object = buildKubeEvent(killed);
    cluster.send({ kind: 'kubeEvent', uid: object.uid, object });
    restart(cluster, 1);
    const lastTerminated = { reason: 'Error', message: '', exitCode: 1, signal: 0, finishedAt: START.wallMs + MINUTE };
    cluster.pod('a', { containers: [restarted(2, 'Error', { lastTerminated })] });
    expect(counts(cluster)).toEqual({ LivenessProbe: 1, Error: 1 });
  });

  test('survive the pod: its successor starts at 0', () => {
    const cluster = createCoveredCluster(['a']);
    restart(cluster, 5);
    cluster.podGone('pod-a');
    cluster.pod('a', { uid: 'second' });
    expect(counts(cluster)).toEqual({ Error: 5, Replaced: 1 });
    cluster.pod('a', { uid: 'second', containers: [restarted(1)] });
    expect(counts(cluster)).toEqual({ Error: 6, Replaced: 1 });
  });

  test.each<[string, Partial<PodObject>, Readonly<Record<string, number>>]>([
    ['evicted by its kubelet', { phase: 'Failed', reason: 'Evicted', containers: [ENDED] }, { Evicted: 1 }],
    ['evicted for a taint', { disruption: condition('True', 'DeletionByTaintManager') }, { Evicted: 1 }],
    ['ended with its node', { phase: 'Failed', reason: 'Terminated', containers: [ENDED] }, { NodeShutdown: 1 }],
    ['that a kubelet under pressure never let in', { phase: 'Failed', reason: 'Evicted', containers: [] }, {}],
    ['that a kubelet on its way down never let in', { phase: 'Failed', reason: 'NodeShutdown', containers: [] }, {}],
    [
      'evicted before it began',
      { phase: 'Pending', containers: [], disruption: condition('True', 'DeletionByTaintManager') },
      {},
    ],
    [
      'that failed',
      {
        phase: 'Failed',
        containers: [
          restarted(0, '', {
            terminated: { reason: 'OOMKilled', message: '', exitCode: 137, signal: 0 },
            ready: false,
          }),
        ],
      },
      { OOMKilled: 1 },
    ],
    ['that its kubelet never let in', { phase: 'Failed', reason: 'OutOfcpu' }, {}],
    ['that never started', { phase: 'Pending', ready: condition('False') }, {}],
  ])('count a pod made anew in the place of one %s', (_, end, expected) => {
    const cluster = createCoveredCluster(['a']);
    cluster.pod('a', end);
    cluster.podGone('pod-a');
    cluster.pod('a', { uid: 'second' });
    cluster.pod('a', { uid: 'third' });
    expect(counts(cluster)).toEqual(expected);
  });

  test('of a pod that was deleted while it ran are called so, whatever its kubelet says of it at the end', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.pod('a', { deletedAt: cluster.now().wallMs });
    cluster.pod('a', { deletedAt: cluster.now().wallMs, phase: 'Failed', containers: [ENDED] });
    cluster.podGone('pod-a');
    cluster.pod('a', { uid: 'second' });
    expect(counts(cluster)).toEqual({ Replaced: 1 });
    // One that had ended before it was deleted is called by its own end.
    cluster.pod('a', { uid: 'second', phase: 'Failed', containers: [ENDED] });
    cluster.pod('a', { uid: 'second', phase: 'Failed', containers: [ENDED], deletedAt: cluster.now().wallMs });
    cluster.podGone('second');
    cluster.pod('a', { uid: 'third' });
    expect(counts(cluster)).toEqual({ Replaced: 1, Error: 1 });
    expect(cluster.pipeline.roll.inventory.toldToGo.size).toBe(0);
  });

  test('are none where a rollout brings another revision', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.podGone('pod-a');
    cluster.revision(2);
    cluster.pod('a', { uid: 'second', hash: 'h2' });
    expect(counts(cluster)).toEqual({});
  });

  test('are none where the node was not eligible when the pod went', () => {
    const cluster = createTestCluster();
    cluster.policy();
    cluster.daemonSet({ template: { nodeSelector: { role: 'worker' } } });
    cluster.node('a', { labels: { role: 'worker' } });
    cluster.pod('a');
    cluster.live();
    cluster.node('a', { labels: { role: 'idle' } });
    cluster.wait(SECOND);
    cluster.podGone('pod-a');
    cluster.wait(SECOND);
    cluster.node('a', { labels: { role: 'worker' } });
    cluster.pod('a', { uid: 'second' });
    expect(counts(cluster)).toEqual({});
  });

  test('before the collector are not counted, those of a pod that it missed the beginning of are', () => {
    const cluster = createTestCluster();
    cluster.policy();
    cluster.daemonSet();
    cluster.node('a');
    cluster.node('b');
    cluster.live();
    cluster.pod('a', { containers: [restarted(7)] });
    expect(counts(cluster)).toEqual({});
    cluster.wait(MINUTE);
    cluster.pod('b', { createdAt: cluster.now().wallMs - SECOND, containers: [restarted(2)] });
    expect(counts(cluster)).toEqual({ Error: 2 });
  });

  test('of init containers count only where these go on running', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.pod('a', { containers: [restarted(2, 'Error', { init: true, name: 'setup' })] });
    expect(counts(cluster)).toEqual({});
    const sidecar = { name: 'mesh', sidecar: true, security: '', probes: [], mounts: [], configMaps: [] };
    cluster.daemonSet({
      podTemplate: { schedulerName: '', priorityClassName: '', containers: [sidecar], volumes: [] },
    });
    cluster.pod('a', { containers: [restarted(1, 'Error', { init: true, name: 'mesh' })] });
    expect(counts(cluster)).toEqual({ Error: 1 });
  });

  test('go to the journal with the words of their end', () => {
    const rows: RestartRow[] = [];
    const cluster = createTestCluster({
      journal: { ...createMemoryJournal(), append: (row) => void (row.kind === 'restart' && rows.push(row)) },
    });
    cluster.policy();
    cluster.daemonSet();
    cluster.node('a');
    cluster.pod('a');
    cluster.live();
    restart(cluster, 2, 'ContainerCannotRun');
    expect(rows).toMatchObject([{ node: 'a', container: 'agent', count: 2, reason: 'ContainerCannotRun' }]);
  });
});

describe('stability', () => {
  test('has no series unless the policy has an objective for it', () => {
    expect(figures(createCoveredCluster(['a']))).toBe('');
  });

  test('is bad from the second restart within an hour until the first is an hour old', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.wait(MINUTE);
    restart(cluster, 1);
    cluster.wait(MINUTE);
    restart(cluster, 2);
    expect(figures(cluster)).toBe(`${2 * MINUTE}/${2 * MINUTE} + 0`);
    cluster.wait(2 * HOUR);
    expect(figures(cluster)).toBe(`${2 * MINUTE + HOUR + MINUTE}/${2 * MINUTE + 2 * HOUR} + 0`);
  });

  test('is bad at once where two restarts are seen at once, and good where two containers restart together', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.pod('a', { containers: [restarted(1), restarted(1, 'Error', { name: 'proxy' })] });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`${SECOND}/${SECOND} + 0`);
    cluster.pod('a', { containers: [restarted(3), restarted(1, 'Error', { name: 'proxy' })] });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`${SECOND}/${2 * SECOND} + 0`);
  });

  test('is valid only while a daemon process is there, and not while the node is excused', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.podGone('pod-a');
    cluster.wait(MINUTE);
    expect(figures(cluster)).toBe('0/0 + 0');
    cluster.pod('a', { uid: 'second' });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`${SECOND}/${SECOND} + 0`);
    cluster.node('a', { deletedAt: cluster.now().wallMs });
    cluster.wait(MINUTE);
    expect(figures(cluster)).toBe(`${SECOND}/${SECOND} + 0`);
  });

  test('is unobserved while the pods are not watched', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.watch('pods/agents/agent', 'stale');
    cluster.wait(MINUTE);
    cluster.watch('pods/agents/agent', 'live');
    expect(figures(cluster)).toBe(`0/0 + ${MINUTE}`);
  });

  test('remembers the last hour over a restart of the collector, and believes pods about the time between', () => {
    const first = createCoveredCluster(['a'], ASKED);
    first.wait(MINUTE);
    restart(first, 1);
    const second = createTestCluster({ at: { ...first.now(), monoMs: 5_000 }, journal: first.journal });
    second.wait(10 * MINUTE);
    second.policy(ASKED);
    second.daemonSet();
    second.node('a');
    second.pod('a', {
      containers: [restarted(2, 'Error', { lastTerminated: { ...END, finishedAt: second.now().wallMs - MINUTE } })],
    });
    second.live();
    second.wait(2 * HOUR);
    expect(figures(second)).toBe(`${2 * HOUR - 50 * MINUTE}/${2 * HOUR} + 0`);
  });
});

const END = { reason: 'Error', message: '', exitCode: 1, signal: 0 };
