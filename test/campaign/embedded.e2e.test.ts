/** Some runs of the campaign in every `make test`: fixed seeds, and those that once failed. `npm run campaign` plays the rest. */
import { expect, it } from 'vitest';
import { describePlan } from './plan.ts';
import { play } from './play.ts';
import { REGRESSIONS } from './regressions.ts';

const FIXED = [1, 2, 3, 4, 5, 6, 7, 8];

it.each([...new Set([...FIXED, ...REGRESSIONS])])(
  'a town under faults is never told wrong, and in the end as a fresh list has it (seed %i)',
  async (seed) => {
    const { plan, faults, looks, expectedHours, unobservedHours } = await play(seed);
    console.log(describePlan(plan));
    console.log(`${looks} looks; ${unobservedHours.toFixed(2)} of ${expectedHours.toFixed(2)} node-hours unobserved`);
    expect(faults).toEqual([]);
    expect(looks).toBeGreaterThan(50);
  },
  60_000,
);

it('a seed gives the same history again', async () => {
  expect(await play(1)).toEqual(await play(1));
}, 60_000);
