/** Runs the contestants turn by turn, so that a busy machine is busy for all of them. */
import { runCollector, runPolicies, type CollectorSetting, type PoliciesFigures } from './collector-run.ts';
import type { CollectorFigures, Figures } from './figures.ts';
import { runInformer } from './informer-run.ts';
import { KSM_MISSING, runKsm } from './ksm-run.ts';
import { runReader } from './reader-run.ts';

/** Who is measured, in the order of one round: the collector on a server with streaming lists, the floor, client-node's informer, and the
 * collector on a server that lists in pages only (as far as its first answer), kube-state-metrics with all families and with those that the
 * collector's question needs. */
export const CONTESTANTS = ['streaming', 'reader', 'informer', 'paged', 'ksm', 'ksm-question'] as const;
/** One of them. */
export type Contestant = (typeof CONTESTANTS)[number];

/** One run; only the collector's has all figures. */
export type Run = Figures & Partial<CollectorFigures>;

/** All runs of one size: a contestant's by their round, of which it may lack some. */
export interface Contest {
  readonly nodes: number;
  readonly rounds: Readonly<Record<Contestant, readonly Run[]>>;
  /** Scrapes with several policies, where they are measured. */
  readonly policies: readonly PoliciesFigures[];
  /** What was to be measured and could not be. */
  readonly missing: readonly string[];
  /** What the collector asked the API server to write in, by its Accept header; '' if it was not run. */
  readonly accept: string;
}

/** What is run. `log` gets a line for each run. */
export interface ContestOptions extends CollectorSetting {
  readonly nodes: number;
  readonly rounds: number;
  readonly parts: ReadonlySet<Part>;
  log(line: string): void;
}

/** What can be left out. */
export const PARTS = [...CONTESTANTS, 'policies'] as const;
/** One of them. */
export type Part = (typeof PARTS)[number];

/** The size at which a promise is made about several policies, and how many. */
export const POLICIES = { nodes: 20_000, count: 10 } as const;

/** Runs one size. */
export async function runContest(options: ContestOptions): Promise<Contest> {
  const { nodes, parts, log } = options;
  const rounds: Record<Contestant, Run[]> = {
    streaming: [],
    reader: [],
    informer: [],
    paged: [],
    ksm: [],
    'ksm-question': [],
  };
  const missing = new Set<string>();
  let accept = '';
  for (let round = 1; round <= options.rounds; round++) {
    for (const who of CONTESTANTS.filter((one) => parts.has(one))) {
      const run = await runOne(who, options, accept);
      if (run === undefined) {
        missing.add(KSM_MISSING);
        continue;
      }
      if (who === 'streaming') ({ accept } = run);
      rounds[who].push(run.figures);
      log(`${nodes} nodes, round ${round}, ${who}: ${describe(run.figures)}`);
    }
  }
  const policies: PoliciesFigures[] = [];
  if (parts.has('policies') && nodes === POLICIES.nodes)
    policies.push(await runPolicies(options, nodes, POLICIES.count));
  return { nodes, rounds, policies, missing: [...missing], accept };
}

async function runOne(
  who: Contestant,
  options: ContestOptions,
  accept: string,
): Promise<{ readonly figures: Run; readonly accept: string } | undefined> {
  const { nodes, jsonOnly } = options;
  switch (who) {
    case 'streaming':
    case 'paged':
      return runCollector({ ...options, mode: who, brief: who === 'paged' });
    case 'reader':
      return { figures: await runReader(nodes, { accept, jsonOnly }), accept };
    case 'informer':
      return { figures: await runInformer(nodes), accept };
    case 'ksm':
    case 'ksm-question': {
      const figures = await runKsm(nodes, { families: who === 'ksm' ? 'all' : 'question', jsonOnly });
      return figures && { figures, accept };
    }
  }
}

function describe({ cpuS, wallS, peakMb, stallMs }: Figures): string {
  const words = [`${cpuS.toFixed(2)} CPU s`, `${wallS.toFixed(1)} s`, `${peakMb.toFixed(0)} MB`];
  return [...words, ...(Number.isNaN(stallMs) ? [] : [`stall ${stallMs.toFixed(0)} ms`])].join(', ');
}
