/** Alerts about what is so now, one set for all policies: burn rates are blind for one node of a hundred, and for what leaves the denominator. */
import {
  type AlertName,
  ALERTS,
  COVERAGE_METRICS,
  formatDuration,
  increase,
  POLICY_LABELS,
  POOL,
  type ReasonCode,
  RECORDED,
  sumOver,
  without,
} from '@rollcall/contract';
import { annotate, IN_POOL, OF_POLICY, OF_POOL, POLICY_NAME, type Story } from './annotations.ts';
import { finite, gauge, number } from './promql.ts';
import type { AlertingRule, RuleSettings } from './rule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The share of a policy's nodes, and of a pool's, whose loss is a collapse, and how many there must be at least. */
const COLLAPSE = { ofPolicy: 0.1, ofPool: 0.5, nodes: 3 } as const;
const BLIND_SHARE = 0.25;
const DROPPED_SHARE = 0.1;
const LATE = { share: 0.2, joins: 2 } as const;
const STORM = { share: 0.2, restarts: 5 } as const;
const DRIFT_SECONDS = 180;
const SKEW_SECONDS = 60;
const EXCUSED_SHARE = 0.2;
const UNRESOLVED_SECONDS = 1_800;

const DRIFT_REASONS: readonly ReasonCode[] = ['LabelDrift', 'NodeSelectorMismatch', 'UntoleratedTaint'];
const PLACING_REASONS: readonly ReasonCode[] = [
  'QuotaExceeded',
  'PodSecurityDenied',
  'AdmissionDenied',
  'WebhookUnavailable',
  'NamespaceTerminating',
  'CreateDenied',
  'CreateStalled',
  'SchedulingGated',
  'InsufficientResources',
  'PortConflict',
  'PodAntiAffinity',
  'VolumeUnbound',
  'SchedulerDown',
];

/** What a state alert is, before labels and annotations that all have. */
interface State {
  readonly alert: AlertName;
  readonly expr: string;
  /** What is told of the policy, and of the pool where the alert has one. */
  readonly tells: string;
  readonly scope?: Story['scope'];
  readonly nodes?: boolean;
  /** False for what is not about a policy. */
  readonly ofPolicy?: boolean;
}

/** All of them. */
export function alertOnStates(settings: RuleSettings): readonly AlertingRule[] {
  return [
    ...coverageStates(settings),
    ...scopeStates(settings),
    ...daemonStates(settings),
    ...collectorStates(settings),
    unresolvedState(settings),
  ].map((state) => finish(state, settings));
}

function finish(state: State, settings: RuleSettings): AlertingRule {
  const { alert, scope = OF_POOL, nodes = false, ofPolicy = true } = state;
  const { severity, priority, forMs, ...rest } = ALERTS[alert];
  const place = scope === OF_POOL ? `${POLICY_NAME}${IN_POOL}` : POLICY_NAME;
  const summary = ofPolicy ? `${place}: ${state.tells}` : state.tells;
  return {
    alert,
    expr: ofPolicy ? finite(`(${state.expr}) * on (${POLICY_LABELS}) group_left (team) ${RECORDED.team}`) : state.expr,
    ...(forMs === 0 ? {} : { for: formatDuration(forMs / settings.speed) }),
    labels: { severity, priority, ...('owner' in rest ? { owner: rest.owner } : {}) },
    annotations: annotate({ alert, summary, scope, settings, nodes, window: formatDuration(HOUR_MS / settings.speed) }),
  };
}

const VALUE = '{{ $value | printf "%.0f" }}';
const PERCENT = '{{ $value | humanizePercentage }}';

function uncoveredFor(reasons: readonly ReasonCode[], speed: number): string {
  const selector = `{reason=~"${reasons.join('|')}"}`;
  return sumOver(['reason', 'owner'], gauge(COVERAGE_METRICS.uncovered, { selector, speed }));
}

