import { expect, it } from 'vitest';
import { agentConnectionsOf, memoryLimitOf } from './start-limits.ts';

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

it.each([
  ['one for each node of a large cluster', Infinity, false, Infinity, 25_000],
  ['what a quarter of the memory holds', GIB, false, Infinity, 21_845],
  ['fewer over TLS', GIB, true, Infinity, 4_096],
  ['what the files leave', Infinity, true, 20_000, 18_976],
  ['none where there are few files', Infinity, true, 1_024, 0],
])('connections of agents are bounded by %s', (_, limitBytes, isSecure, files, most) => {
  expect(agentConnectionsOf({ limitBytes, isSecure, files })).toBe(most);
});
