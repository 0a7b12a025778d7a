/** An hour of a small cluster goes through the replay, so that the replay itself stays true. */
import { expect, test } from 'vitest';
import { replay, type ReplayHour } from './replay.ts';

const SEED = 20260302;

async function play(nodes: number, hours: number): Promise<readonly ReplayHour[]> {
  const seen: ReplayHour[] = [];
  await replay({ nodes, hours, seed: SEED, onHour: (hour) => seen.push(hour) });
  return seen;
}

test('an hour of 200 nodes is replayed with every event taken and every identity held', async () => {
  const [hour, ...others] = await play(200, 1);
  expect(others).toEqual([]);
  expect(hour?.faults).toEqual([]);
  // 12 status writes of each node, 360 of the DaemonSet, and what happens to nodes and pods.
  expect(hour?.sent).toBeGreaterThan(12 * 200 + 360);
  // The lists: nodes, pods, the DaemonSet, its revision and the policy.
  expect(hour?.taken).toBe((hour?.sent ?? 0) + 403);
  expect(hour?.exposition).toMatch(/^rollcall_expected_nodes\{.*\} 40$/m);
});
