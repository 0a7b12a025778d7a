import { packSteps, type Journal, type PodObject, type Policy } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { createTestCluster, type TestCluster } from '../test-cluster.ts';
import { condition, HOUR, MINUTE, readyAs, SECOND } from '../test-objects.ts';

const JOINS: Partial<Policy> = { objectives: [{ sli: 'join', target: 0.95, windowMs: HOUR }] };

/** A cluster that is watched, with a policy for joins and no node yet. */
function createScene(policy: Partial<Policy> = {}, journal?: Journal): TestCluster {
  const cluster = createTestCluster(journal === undefined ? {} : { journal });
  cluster.policy({ ...JOINS, ...policy });
  cluster.daemonSet();
  cluster.live();
  cluster.wait(MINUTE);
  return cluster;
}

/** A node is made now, and is not Ready. */
function bear(cluster: TestCluster, name = 'n'): { readonly createdAt: number } {
  const createdAt = cluster.now().wallMs;
  cluster.node(name, { createdAt, ...readyAs('False', createdAt) });
  return { createdAt };
}

function ripen(cluster: TestCluster, born: { readonly createdAt: number }, name = 'n'): void {
  cluster.node(name, { ...born, ...readyAs('True', cluster.now().wallMs) });
}

/** Its pod is made, scheduled and started now, and Ready if it is said so. */
function runPod(cluster: TestCluster, ready = 'True', name = 'n'): Pick<PodObject, 'createdAt' | 'steps'> {
  const createdAt = cluster.now().wallMs;
  const pod = { createdAt, steps: packSteps(createdAt, { scheduledAt: createdAt, startedAt: createdAt + SECOND }) };
  cluster.pod(name, { ...pod, ...readyAs(ready, createdAt) });
  return pod;
}

/** What was counted: joins by outcome, then how often and how long each stage took in seconds. */
function figures(cluster: TestCluster): Readonly<Record<string, string>> {
  cluster.tick();
  const { pools, tallies } = cluster.reading();
  const all = [...pools.flatMap((pool) => pool.tallies), ...tallies];
  const told: Record<string, string> = {};
  for (const { of, label, slots } of all) {
    if (of === 'joins' && slots[0] !== 0) told[label] = String(slots[0]);
    const count = slots.slice(0, -1).reduce((sum, slot) => sum + slot, 0);
    if (of === 'joinDuration' && count > 0) told[label] = `${count}: ${(slots.at(-1) ?? 0) / SECOND}`;
  }
  return told;
}

