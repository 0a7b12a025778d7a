import { expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { HOUR, MINUTE } from '../test-objects.ts';
import { plan } from '../test-windows.ts';
import { planSilences } from './plan-silences.ts';

/** Each planned silence: its policy and pools, and its span in minutes from now. */
function planned(cluster: TestCluster): readonly string[] {
  const { inventory, policies } = cluster.pipeline.roll;
  const now = cluster.now();
  const minutes = (ms: number): number => (ms - now.wallMs) / MINUTE;
  return planSilences(inventory, policies.values(), { now, soonMs: 5 * MINUTE }).map(
    ({ policy, pools, startsAt, endsAt }) =>
      `${policy.namespace}/${policy.daemonset} ${pools.join()} ${minutes(startsAt)} to ${minutes(endsAt)}`,
  );
}

test('what is open, or opens soon, is to be silent; what is over, or far off, is not', () => {
  const cluster = createCoveredCluster(['a']);
  plan(cluster, [
    [-HOUR, 0],
    [4 * MINUTE, HOUR],
    [6 * MINUTE, 2 * HOUR],
  ]);
  expect(planned(cluster)).toEqual(['agents/agent  4 to 60']);
  cluster.wait(6 * MINUTE);
  expect(planned(cluster)).toEqual(['agents/agent  -2 to 54', 'agents/agent  0 to 114']);
});

test('pools are named; a window that names nodes silences nothing, since their pool has others', () => {
  const cluster = createCoveredCluster(['a']);
  plan(cluster, [[0, HOUR]], { pools: ['gold', 'iron'] });
  plan(cluster, [[0, HOUR]], { uid: 'w2', nodes: ['a'] });
  expect(planned(cluster)).toEqual(['agents/agent gold,iron 0 to 60']);
});

test('a silence ends when no more may be excused, and there is none after that', () => {
  const objectives = [{ sli: 'coverage', target: 0.99, windowMs: 10 * HOUR }] as const;
  const cluster = createCoveredCluster(['a'], { objectives });
  plan(cluster, [[-30 * MINUTE, 5 * HOUR]]);
  expect(planned(cluster)).toEqual(['agents/agent  -30 to 30']);
  cluster.wait(30 * MINUTE);
  expect(cluster.state('a')).toBe('covered');
  expect(planned(cluster)).toEqual([]);
});