function coverageStates({ speed, uncoveredAfterMs }: RuleSettings): readonly State[] {
  const { lost, expected, lostOfPolicy, expectedOfPolicy } = RECORDED;
  const { ofPolicy, ofPool, nodes } = COLLAPSE;
  const share = `${lostOfPolicy} / (${expectedOfPolicy} > 0)`;
  const large = `${share} > ${ofPolicy} and ${lostOfPolicy} >= ${nodes}`;
  // Two of two are everything, though few; one of one is a node.
  const all = `${share} >= 1 and ${lostOfPolicy} >= 2`;
  const pool = `${lost} / (${expected} > 0) > ${ofPool} and ${lost} >= ${nodes}`;
  return [
    {
      alert: 'NodeUncovered',
      // It leaves out what an orderly rollout or upgrade explains.
      expr: `${gauge(COVERAGE_METRICS.longestUncovered, { speed })} > ${number(uncoveredAfterMs / speed / 1000)}`,
      tells: 'a node is uncovered for {{ $value | humanizeDuration }}',
      nodes: true,
    },
    {
      alert: 'CoverageCollapse',
      // A pool's collapse is told of only where the policy's is not: one page for one loss.
      expr: `(${large} or ${all}) or (${pool} unless on (${POLICY_LABELS}) (${large} or ${all}))`,
      tells: `${PERCENT} of the nodes lost the daemon`,
      nodes: true,
    },
    {
      alert: 'DaemonSetMissing',
      expr: `${sumOver([POOL], uncoveredFor(['DaemonSetMissing'], speed))} > 0`,
      tells: `the DaemonSet is not there, of which ${VALUE} nodes are expected to have a pod`,
      scope: OF_POLICY,
      nodes: true,
    },
  ];
}

function scopeStates({ speed }: RuleSettings): readonly State[] {
  const { excused, divergence, divergenceSeconds, stray } = COVERAGE_METRICS;
  const { expectedOfPolicy } = RECORDED;
  const diverges = `abs(${gauge(divergence, { speed })}) > 0 and ${gauge(divergenceSeconds, { speed })} > ${number(DRIFT_SECONDS / speed)}`;
  const excusedNow = sumOver(['reason', POOL], gauge(excused, { speed }));
  return [
    {
      alert: 'ExpectationDrift',
      expr: `${uncoveredFor(DRIFT_REASONS, speed)} > 0 or (${diverges})`,
      tells: `${VALUE} nodes that should run the daemon are out of its reach, or counted otherwise by the controller`,
      nodes: true,
    },
    {
      alert: 'NoNodesMatch',
      expr: `${expectedOfPolicy} + (${excusedNow} or ${expectedOfPolicy} * 0) == 0`,
      tells: 'no node matches the policy',
      scope: OF_POLICY,
    },
    {
      alert: 'StrayDaemon',
      expr: `${gauge(stray, { speed })} > 0`,
      tells: `${VALUE} nodes run the daemon and are not in scope`,
    },
    {
      alert: 'ExcusedTooLong',
      expr: `(${excusedShare(speed)}) or ${gauge(COVERAGE_METRICS.maintenanceCap, { speed })} >= 1`,
      tells: `${PERCENT} of the node time of six hours was excused, or of what maintenance may excuse in a period is used`,
    },
  ];
}

function excusedShare(speed: number): string {
  const window = formatDuration((6 * HOUR_MS) / speed);
  const { excusedSeconds, validSeconds, unobservedSeconds } = COVERAGE_METRICS;
  const excused = increase(excusedSeconds, { selector: '{reason!="Exempt"}', window, drop: ['reason', 'verdict'] });
  const ofSli = { selector: '{sli="coverage"}', window, drop: ['sli'] };
  const counted = `${increase(validSeconds, ofSli)} + ${increase(unobservedSeconds, ofSli)}`;
  return `${excused} / (${counted} + ${excused} > 0) > ${EXCUSED_SHARE}`;
}

function joinState({ speed }: RuleSettings): State {
  const window = formatDuration(HOUR_MS / speed);
  const late = increase(COVERAGE_METRICS.joins, { selector: '{outcome="late"}', window, drop: ['outcome'] });
  const all = increase(COVERAGE_METRICS.joins, { selector: '{outcome=~"in_time|late"}', window, drop: ['outcome'] });
  return {
    alert: 'JoinSlow',
    // Half a join less: increase() estimates, and two may read 1.98.
    expr: `${late} / (${all} > 0) > ${LATE.share} and ${late} > ${LATE.joins - 0.5}`,
    tells: `${PERCENT} of the nodes that joined within an hour did so late`,
  };
}