describe('a join', () => {
  test('is measured from Ready to covered, step by step, and adds up', () => {
    const cluster = createScene();
    const born = bear(cluster);
    cluster.wait(10 * SECOND);
    ripen(cluster, born);
    cluster.wait(3 * SECOND);
    const pod = runPod(cluster, 'False');
    cluster.wait(4 * SECOND);
    cluster.pod('n', { ...pod, ...readyAs('True', cluster.now().wallMs) });
    expect(figures(cluster)).toEqual({
      in_time: '1',
      ready: '1: 0',
      eligible: '1: 0',
      pod_created: '1: 3',
      scheduled: '1: 0',
      started: '1: 1',
      pod_ready: '1: 3',
      covered: '1: 0',
      total: '1: 7',
      node_to_pod: '1: 13',
    });
  });

  test('tells a controller that is behind from a node that is slow', () => {
    const told = [0, 30].map((behind) => {
      const cluster = createScene({ join: { from: 'Created', withinMs: 2 * MINUTE } });
      const born = bear(cluster);
      cluster.wait(40 * SECOND);
      ripen(cluster, born);
      cluster.wait(behind * SECOND);
      runPod(cluster);
      const { ready, pod_created, total } = figures(cluster);
      return { ready, pod_created, total };
    });
    expect(told).toEqual([
      { ready: '1: 40', pod_created: '1: 0', total: '1: 40' },
      { ready: '1: 40', pod_created: '1: 30', total: '1: 70' },
    ]);
  });

  test('is late once, at its deadline, and measured all the same', () => {
    const cluster = createScene();
    ripen(cluster, bear(cluster));
    cluster.wait(2 * MINUTE - 1);
    expect(figures(cluster)).toEqual({});
    cluster.wait(1);
    expect(figures(cluster)).toEqual({ late: '1' });
    cluster.wait(MINUTE);
    runPod(cluster);
    expect(figures(cluster)).toMatchObject({ late: '1', total: '1: 180' });
    cluster.podGone('pod-n');
    cluster.wait(HOUR);
    runPod(cluster);
    expect(figures(cluster)).toMatchObject({ late: '1', total: '1: 180' });
  });

  test('is abandoned by a node that goes before its deadline, and none of a node that was never Ready', () => {
    const cluster = createScene();
    ripen(cluster, bear(cluster, 'a'), 'a');
    bear(cluster, 'b');
    cluster.wait(MINUTE);
    cluster.nodeGone('a');
    cluster.nodeGone('b');
    cluster.wait(HOUR);
    expect(figures(cluster)).toEqual({ abandoned: '1' });
  });

  test('is abandoned by a node that is excused at its deadline for anything but its youth', () => {
    const cluster = createScene();
    const born = bear(cluster);
    ripen(cluster, born);
    cluster.node('n', { ...born, ...readyAs('True', cluster.now().wallMs), deletedAt: cluster.now().wallMs });
    cluster.wait(3 * MINUTE);
    expect(figures(cluster)).toEqual({ abandoned: '1' });
  });

  test('counts from the first time that the node was Ready, whatever happens then', () => {
    const cluster = createScene();
    const born = bear(cluster);
    ripen(cluster, born);
    cluster.wait(MINUTE);
    cluster.node('n', { ...born, ...readyAs('False', cluster.now().wallMs) });
    cluster.wait(10 * SECOND);
    ripen(cluster, born);
    runPod(cluster);
    expect(figures(cluster)).toMatchObject({ in_time: '1', total: '1: 70' });
  });

  test('waits at its deadline for those who can see', () => {
    const cluster = createScene();
    ripen(cluster, bear(cluster));
    cluster.wait(MINUTE);
    cluster.watch('pods/agents/agent', 'stale');
    cluster.wait(2 * MINUTE);
    expect(figures(cluster)).toEqual({});
    const podReady = cluster.now().wallMs - 100 * SECOND;
    cluster.pod('n', { createdAt: podReady, ...readyAs('True', podReady) });
    cluster.watch('pods/agents/agent', 'live');
    expect(figures(cluster)).toMatchObject({ in_time: '1', total: '1: 80' });
  });

  test('of a node of the same name and another UID is another one', () => {
    const cluster = createScene();
    const born = bear(cluster);
    ripen(cluster, born);
    runPod(cluster);
    cluster.wait(MINUTE);
    cluster.podGone('pod-n');
    const createdAt = cluster.now().wallMs;
    cluster.node('n', { uid: 'second', createdAt, ...readyAs('True', createdAt) });
    cluster.wait(20 * SECOND);
    runPod(cluster);
    expect(figures(cluster)).toMatchObject({ in_time: '2', total: '2: 20' });
  });

  test('has no series unless the policy has an objective for it', () => {
    const cluster = createScene({ objectives: [] });
    ripen(cluster, bear(cluster));
    runPod(cluster);
    expect(cluster.reading().pools.flatMap((pool) => pool.tallies.filter(({ of }) => of === 'joins'))).toEqual([]);
  });

  test('is told by the API with the share that was in time', () => {
    const cluster = createScene();
    for (const name of ['a', 'b', 'c']) ripen(cluster, bear(cluster, name), name);
    for (const name of ['a', 'b']) runPod(cluster, 'True', name);
    cluster.wait(HOUR);
    expect(cluster.pipeline.answer('policy-agent', cluster.now())?.slis).toMatchObject([
      { sli: 'join', attainment: { low: 2 / 3, high: 2 / 3 }, joins: { inTime: 2, late: 1, abandoned: 0 } },
    ]);
  });

  test('goes to the journal as it ended', () => {
    const rows: unknown[] = [];
    const journal = { ...createMemoryJournal(), append: (row: { readonly kind: string }) => void rows.push(row) };
    const cluster = createScene({}, journal);
    ripen(cluster, bear(cluster));
    cluster.wait(9 * SECOND);
    runPod(cluster);
    const joins = rows.filter((row) => (row as { kind: string }).kind === 'join');
    expect(joins).toMatchObject([{ node: 'n', outcome: 'in_time', stages: { total: 9_000, pod_created: 9_000 } }]);
  });
});

