/** Every family of a policy: which figures of a reading it shows, in the catalogue's order. */
import { COVERAGE_METRICS, type Counts, type Metric } from '@rollcall/contract';
import type { PolicyReading, UncoveredNode, WindowReading } from '../sli/reading.ts';
import type { Family } from './family.ts';
import { tallied } from './tally-families.ts';
import { compareText, poolHead, type PolicyRow, type PoolRow } from './policy-row.ts';
import { baseName, escapeLabel, secondsText } from './sample-text.ts';

type WorstNode = PolicyReading['worst'][number];
type LabelTexts<T> = readonly ((item: T) => string)[];

/** The text of a family's own labels, named by the catalogue, with the closing brace and the space behind it. */
function tail<T>(metric: Metric, values: LabelTexts<T>): (item: T) => string {
  const openings = metric.labels.map((label) => `,${label}="`);
  return (item) => {
    let text = '';
    for (let i = 0; i < values.length; i++) text += `${openings[i]}${values[i]?.(item)}"`;
    return `${text}} `;
  };
}

function count(metric: Metric, figure: keyof Counts): Family {
  return poolValue(metric, (pool) => String(pool.counts[figure]));
}

function poolValue(metric: Metric, value: (pool: PoolRow) => string | undefined): Family {
  return {
    metric,
    writePool(pool) {
      const figure = value(pool);
      return figure === undefined ? '' : `${metric.name}${pool.head}} ${figure}\n`;
    },
  };
}

function policyValue(metric: Metric, value: (policy: PolicyRow) => string | undefined): Family {
  return {
    metric,
    writePolicy(policy) {
      const text = value(policy);
      return text === undefined ? '' : `${metric.name}${policy.head}} ${text}\n`;
    },
  };
}

/** Where the series of a family with labels of its own come from. */
interface Series<T> {
  readonly items: (pool: PoolRow) => readonly T[];
  readonly labels: LabelTexts<T>;
}

function gauges<T>(metric: Metric, series: Series<T>, value: (item: T) => number): Family {
  const labels = tail(metric, series.labels);
  return {
    metric,
    writePool(pool) {
      const start = metric.name + pool.head;
      let text = '';
      for (const item of series.items(pool)) text += `${start}${labels(item)}${value(item)}\n`;
      return text;
    },
  };
}

function counters<T>(metric: Metric, series: Series<T>, ms: (item: T) => number): Family {
  const labels = tail(metric, series.labels);
  const createdName = `${baseName(metric)}_created`;
  return {
    metric,
    writePool(pool, format) {
      const open = format === 'openmetrics';
      let text = '';
      for (const item of series.items(pool)) {
        const set = pool.head + labels(item);
        text += `${metric.name}${set}${secondsText(ms(item))}\n`;
        if (open) text += `${createdName}${set}${pool.created}\n`;
      }
      return text;
    },
  };
}

function uncoveredInfo(metric: Metric): Family {
  const labels = tail<UncoveredNode>(metric, [(item) => escapeLabel(item.node), (item) => item.reason]);
  return {
    metric,
    writePolicy(policy) {
      const line = (item: UncoveredNode): string =>
        `${metric.name}${poolHead(policy.head, item.pool)}${labels(item)}1\n`;
      // The phantoms of a pool have no name and thus share one series: a set, since a series may be written only once.
      return [...new Set(policy.reading.uncovered.map(line))].toSorted(compareText).join('');
    },
  };
}

function policyInfo(metric: Metric): Family {
  const labels = tail<PolicyRow['reading']['info']>(metric, [
    ({ team }) => escapeLabel(team),
    ({ contact }) => escapeLabel(contact),
    ({ purpose }) => escapeLabel(purpose),
    ({ strategy }) => strategy,
  ]);
  return { metric, writePolicy: ({ head, reading }) => `${metric.name}${head}${labels(reading.info)}1\n` };
}

type Usage = NonNullable<NonNullable<PoolRow['usage']>['cpu']>;

