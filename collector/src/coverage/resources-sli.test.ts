import type { HeartbeatObject, Policy, UsageSample } from '@rollcall/contract';
import { describe, expect, it, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { HOUR, MINUTE, SECOND } from '../test-objects.ts';
import { createChance } from '../test-random.ts';

const ASKED: Partial<Policy> = { objectives: [{ sli: 'resources', target: 0.99, windowMs: HOUR }] };
const HEARD: Partial<Policy> = {
  ...ASKED,
  heartbeatLayer: { periodMs: 10 * SECOND, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] },
};
const SOURCE = 'podmetrics/policy-agent';

function measure(cluster: TestCluster, node: string, changes: Partial<UsageSample> = {}): void {
  const sampledAt = cluster.now().wallMs;
  const sample = { node, podUid: `pod-${node}`, sampledAt, cpuCores: 0.1, memoryBytes: 100e6, ...changes };
  cluster.pipeline.apply({ kind: 'usage', uid: SOURCE, source: SOURCE, samples: [sample], ...cluster.now() });
}

let beats = 0;

function beat(cluster: TestCluster, node: string, changes: Partial<HeartbeatObject> = {}): void {
  const object: HeartbeatObject = {
    ...{ ownerUid: 'ds-agent', node, podUid: `pod-${node}`, bootId: 'b1', sequence: ++beats },
    ...{ sentAt: cluster.now().wallMs, telemetry: [], errors: [], cpuCores: 0.1, memoryBytes: 100e6 },
    ...changes,
  };
  cluster.send({ kind: 'heartbeat', uid: object.podUid, object });
}

/** Good and valid milliseconds, and those unobserved; '' without a series. */
function figures(cluster: TestCluster): string {
  const slis = cluster.reading().pools.flatMap((pool) => pool.slis.filter(({ sli }) => sli === 'resources'));
  return slis.map(({ goodMs, validMs, unobservedMs }) => `${goodMs}/${validMs} + ${unobservedMs}`).join();
}

