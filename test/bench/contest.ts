/** Runs the contestants turn by turn, so that a busy machine is busy for all of them, and judges the figures. */
import { runCollector } from './collector-run.ts';
import { median, type Figures } from './figures.ts';
import { runInformer } from './informer-run.ts';

/** Who is measured: the collector on a server with streaming lists, on one without, and client-node's informer. */
export type Contestant = 'streaming' | 'paged' | 'informer';

/** The order of one round. */
export const CONTESTANTS: readonly Contestant[] = ['streaming', 'informer', 'paged'];

/** All runs of one size; the n-th runs of all contestants belong together. */
export interface Contest {
  readonly nodes: number;
  readonly runs: Readonly<Record<Contestant, readonly Figures[]>>;
}

/** Which collector, how often, and with which flags for its Node in place of its own. `log` gets a line for each run. */
export interface ContestOptions {
  readonly program: string;
  readonly nodes: number;
  readonly rounds: number;
  readonly nodeFlags: readonly string[];
  log(line: string): void;
}

/** Runs one size. */
export async function runContest({ program, nodes, rounds, nodeFlags, log }: ContestOptions): Promise<Contest> {
  const runs: Record<Contestant, Figures[]> = { streaming: [], paged: [], informer: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const who of CONTESTANTS) {
      const figures = await (who === 'informer'
        ? runInformer(nodes)
        : runCollector({ program, nodes, mode: who, nodeFlags }));
      runs[who].push(figures);
      const { cpuS, wallS, peakMb, stallMs } = figures;
      const words = [
        `${cpuS.toFixed(2)} CPU s`,
        `${wallS.toFixed(1)} s`,
        `${peakMb.toFixed(0)} MB`,
        `stall ${stallMs.toFixed(0)} ms`,
      ];
      log(`${nodes} nodes, round ${round}, ${who}: ${words.join(', ')}`);
    }
  }
  return { nodes, runs };
}

/** The collector's CPU to first answer in parts of the informer's of the same round. */
export function ratios({ runs }: Contest, mode: 'streaming' | 'paged'): readonly number[] {
  return runs[mode].map(({ cpuS }, round) => cpuS / (runs.informer[round]?.cpuS ?? Number.NaN));
}

/** What the project promises, each with the measured figure and whether it holds. */
export interface Verdict {
  readonly promise: string;
  readonly figure: string;
  readonly holds: boolean;
}

const JUDGED_NODES = 20_000;
const MOST_MB = 200;
const LARGEST_RATIO = 1 / 3;

/** Memory by the worst run, CPU by the median ratio, both for either way of listing; nothing for sizes that no promise is about. */
export function judge(contest: Contest): readonly Verdict[] {
  if (contest.nodes !== JUDGED_NODES) return [];
  return (['streaming', 'paged'] as const).flatMap((mode) => {
    const peakMb = Math.max(...contest.runs[mode].map((run) => run.peakMb));
    const ratio = median(ratios(contest, mode));
    return [
      {
        promise: `${JUDGED_NODES} nodes, ${mode} lists: peak RSS below ${MOST_MB} MB`,
        figure: `${peakMb.toFixed(0)} MB`,
        holds: peakMb < MOST_MB,
      },
      {
        promise: `${JUDGED_NODES} nodes, ${mode} lists: CPU to first answer at most 1/3 of the informer's`,
        figure: ratio.toFixed(3),
        holds: ratio <= LARGEST_RATIO,
      },
    ];
  });
}
