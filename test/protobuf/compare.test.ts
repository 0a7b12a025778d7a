/** JSON and protobuf give the same objects; `compare.e2e.test.ts` says it of 100,000. */
import { expect, test } from 'vitest';
import { announceSeed } from '../e2e/random.ts';
import { compareEncodings, describeComparison } from './compare.ts';

test.each(['Node', 'Pod'] as const)('2,500 random objects are the same in JSON and in protobuf: %s', (kind) => {
  const comparison = compareEncodings(kind, announceSeed(), 2_500);
  console.log(describeComparison(kind, comparison));
  expect(comparison.differences).toEqual([]);
  expect(comparison.compared).toBe(2_500);
});
