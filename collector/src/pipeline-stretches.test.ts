import { podSource, WATCH, type ClusterEvent, type JournalRow } from '@rollcall/contract';
import { describe, expect, inject, test } from 'vitest';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { PolicyReading } from './sli/index.ts';
import { createCoveredCluster, createTestCluster, sumCounters, type TestCluster } from './test-cluster.ts';
import { buildDaemonSet, buildNode, buildPolicy, condition, MINUTE, SECOND } from './test-objects.ts';
import { createWorld } from './test-world.ts';

const NODES = Array.from({ length: 1_000 }, (_, index) => `n${index}`);

/** Applies an event in stretches and reads at every pause, a second after the last one. */
function readAtPauses(cluster: TestCluster, event: ClusterEvent): readonly (readonly PolicyReading[])[] {
  const { pipeline } = cluster;
  const readings: (readonly PolicyReading[])[] = [];
  pipeline.begin(event);
  while (pipeline.proceed()) {
    cluster.wait(SECOND);
    readings.push(pipeline.read(cluster.now()));
  }
  return readings;
}

function watchEvent(cluster: TestCluster, source: string, state: 'live' | 'stale'): ClusterEvent {
  return { kind: 'watchState', source, uid: source, state, ...cluster.now() };
}

describe('between two stretches', () => {
  test('a policy is shown as it was at the event, and afterwards as if nothing had paused', () => {
    const cluster = createCoveredCluster(NODES);
    cluster.wait(MINUTE);
    const before = cluster.pipeline.read(cluster.now());
    const readings = readAtPauses(cluster, watchEvent(cluster, WATCH.nodes, 'stale'));
    expect(readings.length).toBeGreaterThan(3);
    for (const reading of readings) expect(reading).toEqual(before);
    const paused = readings.length * SECOND;
    const after = cluster.reading();
    expect(after.pools.map(({ counts }) => [counts.covered, counts.unobserved])).toEqual([[0, 1_000]]);
    // What passed while the review was paused counts from the event on.
    expect(sumCounters(after)).toEqual({
      valid: 1_000 * MINUTE,
      good: 1_000 * MINUTE,
      unobserved: 1_000 * paused,
    });
  });

  test('each of several policies is shown from before its review or from after it, and never half', () => {
    const cluster = createCoveredCluster(NODES);
    for (const daemonset of ['b', 'c']) {
      cluster.daemonSet({ name: daemonset });
      cluster.policy({ daemonset });
      cluster.watch(podSource('agents', daemonset), 'live');
    }
    const shown = new Set<string>();
    for (const readings of readAtPauses(cluster, watchEvent(cluster, WATCH.nodes, 'stale'))) {
      const counts = readings.map(({ pools }) => pools[0]?.counts.unobserved ?? -1);
      shown.add(counts.map((count) => (count === 0 ? 'before' : count === 1_000 ? 'after' : 'half')).join(' '));
    }
    expect([...shown]).toEqual(['before before before', 'after before before', 'after after before']);
  });

  test('a policy that starts is syncing until all its nodes are reviewed', () => {
    const cluster = createTestCluster();
    cluster.policy();
    cluster.daemonSet();
    for (const name of NODES) cluster.node(name);
    cluster.watch(WATCH.daemonsets, 'live');
    const { pipeline } = cluster;
    const said = (): readonly string[] =>
      pipeline
        .summaries(cluster.now())
        .flatMap(({ conditions }) => conditions.map((own) => `${own.type} ${own.status}`));
    const shown = new Set<string>();
    pipeline.begin(watchEvent(cluster, WATCH.nodes, 'live'));
    while (pipeline.proceed()) shown.add(said().join(', '));
    expect([...shown]).toEqual(['Ready False, NoNodesMatch False']);
    expect(said()).toEqual(['Ready True', 'NoNodesMatch False']);
  });

  test('a review that fails leaves no figures from before it behind', () => {
    let room = 300;
    const append = (): void => {
      room -= 1;
      if (room === 0) throw new Error('full');
    };
    const pipeline = createPipeline({ cluster: '', history: { durable: false, append }, memories: [] });
    const world = createTestCluster();
    const send = (event: object): void => pipeline.apply({ source: '', ...world.now(), ...event } as ClusterEvent);
    for (const name of NODES) send({ kind: 'node', uid: name, object: buildNode(name, { uid: name }) });
    send({ kind: 'daemonset', uid: 'ds', object: buildDaemonSet({ uid: 'ds' }) });
    send({ kind: 'policy', uid: 'policy-agent', object: buildPolicy() });
    send({ kind: 'watchState', uid: WATCH.daemonsets, source: WATCH.daemonsets, state: 'live' });
    pipeline.begin(watchEvent(world, WATCH.nodes, 'live'));
    const finish = (): void => {
      while (pipeline.proceed());
    };
    expect(finish).toThrow('full');
    const counts = pipeline.read(world.now())[0]?.pools[0]?.counts;
    expect((counts?.excused ?? 0) + (counts?.expected ?? 0)).toBeGreaterThan(0);
  });

  test('a policy that goes is shown whole until it is gone', () => {
    const cluster = createCoveredCluster(NODES);
    const gone: ClusterEvent = { kind: 'policy', source: '', uid: 'policy-agent', object: undefined, ...cluster.now() };
    for (const [reading] of readAtPauses(cluster, gone)) expect(reading?.pools[0]?.counts.covered).toBe(1_000);
    expect(cluster.pipeline.read(cluster.now())).toEqual([]);
  });
});

