/** What the project promises about size and speed, each held against the measured figures. */
import { POLICIES, type Contest, type Contestant, type Run } from './contest.ts';
import { median } from './figures.ts';

/** One promise with the measured figure and whether it holds; `measured` is false where this run has no figure for it, which is no verdict. */
export interface Verdict {
  readonly promise: string;
  readonly figure: string;
  readonly holds: boolean;
  readonly measured: boolean;
}

const SIZES = { small: 5_000, middle: 20_000, large: 100_000 } as const;

/** All verdicts on what was run. Memory and stalls by the worst run, times by the median, CPU by the median ratio of the rounds. */
export function judge(contests: readonly Contest[]): readonly Verdict[] {
  return [
    ...contests.flatMap((contest) => [
      ...judgeMemory(contest),
      ...judgeServing(contest),
      ...judgeCpu(contest),
      ...judgePeer(contest),
    ]),
    ...judgeFlatness(contests),
    ...contests.flatMap(judgePolicies),
  ];
}

function judgeMemory({ nodes, rounds }: Contest): readonly Verdict[] {
  const limits: Readonly<Record<number, number>> = { [SIZES.middle]: 180, [SIZES.large]: 300 };
  const limit = limits[nodes];
  if (limit === undefined) return [];
  return (['streaming', 'paged'] as const).map((mode) =>
    below(`${nodes} nodes, ${mode} lists: peak RSS, MB`, worst(rounds[mode], 'peakMb'), limit),
  );
}

function judgeServing({ nodes, rounds: { streaming } }: Contest): readonly Verdict[] {
  const name = `${nodes} nodes`;
  const verdicts = [
    below(`${name}: event to /metrics at 1,000 events/s, p99, ms`, middle(streaming, 'delayP99Ms'), 250),
    below(`${name}: longest stall after sync, ms`, worst(streaming, 'servingStallMs'), 50),
  ];
  if (nodes === SIZES.large)
    verdicts.push(
      below(`${name}: longest scrape while all is listed anew, ms`, worst(streaming, 'relistScrapeMs'), 100),
    );
  return verdicts;
}

function judgeCpu({ nodes, rounds }: Contest): readonly Verdict[] {
  const { streaming, informer, reader } = rounds;
  return [
    atMost(`${nodes} nodes: CPU to first answer in parts of the informer's`, middleRatio(streaming, informer), 1 / 8),
    atMost(`${nodes} nodes: the same in parts of reading the bytes over TLS`, middleRatio(streaming, reader), 3),
  ];
}

/** CPU and memory by the leaner of the peer's two, which answers the same question. */
function judgePeer({ nodes, rounds: { streaming, ksm, 'ksm-question': question } }: Contest): readonly Verdict[] {
  if (nodes < SIZES.middle) return [];
  const name = `${nodes} nodes, in parts of kube-state-metrics'`;
  const part = (figure: keyof Run, peer: readonly Run[]): number => middle(streaming, figure) / middle(peer, figure);
  return [
    atMost(`${name}: CPU to first answer`, middleRatio(streaming, question), 1),
    atMost(`${name}: CPU of node updates`, part('eventsCpuMs', question), 1),
    atMost(`${name}: peak RSS`, part('peakMb', question), 1),
    atMost(`${name} (all families): bytes of a scrape`, part('scrapeBytes', ksm), 1 / 500),
  ];
}

function judgeFlatness(contests: readonly Contest[]): readonly Verdict[] {
  const cost = (nodes: number): number =>
    middle(contests.find((contest) => contest.nodes === nodes)?.rounds.streaming ?? [], 'eventsCpuMs');
  const name = `CPU per event at ${SIZES.large} nodes in parts of that at ${SIZES.small}`;
  return [atMost(name, cost(SIZES.large) / cost(SIZES.small), 1.3)];
}

function judgePolicies({ nodes, policies }: Contest): readonly Verdict[] {
  return policies
    .filter((measured) => measured.policies === POLICIES.count)
    .flatMap(({ ms, bytes }) => [
      below(`${nodes} nodes, ${POLICIES.count} policies: scrape, ms`, ms, 20),
      below(`${nodes} nodes, ${POLICIES.count} policies: scrape, kB`, bytes / 1000, 256),
    ]);
}

function below(promise: string, value: number, limit: number): Verdict {
  return {
    promise: `${promise} below ${limit}`,
    figure: value.toFixed(1),
    holds: value < limit,
    measured: !Number.isNaN(value),
  };
}

function atMost(promise: string, value: number, limit: number): Verdict {
  return {
    promise: `${promise} at most ${limit}`,
    figure: value.toPrecision(3),
    holds: value <= limit,
    measured: !Number.isNaN(value),
  };
}

function worst(runs: readonly Run[], figure: keyof Run): number {
  return runs.length === 0 ? NaN : Math.max(...runs.map((run) => run[figure] ?? NaN));
}

function middle(runs: readonly Run[], figure: keyof Run): number {
  return median(runs.map((run) => run[figure] ?? NaN));
}

/** The CPU to first answer of one in parts of another's of the same round, of each round in which both ran. */
export function cpuRatios(runs: readonly Run[], others: readonly Run[]): readonly number[] {
  return runs.flatMap(({ cpuS }, round) => {
    const other = others[round];
    return other === undefined ? [] : [cpuS / other.cpuS];
  });
}

function middleRatio(runs: readonly Run[], others: readonly Run[]): number {
  return median(cpuRatios(runs, others));
}

/** Whom the collector's CPU is held against. */
export const RIVALS: readonly Contestant[] = ['informer', 'reader'];
