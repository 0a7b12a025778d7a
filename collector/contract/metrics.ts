/** The catalogue of metrics: no metric name is written anywhere else. */
import { counter, gauge, type Metric } from './metric.ts';
import { USAGE_METRICS } from './usage-metrics.ts';

/** Labels that every family of a policy carries, before its own; `cluster` only when the collector was given a name. */
export const COMMON_LABELS = ['cluster', 'namespace', 'daemonset', 'node_pool'] as const;

/** The families that a policy has, by the name that the code uses. */
export const COVERAGE_METRICS = {
  policyInfo: gauge(
    'rollcall_policy_info',
    'Always 1: who answers for the policy, what the daemon is for, and how its DaemonSet rolls out, empty while that is not known.',
    { labels: ['team', 'contact', 'purpose', 'strategy'], pool: false },
  ),
  expected: gauge('rollcall_expected_nodes', 'Nodes that should run the daemon now.'),
  covered: gauge('rollcall_covered_nodes', 'Expected nodes on which every asked health layer is good.'),
  current: gauge('rollcall_current_nodes', 'Covered nodes on the newest revision of the DaemonSet.'),
  eligible: gauge('rollcall_eligible_nodes', 'Nodes on which the DaemonSet controller would place a pod.'),
  stray: gauge('rollcall_stray_nodes', 'Nodes that run the daemon and are not in scope.'),
  unobserved: gauge('rollcall_unobserved_nodes', 'Expected nodes of which some asked health layer is unknown.'),
  excluded: gauge('rollcall_excluded_nodes', 'Nodes that a rule takes out of the scope, by rule.', {
    labels: ['rule'],
  }),
  controllerDesired: gauge('rollcall_controller_desired_nodes', "The DaemonSet's own status.desiredNumberScheduled.", {
    pool: false,
  }),
  divergence: gauge('rollcall_divergence_nodes', "Eligible nodes minus the controller's desiredNumberScheduled.", {
    pool: false,
  }),
  divergenceSeconds: gauge('rollcall_divergence_seconds', 'For how long the divergence has not been zero.', {
    pool: false,
  }),
  excused: gauge('rollcall_excused_nodes', 'Nodes in scope that are not counted now, by excuse.', {
    labels: ['reason'],
  }),
  maintenanceActive: gauge(
    'rollcall_maintenance_active',
    '1 while the maintenance window is open, 0 before and after.',
    {
      labels: ['window'],
      pool: false,
    },
  ),
  maintenanceCap: gauge(
    'rollcall_maintenance_cap_used_ratio',
    'The most of what maintenance windows may excuse in a period, a tenth of it, that a node in them has used; at 1 its nodes are expected again.',
    { pool: false },
  ),
  uncovered: gauge('rollcall_uncovered_nodes', 'Expected nodes that are not covered, by primary reason.', {
    labels: ['reason', 'owner'],
  }),
  orderly: gauge(
    'rollcall_orderly_nodes',
    'Uncovered nodes that an orderly change explains, by what it is: a rollout inside its budget, or an upgrade that takes one cordoned node of a pool after the other. They count against budgets all the same.',
    { labels: ['reason'] },
  ),
  layerGood: gauge('rollcall_layer_good_nodes', 'Expected nodes of which this health layer is good.', {
    labels: ['layer'],
  }),
  uncoveredInfo: gauge('rollcall_uncovered_node_info', 'Uncovered nodes by name, the longest-uncovered first.', {
    labels: ['node', 'reason'],
  }),
  notListed: gauge(
    'rollcall_uncovered_nodes_not_listed',
    'Uncovered nodes beyond those in rollcall_uncovered_node_info.',
    { pool: false },
  ),
  longestUncovered: gauge(
    'rollcall_longest_uncovered_seconds',
    'For how long the longest-uncovered node has been so, of those that rollcall_orderly_nodes does not count.',
  ),
  versionNodes: gauge(
    'rollcall_version_nodes',
    'Nodes in scope by the version that their Daemon reports: the commonest ones of a policy, the rest as other.',
    { labels: ['component', 'version'] },
  ),
  probeAgeMax: gauge('rollcall_probe_age_max_seconds', 'Age of the oldest last probe among the nodes in scope.'),
  ingestionLagMax: gauge(
    'rollcall_ingestion_lag_max_seconds',
    'Age of the oldest of the newest acknowledged records among the nodes in scope.',
  ),
  clockSkewMax: gauge(
    'rollcall_clock_skew_max_seconds',
    "By how much the clock of a node in scope differs from the collector's at most, either way.",
  ),
  bufferFill: gauge(
    'rollcall_telemetry_buffer_fill_ratio',
    'The fullest buffer of an agent on a node in scope, 0 to 1.',
  ),
  attainment: gauge(
    'rollcall_attainment_ratio',
    'Good of valid time in the window by the journal, of join in-time of all joins; time excluded by maintenance or the ledger left out.',
    { labels: ['sli', 'window'], pool: false },
  ),
  budgetRemaining: gauge(
    'rollcall_budget_remaining_ratio',
    'What is left of the error budget in the window by the journal, 1 to all; negative when it is overspent.',
    { labels: ['sli', 'window'], pool: false },
  ),
  budgetRemainingRaw: gauge(
    'rollcall_budget_remaining_raw_ratio',
    'What would be left of the error budget if neither maintenance nor the ledger had excluded anything.',
    { labels: ['sli', 'window'], pool: false },
  ),
  ...USAGE_METRICS,
  objective: gauge('rollcall_objective_ratio', 'The objective of the policy.', { labels: ['sli'], pool: false }),
  validSeconds: counter('rollcall_valid_node_seconds_total', 'Node-seconds expected and observed.', ['sli']),
  goodSeconds: counter('rollcall_good_node_seconds_total', 'Valid node-seconds that were good.', ['sli']),
  unobservedSeconds: counter('rollcall_unobserved_node_seconds_total', 'Expected node-seconds not observed.', ['sli']),
  uncoveredSeconds: counter('rollcall_uncovered_node_seconds_total', 'Uncovered node-seconds, by primary reason.', [
    'reason',
    'owner',
  ]),
  excusedSeconds: counter(
    'rollcall_excused_node_seconds_total',
    'Excused node-seconds, by excuse and what the node would have been.',
    ['reason', 'verdict'],
  ),
  restarts: counter(
    'rollcall_daemon_restarts_total',
    'Restarts of containers of the daemon, and pods of it that were made anew outside of a rollout, by why the one before ended.',
    ['reason'],
  ),
  failedScheduling: counter(
    'rollcall_failed_scheduling_total',
    'Daemon pods that turned out not to be placeable, each time that their condition says so anew; FailedCreate, without node_pool: pods that were refused when they were to be made, by Events.',
    ['reason'],
  ),
  joins: counter('rollcall_joins_total', 'Nodes that became Ready for the first time, by how their join ended.', [
    'outcome',
  ]),
  joinDuration: {
    name: 'rollcall_join_duration_seconds',
    type: 'histogram',
    help: 'How long nodes took to be covered for the first time, by stage; node_pool on the stage total only.',
    labels: ['stage'],
    pool: true,
    stability: 'alpha',
  },
  heartbeats: counter('rollcall_heartbeats_total', 'Heartbeats of agents, by outcome.', ['outcome']),
  agentErrors: counter(
    'rollcall_agent_errors_total',
    'Errors that agents report, or that are asked of a backend, by component.',
    ['component'],
  ),
  telemetrySent: counter(
    'rollcall_telemetry_sent_total',
    'Records that agents sent, by component; canaries that arrived.',
    ['component'],
  ),
  telemetryDropped: counter(
    'rollcall_telemetry_dropped_total',
    'Records that agents dropped, or a backend tells of, by component; canaries that were lost.',
    ['component'],
  ),
  customGood: counter('rollcall_custom_good_total', "What went well, by the policy's own query.", []),
  customValid: counter('rollcall_custom_valid_total', "What was tried, by the policy's own query.", []),
  ingestionLag: {
    name: 'rollcall_ingestion_lag_seconds',
    type: 'histogram',
    help: 'Age of the newest record that the backend had acknowledged, at each heartbeat, or at each look into the backend.',
    labels: [],
    pool: false,
    stability: 'alpha',
  },
} as const satisfies Record<string, Metric>;

