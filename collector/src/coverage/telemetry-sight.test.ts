import { telemetrySource, type Policy, type TelemetryOrigin, type TelemetryReport } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { SECOND } from '../test-objects.ts';
import { describeIt } from './test-daemons.ts';

const QUERIES = { connection: 'prom', nodeLabel: 'node', lag: 'x', good: 'g', total: 't' };
const CANARY = { connection: 'logs', periodMs: 30 * SECOND };

function createScene(telemetry: NonNullable<Policy['telemetry']> = { queries: QUERIES }): TestCluster {
  return createCoveredCluster(['a', 'b'], { ingestionLayer: { maxLagMs: 60 * SECOND }, telemetry });
}

function report(cluster: TestCluster, reports: readonly TelemetryReport[], origin: TelemetryOrigin = 'queries'): void {
  const source = telemetrySource('policy-agent', origin);
  cluster.pipeline.apply({ kind: 'reports', source, uid: source, reports, ...cluster.now() });
}

function watch(cluster: TestCluster, state: 'live' | 'stale' | 'gone', origin: TelemetryOrigin = 'queries'): void {
  cluster.watch(telemetrySource('policy-agent', origin), state);
}

test('a lag by the queries is judged while their backend answers, and unknown when it does not', () => {
  const cluster = createScene();
  expect(cluster.state('a')).toBe('unobserved');
  report(cluster, [
    { node: 'a', lagMs: 59_999 },
    { node: 'stranger', lagMs: 1 },
  ]);
  expect(cluster.state('a')).toBe('unobserved');
  watch(cluster, 'live');
  expect([cluster.state('a'), cluster.state('b')]).toEqual(['covered', 'unobserved']);
  report(cluster, [{ node: 'a', lagMs: 60_000 }]);
  expect(cluster.state('a')).toBe('uncovered:IngestionLagging');
  expect(describeIt(cluster, 'a')?.message).toBe('By the queries, the newest record is 1 min old, 1 min allowed.');
  expect(describeIt(cluster, 'b')?.message).toContain('of the queries nothing is known here');
  watch(cluster, 'stale');
  expect(cluster.state('a')).toBe('unobserved');
  watch(cluster, 'live');
  expect(cluster.state('a')).toBe('uncovered:IngestionLagging');
  watch(cluster, 'gone');
  watch(cluster, 'live');
  expect(cluster.state('a')).toBe('unobserved');
});

test('who knows of a lag is enough, and a canary says what was lost', () => {
  const cluster = createScene({ queries: QUERIES, canary: CANARY });
  for (const origin of ['queries', 'canary'] as const) watch(cluster, 'live', origin);
  report(cluster, [{ node: 'a', lagMs: 10 }]);
  expect(cluster.state('a')).toBe('covered');
  report(cluster, [{ node: 'a', lagMs: 75_000, sent: 8, dropped: 2 }], 'canary');
  expect(cluster.state('a')).toBe('uncovered:IngestionLagging');
  expect(describeIt(cluster, 'a')?.message).toBe(
    'By the queries, the newest record is 0 s old; by the canary, the newest record is at least 1 min late, and 2 of 10 were lost, 1 min allowed.',
  );
  // Without its backend the canary proves nothing.
  watch(cluster, 'stale', 'canary');
  expect(cluster.state('a')).toBe('covered');
});

test('what is told of a node that goes is not that of the next one of its name', () => {
  const cluster = createScene();
  watch(cluster, 'live');
  report(cluster, [{ node: 'a', lagMs: 90_000 }]);
  cluster.nodeGone('a');
  cluster.node('a', { uid: 'another' });
  cluster.pod('a');
  expect(cluster.state('a')).toMatch(/^(unobserved|excused:Joining)/);
});

test('what is counted is counted in the pool of its node, whatever the layer says', () => {
  const cluster = createScene({ queries: QUERIES, canary: CANARY });
  report(cluster, [
    { node: 'a', lagMs: 3_000, errors: 2, dropped: 5, good: 9, valid: 10 },
    { node: 'b', lagMs: 40_000, errors: 1, good: 4, valid: 4 },
    { node: 'stranger', errors: 100 },
  ]);
  report(cluster, [{ node: 'a', sent: 3, dropped: 1 }], 'canary');
  expect(cluster.reading().pools[0]?.reports?.lagMaxMs).toBeUndefined();
  watch(cluster, 'live');
  const { pools, tallies } = cluster.reading();
  expect(pools[0]?.reports?.lagMaxMs).toBe(40_000);
  const counted = [...(pools[0]?.tallies ?? []), ...tallies]
    .filter(({ slots }) => slots.some((slot) => slot > 0))
    .map(({ of, label, slots }) => `${of} ${label} ${slots.filter((slot) => slot > 0).join(' ')}`);
  expect(counted.toSorted()).toEqual([
    'agentErrors daemon 3',
    'customGood  13',
    'customValid  14',
    'ingestionLag  1 1 43000',
    'telemetryDropped canary 1',
    'telemetryDropped daemon 5',
    'telemetrySent canary 3',
  ]);
});
