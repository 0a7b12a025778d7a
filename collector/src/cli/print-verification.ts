/** Prints what everybody counts, beside each other, and a reason for each difference. */
import type { PolicySummary } from '@rollcall/contract';
import type { Difference } from './compare-nodes.ts';
import { formatLine, formatTable } from './format-table.ts';
import type { Verified } from './verify-roll.ts';

const HEAD = ['', 'EXPECTED', 'COVERED', 'UNCOVERED', 'UNOBSERVED', 'EXCUSED', 'ELIGIBLE'];
const CONTROLLER_HEAD = ['', 'DESIRED', 'READY', 'AVAILABLE', 'MISSCHEDULED'];
const SHOWN_NODES = 5;

/** One section for each policy, then the verdict. */
export function printVerification(verified: readonly Verified[], withServer: boolean): string {
  const sections = verified.map((own) => printOne(own, withServer));
  const all = verified.flatMap(({ differences }) => differences);
  const unexplained = all.filter(({ why }) => why === '').length;
  const verdict =
    verified.length === 0
      ? 'Nothing was compared.'
      : all.length === 0
        ? 'No difference.'
        : unexplained === 0
          ? `Every difference is explained (${all.length}).`
          : `${unexplained} of ${all.length} differences are NOT explained.`;
  const hint = withServer ? '' : 'No live server was asked (--server compares with one).\n';
  return [...sections, `${verdict}\n${hint}`].join('\n');
}

function printOne(
  { namespace, daemonset, fresh, live, controller, differences }: Verified,
  withServer: boolean,
): string {
  const ours = [['fresh look', fresh] as const, ...(withServer ? [['live server', live] as const] : [])];
  const tables = [formatTable([HEAD, ...ours.map(([name, summary]) => [name, ...countsOf(summary)])])];
  if (controller !== undefined) {
    const { told, recount } = controller;
    const { desired, ready, available, misscheduled } = recount;
    tables.push(
      formatTable([
        CONTROLLER_HEAD,
        ['DaemonSet status', ...[told.desired, told.ready, told.available, told.misscheduled].map(String)],
        ['by its own rules', ...[desired, ready, available, misscheduled].map((names) => String(names.length))],
      ]),
    );
  }
  return [`${namespace}/${daemonset}\n`, ...[...tables, ...differences.map(printDifference)].map(indent)].join('');
}

function countsOf(summary: PolicySummary | undefined): readonly string[] {
  if (summary === undefined) return HEAD.slice(1).map(() => '-');
  const { expected, covered, uncovered, unobserved, excused, eligible } = summary.counts;
  return [expected, covered, uncovered, unobserved, excused, eligible].map(String);
}

function printDifference({ what, why, nodes }: Difference): string {
  const more = nodes.length - SHOWN_NODES;
  const named = `${nodes.slice(0, SHOWN_NODES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const who = nodes.length === 0 ? '' : `: ${named}`;
  return `${formatLine(`${why === '' ? 'NOT EXPLAINED' : 'explained'}  ${what}${who}`)}${why === '' ? '' : formatLine(`           ${why}`)}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
