/** Counts what a phase of `make test` proved, from what its runner left behind. */

/** Tests or nets that held and that did not. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const CLOSING = /^ *(Test Files|Tests|Errors|Duration|FAIL) |^AssertionError: |^check: |^control plane ready/;

/** The tally in vitest's JSON report; a file that could not even be loaded counts as one failed test. */
export function countTests(report: string): Tally {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report) as VitestReport;
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

/** The tally in the closing line of `npm run check`; nothing if there is none. */
export function countNets(output: string): Tally {
  const [, passed = 0, failed = 0] = /^check: (\d+) passed, (\d+) failed/m.exec(output) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}

/** The lines by which the runners sum themselves up, and name what failed: of a long log often only the end is kept. */
export function readClosingLines(output: string): string[] {
  return output.split('\n').filter((line) => CLOSING.test(line));
}

/** The tally of a phase that ended with this code: one that failed without a failed test still failed. */
export function settle({ passed, failed }: Tally, exitCode: number): Tally {
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed };
}
