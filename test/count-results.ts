/** Counts what a phase of `make test` proved, from what its runner left behind. */
import { stripVTControlCharacters } from 'node:util';

/** Tests or nets that held and that did not. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** A test that did not hold. */
export interface Failure {
  /** The test file's absolute path. */
  readonly file: string;
  /** The test's full name; empty for a file that could not even be loaded. */
  readonly test: string;
  /** First line of what went wrong. */
  readonly message: string;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly VitestFile[];
}

interface VitestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages?: readonly string[] | null;
  }[];
}

const CLOSING = /^ *(Test Files|Tests|Errors|Duration) |^check: |^control plane ready/;

/** The tally in vitest's JSON report; a file that could not even be loaded counts as one failed test. */
export function countTests(report: string): Tally {
  const { numPassedTests } = JSON.parse(report) as VitestReport;
  return { passed: numPassedTests, failed: readFailures(report).length };
}

/** How each test in vitest's JSON report ended, in its order. */
export function readEndings(report: string): { readonly test: string; readonly status: string }[] {
  const { testResults } = JSON.parse(report) as VitestReport;
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ test: fullName, status })),
  );
}

/** What vitest's JSON report names as failed, a file that could not even be loaded among them. */
export function readFailures(report: string): Failure[] {
  const { testResults } = JSON.parse(report) as VitestReport;
  return testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && file.status !== 'failed') return [];
    if (failed.length === 0) return [{ file: file.name, test: '', message: firstLine(file.message) }];
    return failed.map(({ fullName, failureMessages }) => ({
      file: file.name,
      test: fullName,
      message: firstLine(failureMessages?.[0]),
    }));
  });
}

function firstLine(text = ''): string {
  return stripVTControlCharacters(text).split('\n', 1)[0]?.trim() ?? '';
}

/** The tally in the closing line of `npm run check`; nothing if there is none. */
export function countNets(output: string): Tally {
  const [, passed = 0, failed = 0] = /^check: (\d+) passed, (\d+) failed/m.exec(output) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}

/** The lines by which the runners sum themselves up: of a long log often only the end is kept. */
export function readClosingLines(output: string): string[] {
  return output.split('\n').filter((line) => CLOSING.test(line));
}

/** The tally of a phase that ended with this code: one that failed without a failed test still failed. */
export function settle({ passed, failed }: Tally, exitCode: number): Tally {
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed };
}
