import { describe, expect, it } from 'vitest';
import { countNets, countTests, readClosingLines, settle } from './count-results.ts';

const file = (status: string, tests: number): object => ({ status, assertionResults: Array.from({ length: tests }) });

describe('the tally of a phase', () => {
  it.each([
    ['tests that passed and failed', 3, 1, [file('passed', 2), file('failed', 2)], { passed: 3, failed: 1 }],
    [
      'a file that could not be loaded as one failed test',
      2,
      0,
      [file('passed', 2), file('failed', 0)],
      { passed: 2, failed: 1 },
    ],
    ['nothing where nothing ran', 0, 0, [], { passed: 0, failed: 0 }],
  ])('counts %s', (_what, numPassedTests, numFailedTests, testResults, tally) => {
    expect(countTests(JSON.stringify({ numPassedTests, numFailedTests, testResults }))).toEqual(tally);
  });

  it('counts the nets of the check', () => {
    expect(countNets('ok     lint: 3 files\ncheck: 5 passed, 1 failed (3.0 s)\n')).toEqual({ passed: 5, failed: 1 });
    expect(countNets('Error: no such file\n')).toEqual({ passed: 0, failed: 0 });
  });

  it.each([
    ['a runner that failed without a failed test', { passed: 4, failed: 0 }, 1, { passed: 4, failed: 1 }],
    ['failed tests once', { passed: 4, failed: 2 }, 1, { passed: 4, failed: 2 }],
    ['no failure where there is none', { passed: 4, failed: 0 }, 0, { passed: 4, failed: 0 }],
  ])('counts %s', (_what, tally, exitCode, settled) => {
    expect(settle(tally, exitCode)).toEqual(settled);
  });
});

it('finds the lines by which the runners sum themselves up', () => {
  const output =
    ' ✓ a.test.ts (1 test) 2ms\n FAIL  b.test.ts > holds\nAssertionError: expected 1 to be 2\n\n Test Files  1 passed (1)\n      Tests  4 passed (4)\n   Start at  02:57:00\n   Duration  1.50s\n';
  expect(readClosingLines(output)).toEqual([
    ' FAIL  b.test.ts > holds',
    'AssertionError: expected 1 to be 2',
    ' Test Files  1 passed (1)',
    '      Tests  4 passed (4)',
    '   Duration  1.50s',
  ]);
});
