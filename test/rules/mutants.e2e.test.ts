/** A sample of the mutants; `npm run campaign -- --mutants` plays them all on all cases. */
import { expect, test } from 'vitest';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { BURN_SUITES } from './burn-cases.ts';
import { mutate } from './mutants.ts';
import { killBy, rulesOf } from './play-mutants.ts';

const SAMPLE = [
  ['factor of 0.144 x 1.05', '1 of 5 for 60 min after 120 min'],
  ['factor of 0.144 x 0.95', '1 of 5 for 60 min after 120 min'],
  ['strictly above becomes at least', '144 of 1000 for 120 min after 120 min'],
  ['the gate is dropped', '1 of 3 for 50 min after 10 min'],
  ['the short window is the long one', '10 of 10 for 10 min after 120 min'],
  ['the windows of the two pages are swapped', '1 of 3 for 40 min after 120 min'],
  ['the team is dropped', '1 of 5 for 60 min after 120 min'],
] as const;

test.each(SAMPLE)('%s: noticed by "%s"', async (name, killer) => {
  await ensurePrometheus();
  const text = mutate(rulesOf(1)).find((mutant) => mutant.name === name)?.text ?? '';
  const [suite] = BURN_SUITES;
  expect(suite === undefined ? undefined : await killBy(suite, text, [killer])).toBe(killer);
});
