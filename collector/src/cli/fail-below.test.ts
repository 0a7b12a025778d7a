import { expect, test } from 'vitest';
import { isBelow, parsePercentage } from './fail-below.ts';

function counts(covered: number, unobserved: number, uncovered: number) {
  const expected = covered + unobserved + uncovered;
  return {
    counts: { expected, covered, uncovered, unobserved, excused: 5, current: 0, eligible: 0, stray: 9, excluded: 9 },
  };
}

test.each<[text: string, covered: number, unobserved: number, uncovered: number, below: boolean]>([
  ['99', 99, 0, 1, false],
  ['99', 9_899, 0, 101, true],
  ['98.99', 9_899, 0, 101, false],
  ['29', 29, 0, 71, false],
  ['57', 57, 0, 43, false],
  ['99.9', 999, 0, 1, false],
  ['99.9', 2_997, 0, 3, false],
  ['99.900001', 999, 0, 1, true],
  ['99.999999', 999_999, 0, 1, true],
  ['99', 99, 1, 0, false],
  ['99', 98, 2, 0, true],
  ['100', 7, 0, 0, false],
  ['100', 999_999, 0, 1, true],
  ['0', 0, 0, 1, false],
  ['0', 0, 0, 0, true],
  ['000', 0, 1, 0, false],
])('below %s%%: %i covered, %i unobserved, %i uncovered: %s', (text, covered, unobserved, uncovered, below) => {
  const percentage = parsePercentage(text);
  if (percentage === undefined) throw new Error(`${text} is a percentage`);
  expect(isBelow([counts(covered, unobserved, uncovered)], percentage)).toBe(below);
});

test('every share that is written exactly is reached by exactly that share', () => {
  for (let covered = 0; covered <= 1_000; covered += 1) {
    const percentage = parsePercentage(`${Math.floor(covered / 10)}.${covered % 10}`);
    expect(percentage !== undefined && isBelow([counts(covered, 0, 1_000 - covered)], percentage)).toBe(false);
  }
});

test('one that is lower is enough, and no policy at all is never enough', () => {
  const percentage = { digits: 50, decimals: 0 };
  expect(isBelow([counts(1, 0, 0), counts(1, 0, 2)], percentage)).toBe(true);
  expect(isBelow([counts(1, 0, 0), counts(1, 0, 1)], percentage)).toBe(false);
  expect(isBelow([], percentage)).toBe(true);
});

test.each(['', '-1', '100.1', '101', '1e1', '0x10', ' 99', '99 ', '99.', '.5', '99.0000001', 'NaN', 'Infinity'])(
  'the text %j is no percentage',
  (text) => {
    expect(parsePercentage(text)).toBeUndefined();
  },
);
