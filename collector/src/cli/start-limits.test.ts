import { expect, it } from 'vitest';
import { memoryLimitOf } from './start-limits.ts';

const GIB = 1024 ** 3;
// What libuv answers where a control group has no limit.
const UNLIMITED = 18_446_744_073_709_552_000;

it.each([
  ['the flag before the control group', 5 * GIB, GIB, 5 * GIB],
  ['none where the flag says so', Infinity, GIB, Infinity],
  ['nine tenths of the control group', undefined, GIB, 966_367_641],
  ['none without a limit of the group', undefined, UNLIMITED, Infinity],
  ['none where there is no group', undefined, 0, Infinity],
])('the limit is %s', (_, memoryLimitBytes, constrained, limit) => {
  expect(memoryLimitOf({ memoryLimitBytes }, { constrained, total: 16 * GIB })).toBe(limit);
});
