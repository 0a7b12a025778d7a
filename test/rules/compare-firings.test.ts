import { describe, expect, test } from 'vitest';
import { countEdges, findDeviations, type Deviation } from './compare-firings.ts';

const GATE = { waits: 3, long: 6 };

/** A firing as a drawing: `#` fires. */
function draw(text: string): Uint8Array {
  return Uint8Array.from(text, (sign) => Number(sign === '#'));
}

const CASES: readonly (readonly [why: string, own: string, theirs: string, found: readonly Deviation[]])[] = [
  ['the same', '..##......##', '..##......##', []],
  ['ours waits for history', '....####....', '..######....', [{ kind: 'waits', from: 2, to: 3 }]],
  ['ours waits through all of a firing', '............', '.###........', [{ kind: 'waits', from: 1, to: 3 }]],
  ['ours waits too long', '.....###....', '..######....', [{ kind: 'young', from: 2, to: 4 }]],
  ['ours fires where it should wait', '.#..........', '............', [{ kind: 'young', from: 1, to: 1 }]],
  ['begins one evaluation later', '........####', '.......#####', [{ kind: 'shifted', from: 7, to: 7 }]],
  ['begins one evaluation earlier', '.......#####', '........####', [{ kind: 'shifted', from: 7, to: 7 }]],
  ['ends one evaluation later', '.......####.', '.......###..', [{ kind: 'shifted', from: 10, to: 10 }]],
  ['begins two later', '.........###', '.......#####', [{ kind: 'unexplained', from: 7, to: 8 }]],
  ['a firing that only Sloth has', '............', '.......#....', [{ kind: 'unexplained', from: 7, to: 7 }]],
  ['a firing that only ours has', '.......#....', '............', [{ kind: 'unexplained', from: 7, to: 7 }]],
  ['a short silence that only one has', '.......#.###', '.......#####', [{ kind: 'unexplained', from: 8, to: 8 }]],
  [
    'two that change sides',
    '........#...',
    '.......#....',
    [
      { kind: 'unexplained', from: 7, to: 7 },
      { kind: 'unexplained', from: 8, to: 8 },
    ],
  ],
  ['what lasts to the end', '...........#', '............', [{ kind: 'unexplained', from: 11, to: 11 }]],
  ['what begins young and goes on', '............', '....#####...', [{ kind: 'unexplained', from: 4, to: 8 }]],
];

describe('a deviation', () => {
  test.each(CASES)('%s', (_why, own, theirs, found) => {
    expect(findDeviations(draw(own), draw(theirs), GATE)).toEqual(found);
  });
});

test('edges count at their evaluation, and a firing at the first one begins there', () => {
  expect(countEdges(draw('#..##.'), draw('#..##.'))).toEqual({ all: 4, same: 4 });
  expect(countEdges(draw('...##.'), draw('##.##.'))).toEqual({ all: 4, same: 2 });
  expect(countEdges(draw('..####'), draw('.#####'))).toEqual({ all: 1, same: 0 });
});
