/** Reads a policy's figures: all families cut at one instant, pools added up from the ledger's buckets. */
import { INFO_LIMIT, NO_POOL, type Counts, type LayerName, type Mark, type MarkedSli } from '@rollcall/contract';
import {
  askedLayers,
  divergenceOf,
  markOf,
  NO_ORDERLY,
  type DaemonSetEntry,
  type NodeRecord,
  type PlannedWork,
  type PolicyRoll,
  type PoolReports,
  type Standing,
  type UsageReading,
} from '../coverage/index.ts';
import type { Bucket } from './bucket.ts';
import { bucketsOf, type Ledger, type Series } from './ledger.ts';
import { pickLongest } from './pick-longest.ts';
import { oldestProbes, readVersions } from './read-daemons.ts';
import { possibleIn, readExcuses, readReasons, type Possible } from './read-reasons.ts';
import { readTallies } from './read-tallies.ts';
import type { PolicyReading, PoolReading, SliReading } from './reading.ts';

/**
 * Which time a reading shows: all that this replica saw (for the API), what it exports, which all replicas' sum up to, or of that only
 * what it led, without the holes that it has booked.
 */
export type Span = 'seen' | 'exported' | 'led';

/** What a reading is made of. */
export interface ReadOptions {
  readonly roll: PolicyRoll;
  readonly ledger: Ledger;
  readonly span: Span;
  readonly daemonSet: DaemonSetEntry | undefined;
  /** By pool, what agents report; empty where nobody asks. */
  readonly reports: ReadonlyMap<string, PoolReports>;
  readonly planned: PlannedWork;
  readonly usage: UsageReading;
  readonly monoMs: number;
}

/** The figures of one policy at `monoMs`. Counters never fall between two readings. */
export function readPolicy(options: ReadOptions): PolicyReading {
  const { roll, ledger, span, daemonSet, reports, usage, planned, monoMs } = options;
  const { namespace, daemonset, objectives } = roll.policy;
  const series = ledger.read(roll.policy, monoMs);
  const tallies = readTallies(roll.policy, series, (cell) => (span === 'seen' ? cell.seen : cell.exported));
  const byPool = groupByPool(series === undefined ? [] : bucketsIn(series, span), tallies.pools);
  const since = sinceByPool(roll, planned.orderly.records);
  const { picked, others } = pickLongest(roll.uncovered, INFO_LIMIT);
  const [probes, versions] = [oldestProbes(roll), readVersions(roll.versions)];
  const layers = askedLayers(roll.policy);
  const marked = roll.askedSlis.map(({ name }) => name);
  return {
    namespace,
    daemonset,
    started: roll.started,
    info: sayInfo(roll, daemonSet),
    createdWallMs: series?.createdWallMs ?? 0,
    pools: [...byPool].map(([pool, buckets]) => {
      const longestUncoveredMs = monoMs - (since.get(pool) ?? monoMs);
      const probe = probes.get(pool);
      return {
        ...readPool(pool, { buckets, longestUncoveredMs, layers, marked, possible: possibleIn(roll.policy, pool) }),
        tallies: tallies.of(pool),
        versions: versions.get(pool) ?? [],
        probeAgeMaxMs: probe === undefined ? undefined : monoMs - probe,
        reports: reports.get(pool),
        orderly: planned.orderly.pools.get(pool) ?? NO_ORDERLY,
        usage: usage.pools.get(pool),
      };
    }),
    tallies: tallies.of(''),
    maintenance: planned.maintenance,
    objectives: objectives.map(({ sli, target }) => ({ sli, target })),
    windows: [],
    controller: readController(roll, daemonSet, monoMs),
    uncovered: picked,
    notListed: others,
    worst: usage.worst,
  };
}

function sayInfo({ policy }: PolicyRoll, daemonSet: DaemonSetEntry | undefined): PolicyReading['info'] {
  const { team, contact, purpose } = policy;
  return { team, contact, purpose, strategy: daemonSet?.object.strategy ?? '' };
}

function readController(
  roll: PolicyRoll,
  daemonSet: DaemonSetEntry | undefined,
  monoMs: number,
): PolicyReading['controller'] {
  const divergence = divergenceOf(roll, daemonSet);
  if (daemonSet === undefined || divergence === undefined) return null;
  const { desired } = daemonSet.object.status;
  return { desired, divergence, divergenceMs: monoMs - (roll.divergenceSinceMono ?? monoMs) };
}

function bucketsIn(series: Series, span: Span): readonly Bucket[] {
  const buckets = bucketsOf(series);
  if (span === 'seen') return buckets;
  const holes = span === 'led' ? new Set(series.holes.values()) : undefined;
  return buckets.map((bucket) => ({ ...bucket, ms: holes?.has(bucket) === true ? 0 : bucket.exportedMs }));
}

