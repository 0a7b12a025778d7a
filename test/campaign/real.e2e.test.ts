/** Two runs of the campaign on the real control plane in every `make test`; `npm run campaign` plays the rest. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRealStage, playReal, type RealStage } from './play-real.ts';

let stage: RealStage;

beforeAll(async () => {
  stage = await openRealStage();
});

afterAll(() => stage?.stop());

it.each([1, 2])('real collectors behind a proxy that does mischief end up with the truth (seed %i)', async (seed) => {
  const { plan, faults, looks } = await playReal(stage, seed);
  console.log(`${plan}; ${looks} looks at the calm nodes`);
  expect(faults).toEqual([]);
  expect(looks).toBeGreaterThan(20);
});