function own(metric: Pick<Metric, 'name' | 'type' | 'help'>, labels: readonly string[] = []): Metric {
  return { ...metric, labels, pool: false, stability: 'alpha' };
}

/** A family of the collector itself is a gauge or counter by its name, `_total` being a counter's. */
function ownFamily(name: string, help: string, labels: readonly string[] = []): Metric {
  return own({ name, type: name.endsWith('_total') ? 'counter' : 'gauge', help }, labels);
}

/** The collector's own health. */
export const COLLECTOR_METRICS = {
  watchState: ownFamily('rollcall_watch_state', 'State of a watch: 1 for the one it is in.', ['watch', 'state']),
  watchAge: ownFamily('rollcall_watch_age_seconds', 'Seconds since a watch last heard from the API server.', ['watch']),
  watchEvents: ownFamily('rollcall_watch_events_total', 'Objects that a watch delivered.', ['watch']),
  watchRelists: ownFamily('rollcall_watch_relists_total', 'Full lists that a watch had to make.', ['watch']),
  watchErrors: ownFamily('rollcall_watch_errors_total', 'Errors of a watch, by code.', ['watch', 'code']),
  observationDelay: own({
    name: 'rollcall_observation_delay_seconds',
    type: 'histogram',
    help: 'From the arrival of an event to the moment at which every answer reflects it.',
  }),
  rejectedPolicies: ownFamily(
    'rollcall_rejected_policies',
    'Policies that are not evaluated because they are invalid or in conflict.',
  ),
  rejectedWindows: ownFamily(
    'rollcall_rejected_windows',
    'Maintenance windows of the API that are not in force as they stand because they are invalid.',
  ),
  statusWrites: ownFamily('rollcall_status_writes_total', "Writes of policies' statuses, by outcome.", ['outcome']),
  nodeConditionWrites: ownFamily('rollcall_node_condition_writes_total', 'Writes of Node conditions, by outcome.', [
    'outcome',
  ]),
  silenceWrites: ownFamily(
    'rollcall_silence_writes_total',
    'Writes of silences into the Alertmanager, by outcome; a look that failed counts once.',
    ['outcome'],
  ),
  heartbeatsRefused: ownFamily(
    'rollcall_heartbeats_refused_total',
    'Heartbeats that this replica refused, by why; a request that is refused as a whole counts as one.',
    ['reason'],
  ),
  eventsDropped: ownFamily(
    'rollcall_kube_events_dropped_total',
    'Kubernetes Events that went unused, by where: evidence (objects whose events found no room), or otlp (records that were not sent).',
    ['where'],
  ),
  journalState: ownFamily('rollcall_journal_state', 'How the journal is doing: 1 for the state it is in.', ['state']),
  journalQueued: ownFamily('rollcall_journal_queued_rows', 'Rows of the journal that wait to be written.'),
  journalDropped: ownFamily(
    'rollcall_journal_dropped_rows_total',
    'Rows of the journal that found no room in its queue, or could not be written.',
  ),
  journalWritten: ownFamily('rollcall_journal_written_rows_total', 'Rows that were written into the journal.'),
  journalAge: ownFamily(
    'rollcall_journal_last_write_age_seconds',
    'Seconds since the journal was last written; absent without one, and before that.',
  ),
  leader: ownFamily('rollcall_leader', '1 on the replica whose counters move.'),
  memoryLimit: ownFamily(
    'rollcall_memory_limit_bytes',
    'Resident memory that the collector may have, by its flag or its control group; absent without a limit.',
  ),
  buildInfo: ownFamily('rollcall_build_info', 'Always 1; the version is a label.', ['version']),
} as const satisfies Record<string, Metric>;

