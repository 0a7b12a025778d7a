/** Prints coverage for humans: a table of DaemonSets, then the uncovered nodes with why. */
import type { NodeAnswer, PolicyAnswer, PolicySummary } from '@rollcall/contract';
import { formatLine, formatTable } from './format-table.ts';

/** One DaemonSet with its uncovered nodes. */
export interface CoverageItem {
  readonly policy: PolicyAnswer | PolicySummary;
  readonly uncovered: readonly NodeAnswer[];
}

/** The columns of `coverageRow`. */
export const COVERAGE_HEAD: readonly string[] = [
  'NAMESPACE',
  'DAEMONSET',
  'EXPECTED',
  'COVERED',
  'UNCOVERED',
  'UNOBSERVED',
  'EXCUSED',
  'COVERAGE',
  'WORST REASON',
];

/** Nodes named below the table unless it is wide. */
const MOST_NODES = 20;

/** The tables. `wide` adds columns and every node; `flags` are what the next command needs to see the same. */
export function printCoverage(items: readonly CoverageItem[], wide: boolean, flags = ''): string {
  if (items.length === 0) return 'No DaemonSet found.\n';
  const rows = items.map(({ policy }) => [...coverageRow(policy), ...(wide ? wideRow(policy) : [])]);
  const wideHead = wide ? ['CURRENT', 'ELIGIBLE', 'DESIRED', 'DIVERGENCE', 'STRAY', 'EXCLUDED', 'DENOMINATOR'] : [];
  const sections = [formatTable([[...COVERAGE_HEAD, ...wideHead], ...rows])];
  const rejected = items.flatMap(({ policy }) => rejection(policy));
  if (rejected.length > 0) sections.push(rejected.join(''));
  const nodes = printNodes(items, wide);
  if (nodes !== '') sections.push(`${nodes}\n${nextCommand(items, flags)}`);
  const unseen = items.flatMap(({ policy }) => unseenSource(policy));
  if (unseen.length > 0) sections.push(unseen.join(''));
  sections.push('Not evaluated in a single look: label drift, restarts, time (counters need `rollcall serve`).\n');
  return sections.join('\n');
}

/** One policy in a table, narrow. */
export function coverageRow({ namespace, daemonset, counts, worstReason }: PolicySummary): readonly string[] {
  const { expected, covered, uncovered, unobserved, excused } = counts;
  const numbers = [expected, covered, uncovered, unobserved, excused].map(String);
  return [namespace || '-', daemonset || '-', ...numbers, formatRatio(covered, expected), worstReason ?? '-'];
}

function wideRow(policy: PolicySummary | PolicyAnswer): string[] {
  const { current, eligible, stray, excluded } = policy.counts;
  const controller = 'controller' in policy ? policy.controller : null;
  const told = [controller?.desired ?? '-', controller?.divergence ?? '-'].map(String);
  return [String(current), String(eligible), ...told, String(stray), String(excluded), policy.denominator];
}

/** Rounded down, so that 100.00% means every node; from the counts, since 0.57 times 100 is less than 57. */
function formatRatio(covered: number, expected: number): string {
  return expected === 0 ? '-' : `${(Math.floor((covered * 10_000) / expected) / 100).toFixed(2)}%`;
}

function unseenSource({ namespace, daemonset, conditions }: PolicySummary): string[] {
  const down = conditions.find(({ type, status }) => type === 'SourceDown' && status === 'True');
  return down === undefined ? [] : [`Not evaluated: the daemon layer of ${namespace}/${daemonset}: ${down.message}\n`];
}

function rejection({ policy, conditions }: PolicySummary): string[] {
  const ready = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (ready === undefined) return [];
  const who = policy.name === '' ? 'A policy' : `The policy ${policy.namespace}/${policy.name}`;
  return [formatLine(`${who} is rejected (${ready.reason}): ${ready.message}`)];
}

function printNodes(items: readonly CoverageItem[], wide: boolean): string {
  const all = items.flatMap(({ policy, uncovered }) =>
    uncovered.map(({ node, pool, reason, owner, message }) => [
      `${policy.namespace}/${policy.daemonset}`,
      node === '' ? '(missing)' : node,
      pool,
      reason ?? '-',
      owner ?? '-',
      message,
    ]),
  );
  if (all.length === 0) return '';
  const shown = wide ? all : all.slice(0, MOST_NODES);
  const more = all.length - shown.length;
  const table = formatTable([['DAEMONSET', 'NODE', 'POOL', 'REASON', 'OWNER', 'MESSAGE'], ...shown]);
  const rest = more === 0 ? '' : `... and ${more} more (-o wide shows all)\n`;
  return `${table}${rest}`;
}

/** Where to go from here, for the first that is named. */
function nextCommand(items: readonly CoverageItem[], flags: string): string {
  const named = items.flatMap(({ policy: { namespace, daemonset }, uncovered }) =>
    uncovered.filter(({ node }) => node !== '').map(({ node }) => `${node} ${namespace}/${daemonset}`),
  );
  return formatLine(`Why, and what to do: rollcall explain ${named[0] ?? 'NODE'}${flags}`);
}
