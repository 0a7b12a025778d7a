/** Hours of the scripted day of `npm run campaign -- --day`: life goes on beside planted gaps, through the generated rules. */
import { expect, test } from 'vitest';
import { judge } from '../day/judge.ts';
import { SOME_HOURS } from '../day/plan.ts';
import { playDay } from '../day/play-day.ts';

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 1);

test('of what is part of life nothing is told, and of each gap above five minutes something', async () => {
  const day = await playDay(SEED, SOME_HOURS);
  const { counts, seconds } = day;
  const { judged, falsePages, falseTickets, missed } = judge(day, 'rollcall');
  console.log(`seed ${SEED}: ${JSON.stringify(counts)}; ${judged.length} alerts; ${JSON.stringify(seconds)}`);
  expect({ falsePages, falseTickets, missed }).toEqual({ falsePages: [], falseTickets: [], missed: [] });
  // It was a day: something of everything happened, and the large gap rang.
  expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  expect(judged.some(({ firing, gap }) => firing.labels['severity'] === 'page' && gap?.large === true)).toBe(true);
}, 300_000);