function quantiles(metric: Metric, figures: (pool: PoolRow) => Usage | undefined): Family {
  const items = (pool: PoolRow): Usage['quantiles'] => figures(pool)?.quantiles ?? [];
  return gauges(metric, { items, labels: [(item) => item.quantile] }, (item) => item.value);
}

function worstNodes(metric: Metric): Family {
  const labels = tail<WorstNode>(metric, [
    (item) => item.by,
    (item) => String(item.rank),
    (item) => escapeLabel(item.node),
  ]);
  return {
    metric,
    writePolicy: ({ head, reading }) =>
      reading.worst.map((item) => `${metric.name}${poolHead(head, item.pool)}${labels(item)}${item.value}\n`).join(''),
  };
}

function objectives(metric: Metric): Family {
  const labels = tail<PolicyRow['reading']['objectives'][number]>(metric, [(item) => item.sli]);
  return {
    metric,
    writePolicy: ({ head, reading }) =>
      reading.objectives
        .toSorted((a, b) => compareText(a.sli, b.sli))
        .map((item) => `${metric.name}${head}${labels(item)}${item.target}\n`)
        .join(''),
  };
}

function ofWindows(metric: Metric, value: (item: WindowReading) => number): Family {
  const labels = tail<WindowReading>(metric, [(item) => item.sli, (item) => item.window]);
  return {
    metric,
    writePolicy: ({ head, reading }) =>
      reading.windows
        .toSorted((a, b) => compareText(a.sli, b.sli) || compareText(a.window, b.window))
        .map((item) => `${metric.name}${head}${labels(item)}${value(item)}\n`)
        .join(''),
  };
}

function windows(metric: Metric): Family {
  const labels = tail<PolicyRow['reading']['maintenance']['windows'][number]>(metric, [(item) => item.window]);
  return {
    metric,
    writePolicy: ({ head, reading }) =>
      reading.maintenance.windows
        .toSorted((a, b) => compareText(a.window, b.window))
        .map((item) => `${metric.name}${head}${labels(item)}${item.open ? 1 : 0}\n`)
        .join(''),
  };
}

const bySli: Series<PoolRow['slis'][number]> = { items: (pool) => pool.slis, labels: [(item) => item.sli] };
const byReason: Series<PoolRow['reasons'][number]> = {
  items: (pool) => pool.reasons,
  labels: [(item) => item.reason, (item) => item.owner],
};
const byExcuse: Series<PoolRow['excuses'][number]> = {
  items: (pool) => pool.excuses,
  labels: [(item) => item.reason, (item) => item.verdict],
};

/** Counters are there from the start; a gauge of a reason that never came up would say nothing. */
function hasCounted({ nodes, ms }: { readonly nodes: number; readonly ms: number }): boolean {
  return nodes > 0 || ms > 0;
}

function msText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : secondsText(ms);
}

const metrics = COVERAGE_METRICS;

