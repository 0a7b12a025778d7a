import { expect, test } from 'vitest';
import { countBad, drawUpDown, sumBad } from './up-down.ts';

const WEEK = 7 * 86_400;

test('a seed always gives the same fleet, another one another', () => {
  expect(drawUpDown(7, WEEK)).toEqual(drawUpDown(7, WEEK));
  expect(drawUpDown(7, WEEK)).not.toEqual(drawUpDown(8, WEEK));
});

test('fleets have 1 to 200 nodes, and outages that do not end before they begin nor last beyond the end', () => {
  const fleets = Array.from({ length: 200 }, (_, seed) => drawUpDown(seed, WEEK));
  const nodes = fleets.map((fleet) => fleet.nodes);
  expect([Math.min(...nodes), Math.max(...nodes)]).toEqual([1, expect.any(Number)]);
  expect(Math.max(...nodes)).toBeLessThanOrEqual(200);
  expect(Math.max(...nodes)).toBeGreaterThan(150);
  for (const { outages } of fleets) {
    const ordered = outages.every((time, at) => at % 2 === 0 || time >= (outages[at - 1] ?? WEEK));
    expect(ordered && outages.every((time) => time >= 0 && time <= WEEK)).toBe(true);
  }
});

test('an outage counts in the steps that it touches, by what it has of each', () => {
  const own = { outages: [90, 250, 100, 110] };
  expect([...countBad(own, { count: 4, seconds: 100 })]).toEqual([10, 110, 50, 0]);
  expect(sumBad(own, 0, 400)).toBe(170);
  expect(sumBad(own, 105, 240)).toBe(140);
  expect(sumBad(own, 250, 400)).toBe(0);
});

test('steps add up to what outages last', () => {
  const own = drawUpDown(3, WEEK);
  const sum = countBad(own, { count: WEEK / 300, seconds: 300 }).reduce((all, one) => all + one, 0);
  expect(sum).toBeCloseTo(sumBad(own, 0, WEEK), 3);
  expect(sum).toBeGreaterThan(0);
});
