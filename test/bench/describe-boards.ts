/** Turns timings of the dashboards' queries into Markdown, and says whether the goal holds. */
import type { BoardsResult, BoardsRun, BoardsTiming } from './boards-run.ts';

/** No query takes longer, in milliseconds. */
const GOAL_MS = 1_000;
const SHOWN = 15;

/** The text, and whether every query is within the goal. */
export function describeBoards(
  { nodes, pools, others, days, scrapeMs, repeats }: Omit<BoardsRun, 'log'>,
  { timings, series, samples, load }: BoardsResult,
): { readonly text: string; readonly holds: boolean } {
  const slow = timings.filter(({ medianMs }) => medianMs > GOAL_MS);
  const empty = timings.filter(({ fault }) => fault !== undefined);
  const slowest = timings.toSorted((one, other) => other.medianMs - one.medianMs).slice(0, SHOWN);
  const rows = slowest.map(({ board, place, kind, rangeMs, medianMs, mostMs, series: found }) => [
    board,
    kind === 'panel' ? place : `${kind} ${place}`,
    describeRange(rangeMs),
    medianMs.toFixed(0),
    mostMs.toFixed(0),
    String(found),
  ]);
  const head = ['board', 'panel', 'range', 'median, ms', 'most, ms', 'series'];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const size = `${nodes} nodes in ${pools} pools, ${others} more policies with as many pools, ${days} days every ${scrapeMs / 1_000} s`;
  const text = [
    `${size}: ${series} series, ${(samples / 1e6).toFixed(1)} million samples; load average ${load.toFixed(1)}.`,
    `${timings.length} queries, ${repeats} times each, at the board's own range and at ${days} days; ${slow.length} have a median above ${GOAL_MS} ms; ${empty.length} found nothing. The slowest:`,
    table.join('\n'),
    ...empty.map((own) => `- ${describePlace(own)}: ${own.fault}`),
    ...slow.map((own) => `- too slow: ${describePlace(own)}: ${own.expr}`),
  ];
  return { text: text.join('\n\n'), holds: slow.length === 0 };
}

function describePlace({ board, kind, place, rangeMs }: BoardsTiming): string {
  return `${board}, ${kind} "${place}" over ${describeRange(rangeMs)}`;
}

function describeRange(ms: number): string {
  const hours = ms / 3_600_000;
  return hours % 24 === 0 ? `${hours / 24} d` : `${hours} h`;
}
