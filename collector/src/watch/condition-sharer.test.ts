import { expect, test } from 'vitest';
import { ConditionSharer } from './condition-sharer.ts';

test('equal conditions are one object, and different ones are not', () => {
  const sharer = new ConditionSharer();
  const well = sharer.share('True', 'KubeletReady', 'posting');
  const down = sharer.share('False', 'KubeletReady', 'posting');
  expect(sharer.share('True', 'KubeletReady', 'posting')).toBe(well);
  expect(sharer.share('False', 'KubeletReady', 'posting')).toBe(down);
  expect(down).toEqual({ status: 'False', reason: 'KubeletReady', message: 'posting' });
  expect(sharer.share('True', 'KubeletReady', 'other')).toEqual({ ...well, message: 'other' });
});

test('any words are given back, however many there are', () => {
  const sharer = new ConditionSharer();
  const words = Array.from({ length: 5_000 }, (_, n) => [`s${n % 7}`, `r${n % 1_500}`, `m${n % 3}`] as const);
  const shared = words.map(([status, reason, message]) => sharer.share(status, reason, message));
  expect(shared).toEqual(words.map(([status, reason, message]) => ({ status, reason, message })));
});