test('what is due at once is fired in stretches too, and shown as far as it is fired', () => {
  const cluster = createCoveredCluster(NODES);
  const createdAt = cluster.now().wallMs;
  for (const name of NODES) cluster.pod(name, { ready: condition('False'), createdAt, uid: `young-${name}` });
  for (const name of NODES) cluster.podGone(`pod-${name}`);
  const starting = (): number | undefined => {
    const [reading] = cluster.pipeline.read(cluster.now());
    return reading?.pools[0]?.reasons.find(({ reason }) => reason === 'Starting')?.nodes;
  };
  expect(starting()).toBe(1_000);
  cluster.wait(10 * MINUTE);
  const shown: (number | undefined)[] = [];
  cluster.pipeline.begin({ kind: 'tick', source: '', uid: '', ...cluster.now() });
  while (cluster.pipeline.proceed()) shown.push(starting());
  expect(new Set(shown).size).toBeGreaterThan(5);
  expect(shown).toEqual(shown.toSorted((one = 0, other = 0) => other - one));
  const [reading] = cluster.pipeline.read(cluster.now());
  const reason = reading?.pools[0]?.reasons.find((own) => own.reason === 'Starting');
  expect([reason?.nodes, reason?.ms]).toEqual([0, 1_000 * 2 * MINUTE]);
});

/** A pipeline that keeps its transitions. */
function createKept(): { readonly pipeline: Pipeline; readonly transitions: JournalRow[] } {
  const transitions: JournalRow[] = [];
  const history = { durable: false, append: (row: JournalRow) => transitions.push(row) };
  return { pipeline: createPipeline({ cluster: '', history, memories: [] }), transitions };
}

const FIRST_SEED = Number(process.env['ROLLCALL_SEED'] ?? 9_000);

test.each(Array.from({ length: 3 * inject('rounds') }, (_, index) => FIRST_SEED + index))(
  'a random world comes out the same with pauses and without (seed %i)',
  (seed) => {
    const [whole, paused] = [createKept(), createKept()];
    const world = createWorld({
      seed,
      wallSteps: true,
      emit: (event) => {
        whole.pipeline.apply(event);
        paused.pipeline.begin(event);
        while (paused.pipeline.proceed())
          paused.pipeline.read({ monoMs: event.monoMs + 5_000, wallMs: event.wallMs + 5_000 });
      },
    });
    for (let step = 0; step < 400; step += 1) world.step();
    expect(paused.transitions).toEqual(whole.transitions);
    expect(paused.pipeline.read(world.now())).toEqual(whole.pipeline.read(world.now()));
    expect(whole.transitions.length).toBeGreaterThan(100);
  },
);
