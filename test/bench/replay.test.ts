/** An hour of a small cluster goes through the replay, so that the replay itself stays true. */
import { expect, test } from 'vitest';
import { replay, type ReplayHour } from './replay.ts';

const SEED = 20260302;

async function play(nodes: number, jsonOnly: boolean): Promise<readonly ReplayHour[]> {
  const seen: ReplayHour[] = [];
  await replay({ nodes, hours: 1, warmUpHours: 0, seed: SEED, jsonOnly, onHour: (hour) => seen.push(hour) });
  return seen;
}

test.each([
  ['protobuf', false],
  ['JSON', true],
])('an hour of 200 nodes is replayed in %s with every event taken and every identity held', async (_, jsonOnly) => {
  const [hour, ...others] = await play(200, jsonOnly);
  expect(others).toEqual([]);
  expect(hour?.faults).toEqual([]);
  // 12 status writes of each node, 360 of the DaemonSet, and what happens to nodes and pods.
  expect(hour?.sent).toBeGreaterThan(12 * 200 + 360);
  // The lists: nodes, pods, the DaemonSet, its revision and the policy.
  expect(hour?.taken).toBe((hour?.sent ?? 0) + 403);
  expect(hour?.exposition).toMatch(/^rollcall_expected_nodes\{.*\} 40$/m);
});
