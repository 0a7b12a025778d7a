/** Turns contests into Markdown: a table for each size, contestants as columns, figures as rows, each as median [lowest to highest]. */
import type { PoliciesFigures } from './collector-run.ts';
import { CONTESTANTS, type Contest, type Contestant, type Run } from './contest.ts';
import { median } from './figures.ts';
import { cpuRatios, judge, RIVALS } from './judge.ts';

type Row = readonly [figure: keyof Run, title: string, digits: number];

const ROWS: readonly Row[] = [
  ['cpuS', 'CPU to first full answer, s', 2],
  ['wallS', 'wall to first full answer, s', 1],
  ['peakMb', 'peak RSS, MB', 0],
  ['settledMb', 'RSS 3 s after the first answer, MB', 0],
  ['stallMs', 'longest stall until the first answer, ms', 0],
  ['servingStallMs', 'longest stall after it, ms', 0],
  ['servingRunMs', 'running itself in one of those at most, ms', 0],
  ['liveCpuPercent', "CPU at the fleet's own rate of changes, % of a core", 1],
  ['eventsCpuMs', 'CPU for 1,000 node updates, ms', 0],
  ['delayMs', 'node update to scrape that shows it, ms', 0],
  ['delayP99Ms', 'the same, p99, ms', 0],
  ['streamMs', 'node update to stream message, ms', 0],
  ['streamP99Ms', 'the same, p99, ms', 0],
  ['scrapeMs', 'scrape, ms', 1],
  ['scrapeBytes', 'scrape, bytes', 0],
  ['gzipBytes', 'scrape with gzip, bytes', 0],
  ['relistS', 'all listed anew, s', 1],
  ['relistScrapeMs', 'longest scrape meanwhile, ms', 0],
  ['relistPeakMb', 'peak RSS after it, MB', 0],
];

const TITLES: Readonly<Record<Contestant, string>> = {
  streaming: 'rollcall, streaming list',
  reader: 'read over TLS and dropped',
  informer: 'client-node informer',
  paged: 'rollcall, paged list',
  ksm: 'kube-state-metrics 2.18, all families',
  'ksm-question': 'kube-state-metrics 2.18, the families of the question only',
};

/** All tables, then the verdicts. */
export function describeContests(contests: readonly Contest[]): string {
  const verdicts = judge(contests).map(({ promise, figure, holds, measured }) =>
    measured ? `- ${promise}: ${figure}: **${holds ? 'holds' : 'does not hold'}**` : `- ${promise}: not measured`,
  );
  return [...contests.map(describeContest), verdicts.join('\n')].join('\n\n');
}

function describeContest({ nodes, rounds, policies, missing, accept }: Contest): string {
  const who = CONTESTANTS.filter((one) => rounds[one].length > 0);
  const head = ['', ...who.map((one) => TITLES[one])];
  const rows = ROWS.map((row) => [row[1], ...who.map((one) => describeSpread(rounds[one], row))]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const lines = RIVALS.flatMap((rival) => {
    const ratios = cpuRatios(rounds.streaming, rounds[rival]);
    if (ratios.length === 0) return [];
    const each = ratios.map((ratio) => ratio.toFixed(3)).join(', ');
    return [`- CPU to first answer in parts of "${TITLES[rival]}", round by round: ${each}`];
  });
  const more = [
    ...(accept === '' ? [] : [`- rollcall accepts: ${accept}`]),
    ...lines,
    ...policies.map(describePolicies),
    ...missing.map((what) => `- ${what}`),
  ];
  return [`#### ${nodes} nodes and ${nodes} daemon pods`, '', ...table, ...(more.length > 0 ? ['', ...more] : [])].join(
    '\n',
  );
}

function describePolicies({ policies, ms, bytes, gzipBytes, peakMb }: PoliciesFigures): string {
  const figures = [
    `${ms.toFixed(1)} ms`,
    `${bytes} bytes`,
    `${gzipBytes} with gzip`,
    `peak RSS ${peakMb.toFixed(0)} MB`,
  ];
  return `- ${policies} DaemonSets with pods on all nodes, one scrape: ${figures.join(', ')}`;
}

function describeSpread(runs: readonly Run[], [figure, , digits]: Row): string {
  const values = runs.map((run) => run[figure] ?? NaN);
  if (Number.isNaN(median(values))) return '';
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return low === high ? `${middle}` : `${middle} [${low} to ${high}]`;
}
