import { describe, expect, it } from 'vitest';
import { countNets, countTests, readClosingLines, readFailures, settle } from './count-results.ts';

const file = (name: string, ...tests: readonly ('passed' | 'failed')[]): object => ({
  name,
  status: tests.length === 0 || tests.includes('failed') ? 'failed' : 'passed',
  message: tests.length === 0 ? 'Cannot find module\n    at load' : '',
  assertionResults: tests.map((status, index) => ({
    status,
    fullName: `holds ${index}`,
    failureMessages:
      status === 'failed' ? ['\u001B[31mAssertionError\u001B[39m: expected 1 to be 2\n    at b.test.ts:1:1'] : [],
  })),
});
const passing = file('/r/a.test.ts', 'passed', 'passed');

describe('the tally of a phase', () => {
  it.each([
    ['tests that passed and failed', 3, [passing, file('/r/b.test.ts', 'passed', 'failed')], { passed: 3, failed: 1 }],
    [
      'a file that could not be loaded as one failed test',
      2,
      [passing, file('/r/b.test.ts')],
      { passed: 2, failed: 1 },
    ],
    ['nothing where nothing ran', 0, [], { passed: 0, failed: 0 }],
  ])('counts %s', (_what, numPassedTests, testResults, tally) => {
    expect(countTests(JSON.stringify({ numPassedTests, testResults }))).toEqual(tally);
  });

  it('names what failed, a file that could not be loaded among it', () => {
    const testResults = [passing, file('/r/b.test.ts', 'passed', 'failed'), file('/r/c.test.ts')];
    expect(readFailures(JSON.stringify({ numPassedTests: 3, testResults }))).toEqual([
      { file: '/r/b.test.ts', test: 'holds 1', message: 'AssertionError: expected 1 to be 2' },
      { file: '/r/c.test.ts', test: '', message: 'Cannot find module' },
    ]);
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
    ' ✓ a.test.ts (1 test) 2ms\n\n Test Files  1 passed (1)\n      Tests  4 passed (4)\n   Start at  02:57:00\n   Duration  1.50s\n';
  expect(readClosingLines(output)).toEqual([
    ' Test Files  1 passed (1)',
    '      Tests  4 passed (4)',
    '   Duration  1.50s',
  ]);
});