describe('over a restart of the collector a join', () => {
  test('goes on, and is counted once in all', () => {
    const first = createScene();
    const born = bear(first);
    ripen(first, born);
    const second = reborn(first);
    second.node('n', { ...born, ...readyAs('True', first.now().wallMs) });
    second.live();
    second.wait(MINUTE);
    runPod(second);
    const third = reborn(second);
    third.node('n', { ...born, ...readyAs('True', first.now().wallMs) });
    third.pod('n');
    third.live();
    expect([first, second, third].map((life) => figures(life)['in_time'])).toEqual([undefined, '1', undefined]);
    expect(figures(second)['total']).toBe('1: 70');
  });

  test('that was late is not late again', () => {
    const first = createScene();
    const born = bear(first);
    ripen(first, born);
    const readySince = first.now().wallMs;
    first.wait(3 * MINUTE);
    expect(figures(first)['late']).toBe('1');
    const second = reborn(first);
    second.node('n', { ...born, ...readyAs('True', readySince) });
    second.live();
    second.wait(MINUTE);
    runPod(second);
    expect(figures(second)).toMatchObject({ total: '1: 250' });
    expect(figures(second)['late']).toBeUndefined();
  });

  test('that nobody saw is proven in time by its own times', () => {
    const first = createScene();
    first.node('old');
    const second = reborn(first);
    const createdAt = second.now().wallMs;
    second.wait(HOUR);
    second.node('old');
    second.node('n', { createdAt, ...readyAs('True', createdAt + 5 * SECOND) });
    second.pod('n', { createdAt, ...readyAs('True', createdAt + 25 * SECOND) });
    second.node('m', { createdAt, ...readyAs('True', createdAt + 5 * SECOND) });
    second.pod('m', { createdAt, ...readyAs('True', createdAt + 45 * MINUTE) });
    second.live();
    expect(figures(second)).toMatchObject({ in_time: '1', total: '1: 20' });
    expect(figures(second)['late']).toBeUndefined();
  });

  test('is none of nodes that were there before, unless their own times say that they are still joining', () => {
    const cluster = createTestCluster();
    cluster.policy(JOINS);
    cluster.daemonSet();
    const now = cluster.now().wallMs;
    cluster.node('old', { ready: condition('False') });
    cluster.node('rebooted', readyAs('True', now - SECOND));
    cluster.node('young', { createdAt: now - MINUTE, ...readyAs('True', now - 30 * SECOND) });
    cluster.live();
    cluster.wait(10 * SECOND);
    for (const name of ['old', 'rebooted', 'young']) runPod(cluster, 'True', name);
    cluster.node('old');
    expect(figures(cluster)).toMatchObject({ in_time: '1', total: '1: 40' });
  });
});

/** The next life, 10 s later, with what the one before remembered and nothing seen yet but policy and DaemonSet. */
function reborn({ journal, now }: TestCluster): TestCluster {
  const at = { monoMs: 1_000, wallMs: now().wallMs + 10 * SECOND };
  const next = createTestCluster({ at, journal });
  next.policy(JOINS);
  next.daemonSet();
  return next;
}
