/** Queries: every selector asks for the policy that the board's variables name. */
import {
  ALERTS,
  COLLECTOR_METRICS,
  COMMON_LABELS,
  COVERAGE_METRICS,
  formatDuration,
  increase,
  PIECE_MS,
  POOL,
  without,
  type Metric,
} from '@rollcall/contract';

/** What of a family or recorded series is asked for: further matchers, such as `layer="pod"`. */
type Matchers = readonly string[];

const OF_POLICY = COMMON_LABELS.filter((label) => label !== POOL);

function braces(labels: readonly string[], more: Matchers): string {
  return `{${[...labels.map((label) => `${label}=~"$${label}"`), ...more].join(',')}}`;
}

/** The matchers of a family of the contract. */
export function matchersOf({ pool }: Pick<Metric, 'pool'>, more: Matchers = []): string {
  return braces(pool ? COMMON_LABELS : OF_POLICY, more);
}

/** A family as it is scraped, a series a replica. */
export function select(metric: Pick<Metric, 'name' | 'pool'>, ...more: Matchers): string {
  return metric.name + matchersOf(metric, more);
}

/** A gauge of the leader; other replicas have none, but after a change of leaders the old one's may stand for minutes. */
export function gauge(metric: Pick<Metric, 'name' | 'pool'>, ...more: Matchers): string {
  return without('max', select(metric, ...more));
}

/** Zero where an aggregate over everything has no series, but not where no collector tells of a policy: nothing heard is not good news. */
export function orZero(expr: string): string {
  return `${expr} or count(${select(COVERAGE_METRICS.policyInfo)}) * 0`;
}

/**
 * A gauge that changes slowly, as it was last seen within five minutes: a collector that starts again takes no budget off a board. The least of
 * what replicas said: after a change of leaders the old one's figure is no better than the new one's.
 */
export function held(metric: Pick<Metric, 'name' | 'pool'>, ...more: Matchers): string {
  return without('min', `last_over_time(${select(metric, ...more)}[5m])`);
}

/** By how much a counter grew in a window, its replicas added up. The window is a duration or one of Grafana's. */
export function grown(
  metric: Pick<Metric, 'name' | 'pool'>,
  window: '$__rate_interval' | '$__range' | (string & {}),
  ...more: Matchers
): string {
  return increase(metric, { selector: matchersOf(metric, more), window });
}

/** By how much a counter grows in a second, its replicas added up. */
export function perSecond(metric: Pick<Metric, 'name' | 'pool'>, ...more: Matchers): string {
  return without('sum', `rate(${select(metric, ...more)}[$__rate_interval])`);
}

/** Over which window, by which labels beside `le`, of which series. */
interface Spread {
  readonly window: string;
  readonly by?: readonly string[];
  readonly more?: Matchers;
}

/** A quantile of a histogram. No sample where nothing was measured. */
export function quantile(
  q: number,
  metric: Pick<Metric, 'name' | 'pool'>,
  { window, by = [], more = [] }: Spread,
): string {
  const counts = grown(bucketsOf(metric), window, ...more);
  return `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${counts})) >= 0`;
}

/** The buckets of a histogram, to be asked for like a counter. */
export function bucketsOf({ name, pool }: Pick<Metric, 'name' | 'pool'>): Pick<Metric, 'name' | 'pool'> {
  return { name: `${name}_bucket`, pool };
}

/** A recorded series: `pool:` ones have a pool, `policy:` and `objective:` ones none. */
export function recorded(name: string, ...more: Matchers): string {
  return name + matchersOf({ pool: name.startsWith('pool:') }, more);
}

/** Over which window (a duration or `$__range`) of rules at which speed, by which labels; none for one sum. */
interface Sum {
  readonly window: string;
  readonly speed: number;
  readonly by: readonly string[];
}

/**
 * A length of time of rules at a speed as a window of pieces: a millisecond less, since Prometheus 2 counts what lies on both ends of a window, and
 * would read a thirteenth piece of an hour at each full five minutes.
 */
export function windowOf(ms: number, speed: number): string {
  return formatDuration(ms / speed - 1);
}

/** How much of recorded pieces there was in a window, each second once. Summed by labels first: the window is then read for those alone. */
export function addPieces(name: string, { window, speed, by }: Sum, ...more: Matchers): string {
  const pieces = `sum by (${by.join(', ')}) (${recorded(name, ...more)})`;
  return `sum_over_time((${pieces})[${window}:${formatDuration(PIECE_MS / speed)}])`;
}

/** A family of the collector itself, by the replicas that the board's variable names. */
export function ofCollector({ name }: Pick<Metric, 'name'>, ...more: Matchers): string {
  return name + braces([], ['instance=~"$collector"', ...more]);
}

/** A counter of the collector itself: by how much it grew. */
export function grownOfCollector(metric: Pick<Metric, 'name'>, ...more: Matchers): string {
  return `increase(${ofCollector(metric, ...more)}[$__rate_interval])`;
}

/** A family that any process may have, of the collectors' processes. */
export function ofProcess(metric: Pick<Metric, 'name'>): string {
  return `${ofCollector(metric)} and on (job, instance) ${ofCollector(COLLECTOR_METRICS.buildInfo)}`;
}

/** Alerts of others may carry the same labels, or none. */
const OURS = `alertname=~"${Object.keys(ALERTS).join('|')}"`;

/** Prometheus' own series of alerts, of which these fire, are Rollcall's and belong to the board's policies. */
export function firingAlerts(...more: Matchers): string {
  return `ALERTS${braces(OF_POLICY, ['alertstate="firing"', OURS, ...more])}`;
}

/** Since how many seconds alerts fire, the time in which they were pending included; by these labels. */
export function firingFor(labels: readonly string[], ...more: Matchers): string {
  const by = `max by (${labels.join(', ')})`;
  const since = `ALERTS_FOR_STATE${braces(OF_POLICY, [OURS, ...more])}`;
  return `(time() - ${by} (${since})) and ${by} (${firingAlerts(...more)})`;
}

const [EXPECTED, COVERED] = [gauge(COVERAGE_METRICS.expected), gauge(COVERAGE_METRICS.covered)];

/** Uncovered nodes: expected ones of which it is known that they are not covered. */
export const LOST = `(${EXPECTED} - ${COVERED} - ${gauge(COVERAGE_METRICS.unobserved)})`;

/** Covered of expected nodes now, by these labels or of all; unobserved ones count as not covered. */
export function coverage(...by: readonly string[]): string {
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`;
  return `${sum} (${COVERED}) / (${sum} (${EXPECTED}) > 0)`;
}