/** The process that the collector is, by the names that Prometheus' client libraries use. */
export const PROCESS_METRICS = {
  cpuUser: ownFamily('process_cpu_user_seconds_total', 'User CPU time spent.'),
  cpuSystem: ownFamily('process_cpu_system_seconds_total', 'System CPU time spent.'),
  cpu: ownFamily('process_cpu_seconds_total', 'User and system CPU time spent.'),
  startTime: ownFamily('process_start_time_seconds', 'When the process began, Unix time.'),
  resident: ownFamily('process_resident_memory_bytes', 'Resident memory.'),
  virtual: ownFamily('process_virtual_memory_bytes', 'Virtual memory.'),
  heap: ownFamily('process_heap_bytes', 'Data segment.'),
  openFds: ownFamily('process_open_fds', 'Open file descriptors.'),
  maxFds: ownFamily('process_max_fds', 'File descriptors that may be open.'),
  lagMin: ownFamily('nodejs_eventloop_lag_min_seconds', 'Least delay of the event loop since the last scrape.'),
  lagMax: ownFamily('nodejs_eventloop_lag_max_seconds', 'Longest delay of the event loop since the last scrape.'),
  lagMean: ownFamily('nodejs_eventloop_lag_mean_seconds', 'Mean delay of the event loop since the last scrape.'),
  lagStddev: ownFamily('nodejs_eventloop_lag_stddev_seconds', 'Standard deviation of these delays.'),
  lagP50: ownFamily('nodejs_eventloop_lag_p50_seconds', 'Median of these delays.'),
  lagP90: ownFamily('nodejs_eventloop_lag_p90_seconds', '90th percentile of these delays.'),
  lagP99: ownFamily('nodejs_eventloop_lag_p99_seconds', '99th percentile of these delays.'),
  heapTotal: ownFamily('nodejs_heap_size_total_bytes', 'Heap that V8 has reserved.'),
  heapUsed: ownFamily('nodejs_heap_size_used_bytes', 'Heap that is in use.'),
  external: ownFamily('nodejs_external_memory_bytes', 'Memory of objects outside the heap.'),
  versionInfo: ownFamily('nodejs_version_info', 'Always 1; the version of Node.js is a label.', ['version']),
  gcDuration: own(
    { name: 'nodejs_gc_duration_seconds', type: 'histogram', help: 'Pauses of garbage collections, by kind.' },
    ['kind'],
  ),
} as const satisfies Record<string, Metric>;

/** How many policies a collector evaluates at most. */
export const POLICY_LIMIT = 200;

/** How many pools of a policy have series of their own at most; the nodes of further ones are counted as the pool `other`. */
export const POOL_LIMIT = 100;

/** The pool that nodes of pools beyond the limit are counted in. */
export const OTHER_POOL = 'other';

/** How many versions rollcall_version_nodes names for each policy and component at most. */
export const VERSION_LIMIT = 10;

/** The values of the `component` label of rollcall_version_nodes. */
export const COMPONENTS = ['daemon', 'driver'] as const;

/** A component whose version a Daemon reports. */
export type ComponentName = (typeof COMPONENTS)[number];

/** How many nodes rollcall_uncovered_node_info names for each policy at most. */
export const INFO_LIMIT = 50;