describe('resources', () => {
  it('have no series unless the policy has an objective for them', () => {
    expect(figures(createCoveredCluster(['a']))).toBe('');
  });

  it('are unobserved while nobody measured the daemon', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.wait(MINUTE);
    expect(figures(cluster)).toBe(`0/0 + ${MINUTE}`);
  });

  it.each<[string, Partial<UsageSample>, number, 'good' | 'bad']>([
    ['just below 5 % of 4 cores', { cpuCores: 0.199_999_999 }, 4_000, 'good'],
    ['5 % of 4 cores', { cpuCores: 0.2 }, 4_000, 'bad'],
    ['5 % of 3 cores, which is no exact fraction', { cpuCores: 0.15 }, 3_000, 'bad'],
    ['a byte below 200 MB', { memoryBytes: 199_999_999 }, 4_000, 'good'],
    ['200 MB', { memoryBytes: 200_000_000 }, 4_000, 'bad'],
    ['200 MB on a node of unknown size', { memoryBytes: 200_000_000 }, 0, 'bad'],
  ])('of %s are judged by their border', (_, sample, cpuMillis, mark) => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.node('a', { cpuMillis });
    measure(cluster, 'a', sample);
    cluster.wait(MINUTE);
    expect(figures(cluster)).toBe(`${mark === 'good' ? MINUTE : 0}/${MINUTE} + 0`);
  });

  it('are unobserved on a node whose CPU is unknown, until it is told', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    cluster.node('a', { cpuMillis: 0 });
    measure(cluster, 'a');
    cluster.wait(SECOND);
    cluster.node('a', { cpuMillis: 4_000 });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`${SECOND}/${SECOND} + ${SECOND}`);
  });

  it('are unobserved from 2 min after the last sample, also where the same one is told again and again', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    const sampledAt = cluster.now().wallMs;
    for (let poll = 0; poll < 10; poll += 1) {
      measure(cluster, 'a', { sampledAt });
      cluster.wait(30 * SECOND);
    }
    expect(figures(cluster)).toBe(`${2 * MINUTE}/${2 * MINUTE} + ${3 * MINUTE}`);
  });

  it('count a sample that was old at first sight from its own time, and one from the future from its arrival', () => {
    const cluster = createCoveredCluster(['a', 'b'], ASKED);
    measure(cluster, 'a', { sampledAt: cluster.now().wallMs - MINUTE });
    measure(cluster, 'b', { sampledAt: cluster.now().wallMs + HOUR });
    cluster.wait(10 * MINUTE);
    expect(figures(cluster)).toBe(`${3 * MINUTE}/${3 * MINUTE} + ${17 * MINUTE}`);
  });

  it('fall back to the heartbeat when the metrics API is silent, and prefer the API while it is not', () => {
    const cluster = createCoveredCluster(['a'], HEARD);
    measure(cluster, 'a', { cpuCores: 1 });
    for (let second = 0; second < 180; second += 10) {
      beat(cluster, 'a');
      cluster.wait(10 * SECOND);
    }
    expect(figures(cluster)).toBe(`${MINUTE}/${3 * MINUTE} + 0`);
    cluster.wait(10 * MINUTE);
    expect(figures(cluster)).toBe(`${MINUTE + 110 * SECOND}/${3 * MINUTE + 110 * SECOND} + ${490 * SECOND}`);
  });

  it('of a heartbeat that tells of memory alone can be bad and not good', () => {
    const cluster = createCoveredCluster(['a'], HEARD);
    beat(cluster, 'a', { cpuCores: undefined });
    cluster.wait(SECOND);
    beat(cluster, 'a', { cpuCores: undefined, memoryBytes: 300e6 });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`0/${SECOND} + ${SECOND}`);
  });

  it('of a pod say nothing of the one that follows it, and without a pod no time is valid', () => {
    const cluster = createCoveredCluster(['a'], ASKED);
    measure(cluster, 'a');
    cluster.podGone('pod-a');
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe('0/0 + 0');
    cluster.pod('a', { uid: 'second' });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`0/0 + ${SECOND}`);
    measure(cluster, 'a', { podUid: 'second' });
    cluster.wait(SECOND);
    expect(figures(cluster)).toBe(`${SECOND}/${SECOND} + ${SECOND}`);
  });

  it('are forgotten with their policy and with their node', () => {
    const cluster = createCoveredCluster(['a', 'b'], ASKED);
    cluster.watch(SOURCE, 'live');
    measure(cluster, 'a');
    measure(cluster, 'b');
    cluster.nodeGone('a');
    const { usage } = cluster.pipeline.roll.inventory;
    expect([...(usage.get(SOURCE)?.keys() ?? [])]).toEqual(['b']);
    cluster.watch(SOURCE, 'gone');
    expect(usage.size).toBe(0);
  });
});

/** By the millisecond, from the definition: what was last measured, of the pod that is there, not older than 2 min. */
function bruteForce(moments: readonly Moment[], endMs: number): string {
  const sums = { good: 0, valid: 0, unobserved: 0 };
  const spans = moments.map((moment, index) => ({ ...moment, untilMs: moments[index + 1]?.atMs ?? endMs }));
  let there = true;
  let last: { readonly atMs: number; readonly isGood: boolean } | undefined;
  for (const { atMs, what, cpuCores, memoryBytes, untilMs } of spans) {
    if (what === 'gone') [there, last] = [false, undefined];
    else if (what === 'back') there = true;
    else last = { atMs, isGood: cpuCores < 0.2 && memoryBytes < 200e6 };
    for (let ms = atMs; ms < untilMs && there; ms += 1) {
      if (last === undefined || ms >= last.atMs + 2 * MINUTE) sums.unobserved += 1;
      else {
        sums.valid += 1;
        if (last.isGood) sums.good += 1;
      }
    }
  }
  return `${sums.good}/${sums.valid} + ${sums.unobserved}`;
}

