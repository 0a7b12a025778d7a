/** JSON and protobuf give the same objects; `compare.e2e.test.ts` says it of ten times as many. */
import { expect, inject, test } from 'vitest';
import { announceSeed } from '../e2e/random.ts';
import { compareEncodings, describeComparison } from './compare.ts';

/** Of every kind. */
const OBJECTS = 1_000 * inject('rounds');

test.each(['Node', 'Pod'] as const)(`${OBJECTS} random objects are the same in JSON and in protobuf: %s`, (kind) => {
  const comparison = compareEncodings(kind, announceSeed(), OBJECTS);
  console.log(describeComparison(kind, comparison));
  expect(comparison.differences).toEqual([]);
  expect(comparison.compared).toBe(OBJECTS);
});
