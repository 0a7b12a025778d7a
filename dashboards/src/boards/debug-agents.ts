/** What agents say, and what they use. */
import { COVERAGE_METRICS, POLICY_LABELS, type Metric } from '@rollcall/contract';
import type { Row, Stat, TimeSeries } from '../board.ts';
import { CPU_BY_POD, MEMORY_BY_POD } from '../foreign.ts';
import { lines } from '../lines.ts';
import { restartsByReason } from '../panels.ts';
import { gauge, grown, perSecond } from '../select.ts';
import { ANY_COLOURS } from '../series-colours.ts';
import { PLAIN } from '../thresholds.ts';

const M = COVERAGE_METRICS;

function byPool(metric: Metric): TimeSeries['queries'] {
  return [{ expr: `max by (cluster, node_pool) (${gauge(metric)})`, legend: '{{cluster}} {{node_pool}}' }];
}

/** What agents report of themselves and of their telemetry. */
export const agentRow: Row = {
  title: 'What agents say',
  panels: [
    lines({
      title: 'Oldest probe',
      description:
        "Age of the oldest last probe in each pool. Below the policy's limit is good; a line that climbs by a second a second is a daemon that hangs.",
      unit: 's',
      width: 6,
      colours: ANY_COLOURS,
      queries: byPool(M.probeAgeMax),
      empty: 'no policy asks for Daemons',
    }),
    lines({
      title: 'Longest telemetry lag',
      description:
        'Age of the newest record that arrived, of the node that is furthest behind. Seconds are good; a line that climbs is a node whose telemetry does not arrive.',
      unit: 's',
      width: 6,
      colours: ANY_COLOURS,
      queries: byPool(M.ingestionLagMax),
      empty: 'no policy measures ingestion',
    }),
    lines({
      title: 'Largest clock skew',
      description:
        "By how much a node's clock differs from the collector's at most. Below a second is good; beyond, mend its time service: lags and certificates depend on it.",
      unit: 's',
      width: 6,
      colours: ANY_COLOURS,
      queries: byPool(M.clockSkewMax),
      empty: 'no agent sends heartbeats',
      limits: true,
      steps: [{ colour: 'good' }, { from: 1, colour: 'warning' }],
    }),
    lines({
      title: 'Fullest buffer',
      description:
        'The fullest buffer of an agent in each pool. Nearly empty is good; once it is full, records are dropped.',
      unit: 'percentunit',
      width: 6,
      max: 1,
      colours: ANY_COLOURS,
      queries: byPool(M.bufferFill),
      empty: 'no agent tells of its buffer',
      limits: true,
      steps: [{ colour: 'good' }, { from: 0.8, colour: 'bad' }],
    }),
    lines({
      title: 'Records sent and dropped',
      description:
        'Records that agents sent and dropped per second. None dropped is good; those are lost for good: look at the buffers and at what the backend takes in.',
      unit: 'cps',
      queries: [
        { expr: `sum(${perSecond(M.telemetrySent)})`, legend: 'sent' },
        { expr: `sum(${perSecond(M.telemetryDropped)})`, legend: 'dropped' },
      ],
      empty: 'no agent tells of its telemetry',
      colours: { sent: 'good', dropped: 'bad' },
    }),
    lines({
      title: 'Errors of agents',
      description:
        'Errors that agents report per interval, by component. None is good; a component that fails on all nodes fails at its sink.',
      unit: 'short',
      queries: [
        { expr: `sum by (component) (${grown(M.agentErrors, '$__rate_interval')}) > 0`, legend: '{{component}}' },
      ],
      empty: 'no agent reports an error',
      colours: ANY_COLOURS,
    }),
    lines({
      title: 'Heartbeats',
      description:
        'Heartbeats per second, by outcome. A level line is good; fewer are agents that fell silent, replayed ones a way that doubles them.',
      unit: 'cps',
      queries: [{ expr: `sum by (outcome) (${perSecond(M.heartbeats)})`, legend: '{{outcome}}' }],
      empty: 'no policy asks for heartbeats',
      colours: { accepted: 'good', replayed: 'warning' },
    }),
  ],
};

interface Usage {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly quantiles: Metric;
  readonly sum: Metric;
}

function usage({ title, description, unit, quantiles, sum }: Usage): readonly [TimeSeries, Stat] {
  return [
    lines({
      title: `${title} of daemons`,
      description: `${description} The median, the 99th percentile and the largest; of several policies and pools the highest.`,
      unit,
      queries: [
        {
          expr: `max by (${POLICY_LABELS}, quantile) (${gauge(quantiles)})`,
          legend: 'q{{quantile}} of {{cluster}} {{namespace}}/{{daemonset}}',
        },
      ],
      colours: { 'q0.5 .*': 'good', 'q0.99 .*': 'warning', 'q1 .*': 'bad' },
      empty: 'nothing tells what daemons use',
    }),
    {
      kind: 'stat',
      title: `${title}, all daemons`,
      description: `What all daemons use together, of which it is known. Grows with the fleet; otherwise a version became hungrier.`,
      unit,
      width: 4,
      height: 8,
      queries: [{ expr: `sum(${gauge(sum)})`, legend: 'all' }],
      empty: 'not known',
      steps: PLAIN,
    },
  ];
}

/** What daemons use. */
export const resourceRow: Row = {
  title: 'Resources',
  panels: [
    ...usage({
      title: 'CPU',
      description: 'Cores that a daemon uses.',
      unit: 'short',
      quantiles: M.daemonCpu,
      sum: M.daemonCpuSum,
    }),
    ...usage({
      title: 'Memory',
      description: 'Memory that a daemon uses.',
      unit: 'bytes',
      quantiles: M.daemonMemory,
      sum: M.daemonMemorySum,
    }),
    lines({
      title: 'CPU by pod',
      description: 'The ten pods that use most cores, by cAdvisor. One that leaves the others is the node to look at.',
      unit: 'short',
      queries: [{ expr: CPU_BY_POD, legend: '{{pod}}' }],
      colours: ANY_COLOURS,
      empty: 'Prometheus knows no containers of these pods',
      optional: 'cAdvisor',
    }),
    lines({
      title: 'Memory by pod',
      description: 'The ten pods with the largest working set, by cAdvisor. One that climbs without end leaks.',
      unit: 'bytes',
      queries: [{ expr: MEMORY_BY_POD, legend: '{{pod}}' }],
      colours: ANY_COLOURS,
      empty: 'Prometheus knows no containers of these pods',
      optional: 'cAdvisor',
    }),
    { ...restartsByReason, width: 8 },
  ],
};
