/** What tiers see of small fleets: the table of the SRE workbook's factors worked out by hand. */
import { expect, test } from 'vitest';
import { forecastTiers } from './forecast.ts';

const DAY_MS = 86_400_000;

function minutes(target: number, nodes: number): readonly (number | undefined)[] {
  return forecastTiers({ target, windowMs: 30 * DAY_MS }, nodes).map(({ oneNodeMs }) =>
    oneNodeMs === undefined ? undefined : Math.round(oneNodeMs / 6_000) / 10,
  );
}

test.each([
  [3, [25.9, 64.8, 129.6, 129.6]],
  [5, [43.2, 108, 216, 216]],
  [6, [51.8, 129.6, 259.2, 259.2]],
  [7, [undefined, 151.2, 302.4, 302.4]],
  [10, [undefined, 216, 432, 432]],
  [16, [undefined, 345.6, 691.2, 691.2]],
  [17, [undefined, undefined, 734.4, 734.4]],
  [50, [undefined, undefined, undefined, 2160]],
  [99, [undefined, undefined, undefined, 4276.8]],
  [100, [undefined, undefined, undefined, undefined]],
])('one of %d nodes out', (nodes, expected) => expect(minutes(0.99, nodes)).toEqual(expected));

test.each([
  [0.93, [false, true, true, true]],
  [0.9306, [true, true, true, true]],
  [0.83, [false, false, true, true]],
  [0.66, [false, false, false, true]],
])('an objective of %d has tiers that can fire: %j', (target, expected) => {
  const tiers = forecastTiers({ target, windowMs: 30 * DAY_MS }, 10);
  expect(tiers.map(({ canFire }) => canFire)).toEqual(expected);
  for (const { canFire, smallestLoss } of tiers) if (!canFire) expect(smallestLoss).toBeUndefined();
});

test('the smallest loss is the first above the threshold, in any fleet', () => {
  for (let nodes = 1; nodes <= 300; nodes++)
    for (const { smallestLoss, alertMs, canFire } of forecastTiers({ target: 0.95, windowMs: 30 * DAY_MS }, nodes)) {
      if (!canFire) continue;
      expect(smallestLoss).toBeLessThanOrEqual(nodes);
      expect(alertMs).toBeGreaterThan(0);
    }
});