/** All families of COVERAGE_METRICS. A reason or excuse that once counted keeps its series at 0 nodes, so that gauges do not vanish. */
export const COVERAGE_FAMILIES: Readonly<Record<keyof typeof COVERAGE_METRICS, Family>> = {
  policyInfo: policyInfo(metrics.policyInfo),
  expected: count(metrics.expected, 'expected'),
  covered: count(metrics.covered, 'covered'),
  current: count(metrics.current, 'current'),
  eligible: count(metrics.eligible, 'eligible'),
  stray: count(metrics.stray, 'stray'),
  unobserved: count(metrics.unobserved, 'unobserved'),
  excluded: gauges(
    metrics.excluded,
    { items: (pool) => pool.excluded, labels: [(item) => escapeLabel(item.rule)] },
    (item) => item.nodes,
  ),
  controllerDesired: policyValue(metrics.controllerDesired, ({ reading }) => reading.controller?.desired.toString()),
  divergence: policyValue(metrics.divergence, ({ reading }) => reading.controller?.divergence.toString()),
  divergenceSeconds: policyValue(metrics.divergenceSeconds, ({ reading }) =>
    reading.controller === null ? undefined : secondsText(reading.controller.divergenceMs),
  ),
  excused: gauges(
    metrics.excused,
    { items: (pool) => pool.excusedNodes.filter(hasCounted), labels: [(item) => item.reason] },
    (item) => item.nodes,
  ),
  maintenanceActive: windows(metrics.maintenanceActive),
  maintenanceCap: policyValue(metrics.maintenanceCap, ({ reading }) => reading.maintenance.capUsedRatio?.toString()),
  uncovered: gauges(
    metrics.uncovered,
    { ...byReason, items: (pool) => pool.reasons.filter(hasCounted) },
    (item) => item.nodes,
  ),
  orderly: gauges(
    metrics.orderly,
    { items: ({ orderly }) => Object.entries(orderly), labels: [([reason]) => reason] },
    ([, nodes]) => nodes,
  ),
  layerGood: gauges(
    metrics.layerGood,
    { items: (pool) => pool.layers, labels: [(item) => item.layer] },
    (item) => item.good,
  ),
  uncoveredInfo: uncoveredInfo(metrics.uncoveredInfo),
  notListed: policyValue(metrics.notListed, ({ reading }) => String(reading.notListed)),
  longestUncovered: poolValue(metrics.longestUncovered, (pool) => secondsText(pool.longestUncoveredMs)),
  versionNodes: gauges(
    metrics.versionNodes,
    { items: (pool) => pool.versions, labels: [(item) => item.component, (item) => escapeLabel(item.version)] },
    (item) => item.nodes,
  ),
  probeAgeMax: poolValue(metrics.probeAgeMax, ({ probeAgeMaxMs }) => msText(probeAgeMaxMs)),
  ingestionLagMax: poolValue(metrics.ingestionLagMax, ({ reports }) => msText(reports?.lagMaxMs)),
  clockSkewMax: poolValue(metrics.clockSkewMax, ({ reports }) => msText(reports?.skewMaxMs)),
  bufferFill: poolValue(metrics.bufferFill, ({ reports }) => reports?.bufferFillMax?.toString()),
  attainment: ofWindows(metrics.attainment, (item) => item.attainment),
  budgetRemaining: ofWindows(metrics.budgetRemaining, (item) => item.budgetRemaining),
  budgetRemainingRaw: ofWindows(metrics.budgetRemainingRaw, (item) => item.budgetRemainingRaw),
  daemonCpu: quantiles(metrics.daemonCpu, ({ usage }) => usage?.cpu),
  daemonCpuSum: poolValue(metrics.daemonCpuSum, ({ usage }) => usage?.cpu?.sum.toString()),
  daemonMemory: quantiles(metrics.daemonMemory, ({ usage }) => usage?.memory),
  daemonMemorySum: poolValue(metrics.daemonMemorySum, ({ usage }) => usage?.memory?.sum.toString()),
  worstNode: worstNodes(metrics.worstNode),
  objective: objectives(metrics.objective),
  validSeconds: counters(metrics.validSeconds, bySli, (item) => item.validMs),
  goodSeconds: counters(metrics.goodSeconds, bySli, (item) => item.goodMs),
  unobservedSeconds: counters(metrics.unobservedSeconds, bySli, (item) => item.unobservedMs),
  uncoveredSeconds: counters(metrics.uncoveredSeconds, byReason, (item) => item.ms),
  excusedSeconds: counters(metrics.excusedSeconds, byExcuse, (item) => item.ms),
  restarts: tallied('restarts'),
  failedScheduling: tallied('failedScheduling'),
  joins: tallied('joins'),
  joinDuration: tallied('joinDuration'),
  heartbeats: tallied('heartbeats'),
  agentErrors: tallied('agentErrors'),
  telemetrySent: tallied('telemetrySent'),
  telemetryDropped: tallied('telemetryDropped'),
  customGood: tallied('customGood'),
  customValid: tallied('customValid'),
  ingestionLag: tallied('ingestionLag'),
};
