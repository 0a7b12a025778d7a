/** The plan for people: a summary line a DaemonSet, then its nodes grouped by what keeps it off them. */
import type { PlanRow } from './plan-rows.ts';

const NODES_LISTED = 8;
const GROUPS_LISTED = 20;

/** What `fits` does not say; part of every answer for people. */
export const FITS_NOTE =
  'Whether a pod fits is judged by allocatable resources and by the host ports of these DaemonSets; what running pods use is not counted.';

/** The table, ending in a newline. */
export function renderTable(rows: readonly PlanRow[]): string {
  const byDaemonSet = Map.groupBy(rows, ({ daemonset }) => daemonset);
  const blocks = [...byDaemonSet].map(([daemonset, ofOne]) => renderDaemonSet(daemonset, ofOne));
  return `${[...blocks, FITS_NOTE].join('\n\n')}\n`;
}

function renderDaemonSet(daemonset: string, rows: readonly PlanRow[]): string {
  const running = rows.filter(({ shouldRun }) => shouldRun);
  const refused = Map.groupBy(
    rows.filter(({ shouldRun }) => !shouldRun),
    describeRefusal,
  );
  const misfits = Map.groupBy(
    running.filter(({ fits }) => fits === false),
    ({ misfit }) => misfit,
  );
  const unknown = running.filter(({ fits }) => fits === null);
  return [
    `${daemonset}: admitted on ${running.length} of ${countNodes(rows.length)}, ${countFits(running)}`,
    ...renderGroups(refused, 'not on'),
    ...renderGroups(misfits, 'does not fit on'),
    ...(unknown.length > 0 ? [`  fit unknown on ${listNodes(unknown)}: status.allocatable is not given`] : []),
  ].join('\n');
}

function countFits(running: readonly PlanRow[]): string {
  const fitting = running.filter(({ fits }) => fits === true).length;
  const unknown = running.filter(({ fits }) => fits === null).length;
  return `fits on ${fitting}${unknown > 0 ? `, unknown on ${unknown}` : ''}`;
}

function describeRefusal({ message, keepRunning, mend }: PlanRow): string {
  const kept = keepRunning ? ' (a pod that runs there is kept)' : '';
  return `${message}${kept}\n    mend: ${mend}`;
}

function renderGroups(groups: ReadonlyMap<string, readonly PlanRow[]>, words: string): readonly string[] {
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const lines = sorted.slice(0, GROUPS_LISTED).map(([text, rows]) => `  ${words} ${listNodes(rows)}: ${text}`);
  const rest = sorted.slice(GROUPS_LISTED).reduce((sum, [, rows]) => sum + rows.length, 0);
  return rest === 0 ? lines : [...lines, `  ${words} ${countNodes(rest)} for other reasons: -o json lists them`];
}

function listNodes(rows: readonly PlanRow[]): string {
  const names = rows.slice(0, NODES_LISTED).map(({ node }) => node);
  const more = rows.length - names.length;
  return `${countNodes(rows.length)} (${names.join(', ')}${more > 0 ? `, ${more} more` : ''})`;
}

function countNodes(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
