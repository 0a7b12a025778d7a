/** Turns a contest into a Markdown table: contestants as columns, figures as rows, each as median [lowest to highest] and its reference. */
import { CONTESTANTS, judge, ratios, type Contest, type Contestant } from './contest.ts';
import { median, type Figures } from './figures.ts';
import { REFERENCE } from './reference.ts';

type Row = readonly [figure: keyof Figures, title: string, digits: number];

const ROWS: readonly Row[] = [
  ['cpuS', 'CPU to first full answer, s', 2],
  ['wallS', 'wall to first full answer, s', 1],
  ['peakMb', 'peak RSS, MB', 0],
  ['settledMb', 'RSS 3 s later, MB', 0],
  ['stallMs', 'longest stop of the event loop, ms', 0],
  ['eventsCpuMs', 'CPU for 1,000 node updates, ms', 0],
  ['delayMs', 'node update to scrape that shows it, ms', 0],
  ['scrapeMs', 'scrape, ms', 1],
  ['scrapeBytes', 'scrape, bytes', 0],
];

const TITLES: Readonly<Record<Contestant, string>> = {
  streaming: 'rollcall, streaming list',
  paged: 'rollcall, paged list',
  informer: 'client-node informer',
};

/** The table of one size, then the ratios, then the verdicts. */
export function describeContest(contest: Contest): string {
  const head = ['', ...CONTESTANTS.flatMap((who) => [TITLES[who], 'reference'])];
  const rows = ROWS.map((row) => [row[1], ...CONTESTANTS.flatMap((who) => describeCells(contest, who, row))]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const lines = (['streaming', 'paged'] as const).map((mode) => {
    const each = ratios(contest, mode);
    return `- CPU in parts of the informer's, ${mode}: ${each.map((ratio) => ratio.toFixed(3)).join(', ')}; median ${median(each).toFixed(3)}`;
  });
  const verdicts = judge(contest).map(
    ({ promise, figure, holds }) => `- ${promise}: ${figure}: **${holds ? 'holds' : 'does not hold'}**`,
  );
  return [`#### ${contest.nodes} nodes and ${contest.nodes} daemon pods`, '', ...table, '', ...lines, ...verdicts].join(
    '\n',
  );
}

function describeCells({ nodes, runs }: Contest, who: Contestant, [figure, , digits]: Row): readonly [string, string] {
  const values = runs[who].map((run) => run[figure]);
  const reference = REFERENCE[nodes]?.[who][figure];
  return [describeSpread(values, digits), reference === undefined ? '' : String(reference)];
}

function describeSpread(values: readonly number[], digits: number): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  if (Number.isNaN(median(values))) return '';
  return low === high ? `${middle}` : `${middle} [${low} to ${high}]`;
}
