import type { NodeAnswer, PolicySummary } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { printCoverage, type CoverageItem } from './print-coverage.ts';

const NOBODY = {
  expected: 0,
  covered: 0,
  uncovered: 0,
  unobserved: 0,
  excused: 0,
  current: 0,
  eligible: 0,
  stray: 0,
  excluded: 0,
};

function summary(changes: Partial<PolicySummary> = {}): PolicySummary {
  return {
    namespace: 'agents',
    daemonset: 'agent',
    policy: { uid: 'u', name: 'agent', namespace: 'agents', origin: 'API' },
    denominator: 'inferred',
    counts: NOBODY,
    coverage: null,
    worstReason: null,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Evaluated', message: '' }],
    purpose: '',
    team: '',
    contact: '',
    ...changes,
  };
}

function covered(count: number, expected: number): CoverageItem {
  const counts = { ...NOBODY, expected, covered: count, uncovered: expected - count };
  return { policy: summary({ counts, coverage: count / expected }), uncovered: [] };
}

function uncovered(count: number): readonly NodeAnswer[] {
  return Array.from({ length: count }, (_, n) => ({
    node: `n${n}`,
    pool: 'p',
    inScope: true,
    eligible: true,
    state: 'uncovered',
    reason: 'CrashLoop',
    owner: 'agent',
    message: 'exit code 1',
    since: '2026-01-01T00:00:00.000Z',
    retryAt: null,
    findings: [],
    pod: `agents/agent-${n}`,
    daemon: null,
    heartbeat: null,
  }));
}

function ratioOf(item: CoverageItem): string | undefined {
  return /\d+ +\d+ +\d+ +\d+ +\d+ +(\S+) /.exec(printCoverage([item], false))?.[1];
}

test.each([
  [0, 0, '-'],
  [0, 7, '0.00%'],
  [57, 100, '57.00%'],
  [29, 100, '29.00%'],
  [2, 3, '66.66%'],
  [99_999, 100_000, '99.99%'],
  [999_999, 1_000_000, '99.99%'],
  [1_000_000, 1_000_000, '100.00%'],
])('%i of %i nodes are shown as %s', (count, expected, shown) => {
  expect(ratioOf(covered(count, expected))).toBe(shown);
});

test('every share of up to 400 nodes is shown rounded down to what the counts say', () => {
  for (let expected = 1; expected <= 400; expected += 1) {
    for (let count = 0; count <= expected; count += 1) {
      const shown = Math.round(Number(ratioOf(covered(count, expected))?.replace('%', '')) * 100);
      expect(shown * expected <= count * 10_000 && (shown + 1) * expected > count * 10_000).toBe(true);
    }
  }
});

test('at most 20 nodes are listed, all of them when it is wide', () => {
  const lines = (wide: boolean): readonly string[] =>
    printCoverage([{ policy: summary(), uncovered: uncovered(23) }], wide)
      .split('\n')
      .filter((line) => line.startsWith('agents/agent ') || line.startsWith('...'));
  expect(lines(false)).toHaveLength(21);
  expect(lines(false).at(-1)).toBe('... and 3 more (-o wide shows all)');
  expect(lines(true)).toHaveLength(23);
});

test('a rejected policy says why below the table, one of a file without a name too', () => {
  const policy = summary({ conditions: [{ type: 'Ready', status: 'False', reason: 'Invalid', message: 'a: b\nc' }] });
  const nameless = { ...policy, namespace: '', daemonset: '', policy: { ...policy.policy, name: '', namespace: '' } };
  const lines = printCoverage(
    [
      { policy, uncovered: [] },
      { policy: nameless, uncovered: [] },
    ],
    false,
  ).split('\n');
  expect(lines.slice(1, 6)).toEqual([
    'agents      agent       0          0         0           0            0         -          -',
    '-           -           0          0         0           0            0         -          -',
    '',
    'The policy agents/agent is rejected (Invalid): a: b c',
    'A policy is rejected (Invalid): a: b c',
  ]);
});

test('nothing found is said', () => {
  expect(printCoverage([], true)).toBe('No DaemonSet found.\n');
});