function groupByPool(buckets: readonly Bucket[], tallied: readonly string[]): Map<string, Bucket[]> {
  const pools = new Map<string, Bucket[]>(tallied.map((pool) => [pool, []]));
  for (const bucket of buckets) {
    const { pool, state, eligible } = bucket.standing;
    if (state === 'outOfScope' && !eligible) continue;
    const list = pools.get(pool);
    if (list === undefined) pools.set(pool, [bucket]);
    else list.push(bucket);
  }
  // A policy that matches no node shows its zeros: nothing expected must not look like nothing asked.
  if (pools.size === 0) pools.set(NO_POOL, []);
  return new Map([...pools].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The earliest `since` of an uncovered node that nothing orderly explains, by pool. */
function sinceByPool(roll: PolicyRoll, orderly: ReadonlySet<NodeRecord>): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const record of roll.uncovered) {
    const { standing, sinceMono } = record;
    if (standing === undefined || orderly.has(record)) continue;
    const earliest = since.get(standing.pool);
    if (earliest === undefined || sinceMono < earliest) since.set(standing.pool, sinceMono);
  }
  return since;
}

interface PoolParts {
  readonly buckets: readonly Bucket[];
  readonly longestUncoveredMs: number;
  readonly layers: readonly LayerName[];
  readonly marked: readonly MarkedSli[];
  readonly possible: Possible;
}

function readPool(
  pool: string,
  { buckets, longestUncoveredMs, layers, marked, possible }: PoolParts,
): Omit<PoolReading, 'versions' | 'probeAgeMaxMs' | 'reports' | 'usage' | 'orderly' | 'tallies'> {
  const pick = sumOf(buckets);
  const isValid = ({ state }: Standing): boolean => state === 'covered' || state === 'uncovered';
  return {
    pool,
    counts: countPool(pick),
    layers: layers.map((layer) => ({ layer, good: pick.nodes((s) => isExpected(s) && s.layers.includes(layer)) })),
    excluded: groupBy(buckets, ({ rule }) => rule).map(([rule, own]) => ({ rule, nodes: sumOf(own).nodes(all) })),
    longestUncoveredMs,
    slis: [
      {
        sli: 'coverage',
        validMs: pick.ms(isValid),
        goodMs: pick.ms((s, bad) => isValid(s) && !bad),
        unobservedMs: pick.ms(({ state }) => state === 'unobserved'),
      },
      ...marked.map((sli) => readMarked(pick, sli)),
    ],
    reasons: readReasons(buckets, possible),
    excuses: readExcuses(buckets, possible),
  };
}

function readMarked({ ms }: Sums, sli: MarkedSli): SliReading {
  const isMarked = ({ marks }: Standing, mark: Mark): boolean => markOf(marks, sli) === mark;
  const goodMs = ms((standing) => isMarked(standing, 'good'));
  const badMs = ms((standing) => isMarked(standing, 'bad'));
  return { sli, validMs: goodMs + badMs, goodMs, unobservedMs: ms((standing) => isMarked(standing, 'unobserved')) };
}

function isExpected({ state }: Standing): boolean {
  return state === 'covered' || state === 'uncovered' || state === 'unobserved';
}

function all(): boolean {
  return true;
}

interface Sums {
  nodes(which: (standing: Standing, bad: boolean) => boolean): number;
  ms(which: (standing: Standing, bad: boolean) => boolean): number;
}

function sumOf(buckets: readonly Bucket[]): Sums {
  const sum = (which: (standing: Standing, bad: boolean) => boolean, of: 'count' | 'ms'): number => {
    let total = 0;
    for (const bucket of buckets) if (which(bucket.standing, bucket.bad)) total += bucket[of];
    return total;
  };
  return { nodes: (which) => sum(which, 'count'), ms: (which) => sum(which, 'ms') };
}

function countPool({ nodes }: Sums): Counts {
  const inState = (wanted: Standing['state']): number => nodes(({ state }) => state === wanted);
  return {
    expected: nodes(isExpected),
    covered: inState('covered'),
    uncovered: inState('uncovered'),
    unobserved: inState('unobserved'),
    excused: inState('excused'),
    stray: inState('stray'),
    excluded: inState('excluded'),
    current: nodes(({ state, current }) => current && state === 'covered'),
    eligible: nodes(({ eligible }) => eligible),
  };
}

/** Groups by a key, in the key's order; the empty key is left out. */
function groupBy(buckets: readonly Bucket[], key: (standing: Standing) => string): [string, Bucket[]][] {
  const groups = new Map<string, Bucket[]>();
  for (const bucket of buckets) {
    const name = key(bucket.standing);
    if (name === '') continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [bucket]);
    else group.push(bucket);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}