function rolloutState({ speed }: RuleSettings): State {
  const { covered, current, policyInfo } = COVERAGE_METRICS;
  const half = formatDuration((30 * MINUTE_MS) / speed);
  const behind = `${sumOver([POOL], gauge(covered, { speed }))} - ${sumOver([POOL], gauge(current, { speed }))}`;
  const moved = sumOver([POOL], without('max', `changes(${current.name}[${half}])`));
  const rolling = `max by (${POLICY_LABELS}) (${policyInfo.name}{strategy="RollingUpdate"})`;
  // Behind half an hour ago as well: what began a minute ago has not moved either.
  const before = [covered, current]
    .map(({ name }) => sumOver([POOL], without('max', `${name} offset ${half}`)))
    .join(' - ');
  return {
    alert: 'RolloutBlocked',
    expr: `${behind} > 0 and ${moved} == 0 and ${before} > 0 and on (${POLICY_LABELS}) ${rolling}`,
    tells: `${VALUE} nodes wait for the newest revision, and none got it for half an hour`,
    scope: OF_POLICY,
  };
}

function telemetryState({ speed }: RuleSettings): State {
  const window = { window: formatDuration((10 * MINUTE_MS) / speed), drop: ['component', POOL] };
  const dropped = increase(COVERAGE_METRICS.telemetryDropped, window);
  const sent = increase(COVERAGE_METRICS.telemetrySent, window);
  return {
    alert: 'TelemetryLoss',
    expr: `${dropped} / (${sent} + ${dropped} > 0) > ${DROPPED_SHARE}`,
    tells: `${PERCENT} of the records were dropped`,
    scope: OF_POLICY,
  };
}

function daemonStates(settings: RuleSettings): readonly State[] {
  const { speed } = settings;
  const quarter = formatDuration((15 * MINUTE_MS) / speed);
  const restarted = increase(COVERAGE_METRICS.restarts, { window: quarter, drop: ['reason'] });
  return [
    joinState(settings),
    rolloutState(settings),
    telemetryState(settings),
    {
      alert: 'RestartStorm',
      expr: `${restarted} > ${STORM.restarts} and ${restarted} > ${STORM.share} * ${RECORDED.expected}`,
      tells: `the daemon was started again ${VALUE} times within 15 minutes`,
      nodes: true,
    },
    {
      alert: 'FailedScheduling',
      expr: `${uncoveredFor(PLACING_REASONS, speed)} > 0`,
      tells: `pods of the daemon for ${VALUE} nodes cannot be made or placed`,
      nodes: true,
    },
    {
      alert: 'ClockSkew',
      expr: `${gauge(COVERAGE_METRICS.clockSkewMax, { speed })} > ${SKEW_SECONDS}`,
      tells: 'the clock of a node is off by {{ $value | humanizeDuration }}',
    },
  ];
}

/** Alertmanager cannot wait and then tell somebody else, so that a page stays is an alert of its own. */
function unresolvedState({ speed }: RuleSettings): State {
  const pages = '{severity="page",alertname!="PageUnresolved"}';
  const since = `time() - ALERTS_FOR_STATE${pages} > ${number(UNRESOLVED_SECONDS / speed)}`;
  return {
    alert: 'PageUnresolved',
    // A page that waits for its own `for` is in ALERTS_FOR_STATE as well.
    expr: `max by (${POLICY_LABELS}, ${POOL}, team) (${since} and ignoring (alertstate) ALERTS{alertstate="firing",${pages.slice(1)})`,
    tells: `${POLICY_NAME}${IN_POOL}: pages are not over since {{ $value | humanizeDuration }}`,
    nodes: true,
    ofPolicy: false,
  };
}

function collectorStates({ speed }: RuleSettings): readonly State[] {
  const unobserved = sumOver([POOL], gauge(COVERAGE_METRICS.unobserved, { speed }));
  const renamed = `${COVERAGE_METRICS.expected.name}{exported_namespace!=""}`;
  return [
    {
      alert: 'CollectorBlind',
      expr: `${unobserved} / (${RECORDED.expectedOfPolicy} > 0) > ${BLIND_SHARE}`,
      tells: `${PERCENT} of the nodes are not observed`,
      scope: OF_POLICY,
    },
    {
      alert: 'LabelsRenamed',
      expr: `count by (cluster) (${renamed}) > 0`,
      tells: 'Prometheus renames the labels of Rollcall: honor_labels is not set where the collector is scraped',
      scope: [],
      ofPolicy: false,
    },
    {
      alert: 'RollcallWatchdog',
      expr: 'vector(1)',
      tells: 'Always fires, to show that rules are evaluated and alerts arrive',
      scope: [],
      ofPolicy: false,
    },
  ];
}