interface Moment {
  readonly atMs: number;
  readonly what: 'sample' | 'gone' | 'back';
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('the integral is what brute force adds up, seed %i', (seed) => {
  const chance = createChance(seed);
  const cluster = createCoveredCluster(['a'], ASKED);
  const moments: Moment[] = [{ atMs: 0, what: 'sample', cpuCores: 0.1, memoryBytes: 1 }];
  measure(cluster, 'a', { cpuCores: 0.1, memoryBytes: 1 });
  let [atMs, pods, there] = [0, 0, true];
  for (let step = 0; step < 60; step += 1) {
    const ms = 1 + chance.below(150_000);
    cluster.wait(ms);
    atMs += ms;
    const [cpuCores, memoryBytes] = [chance.pick([0.1, 0.199, 0.2, 0.3]), chance.pick([1, 199_999_999, 200e6])];
    const turns = chance.once(5);
    const what = !there ? 'back' : turns ? 'gone' : 'sample';
    moments.push({ atMs, what, cpuCores, memoryBytes });
    const podUid = pods === 0 ? 'pod-a' : `pod-${pods}`;
    if (what === 'gone') cluster.podGone(podUid);
    else if (what === 'back') cluster.pod('a', { uid: `pod-${++pods}` });
    else measure(cluster, 'a', { podUid, cpuCores, memoryBytes });
    there = what !== 'gone';
  }
  cluster.wait(MINUTE);
  expect(figures(cluster)).toBe(bruteForce(moments, atMs + MINUTE));
});

describe('what is shown of it', () => {
  it('is the quantiles and the sum of what is known, by pool, and the worst nodes by rank', () => {
    const cluster = createCoveredCluster(
      Array.from({ length: 12 }, (_, index) => `n${String(index).padStart(2, '0')}`),
      ASKED,
    );
    for (let index = 0; index < 12; index += 1)
      measure(cluster, `n${String(index).padStart(2, '0')}`, { cpuCores: index / 8, memoryBytes: index === 3 ? 9 : 5 });
    const { pools, worst } = cluster.reading();
    const quantiles = (...values: number[]) =>
      ['0.5', '0.99', '1'].map((quantile, at) => ({ quantile, value: values[at] }));
    expect(pools.map(({ usage }) => usage)).toEqual([
      {
        cpu: { quantiles: quantiles(0.625, 1.375, 1.375), sum: 8.25 },
        memory: { quantiles: quantiles(5, 9, 9), sum: 64 },
      },
    ]);
    const named = worst.map(({ by, rank, node, value }) => `${by} ${rank} ${node} ${value}`);
    expect(named).toHaveLength(20);
    expect(named.filter((_, at) => [0, 1, 9, 10, 11].includes(at))).toEqual([
      'cpu 1 n11 1.375',
      'cpu 2 n10 1.25',
      'cpu 10 n02 0.25',
      'memory 1 n03 9',
      'memory 2 n00 5',
    ]);
  });

  it('names nodes by restarts within the hour and by lag, and nothing where nobody asks', () => {
    const cluster = createCoveredCluster(['a', 'b'], HEARD);
    expect(cluster.reading().worst).toEqual([]);
    const end = { reason: 'Error', message: '', exitCode: 1, signal: 0 };
    const container = { name: 'agent', init: false, ready: true, running: true, image: '', lastTerminated: end };
    cluster.pod('b', { containers: [{ ...container, restarts: 2 }] });
    beat(cluster, 'a', {
      ackedThrough: cluster.now().wallMs - 7 * SECOND,
      cpuCores: undefined,
      memoryBytes: undefined,
    });
    expect(cluster.reading().worst).toEqual([
      { by: 'lag', rank: 1, node: 'a', pool: 'none', value: 7 },
      { by: 'restarts', rank: 1, node: 'b', pool: 'none', value: 2 },
    ]);
    cluster.wait(2 * HOUR);
    expect(cluster.reading().worst.map(({ by }) => by)).toEqual(['lag']);
  });
});
