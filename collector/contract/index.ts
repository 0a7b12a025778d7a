/** The door of the contract: the words of the domain model as data, shared by every part of Rollcall. */
export type {
  ComponentErrors,
  Condition,
  ContainerObject,
  ContainerTemplate,
  DaemonSetObject,
  PodTemplate,
  ProbeKind,
  VolumeTemplate,
  Editor,
  HeartbeatObject,
  LabelSelector,
  MaintenanceObject,
  NodeObject,
  NodeSelectorTerm,
  PodObject,
  RevisionObject,
  SelectorRequirement,
  StringMap,
  Taint,
  TaintEffect,
  TelemetryFigures,
  TemplatePlacement,
  Termination,
  Toleration,
  WallSpell,
} from './objects.ts';
export { MOST_REPORTS, REPORT_AUDIENCE, type ReportReply, type ReportResult } from './report-wire.ts';
export { checkHeartbeat, type HeartbeatReport } from './heartbeat-wire.ts';
export { checkEvidence, type AgentEvidence } from './telemetry-wire.ts';
export type { KubeEventObject, LeaseObject, NamespaceObject } from './evidence-objects.ts';
export type { DaemonObject, NodeStateObject } from './witness-objects.ts';
export type {
  EgressPeer,
  EgressPort,
  EgressRule,
  NamespaceLabelsObject,
  NetworkPolicyObject,
} from './network-objects.ts';
export { annotationOf, labelOf, labelsOf, type Labelled } from './node-labels.ts';
export { CALENDAR_UNITS } from './policy.ts';
export type {
  BudgetFigures,
  BurnRates,
  JoinCount,
  ObjectiveAnswer,
  ObjectivesAnswer,
  TargetSuggestion,
} from './objectives.ts';
export type {
  AnnotationPattern,
  CalendarUnit,
  CalendarWindow,
  Exclusion,
  Exemption,
  Objective,
  Policy,
  PolicyOrigin,
  Sink,
  TaintPattern,
  TelemetrySources,
} from './policy.ts';
export {
  daemonSource,
  HEARTBEATS,
  namespaceLabelsSource,
  networkPolicySource,
  LOCAL_SOURCE,
  podSource,
  telemetrySource,
  usageSource,
  WATCH,
  type ClusterEvent,
  type EventBase,
  type ObjectEvent,
  type ReportsEvent,
  type RoleEvent,
  type TelemetryOrigin,
  type TelemetryReport,
  type UsageEvent,
  type UsageSample,
  type TickEvent,
  type WatchStateEvent,
  type WatchStateName,
} from './cluster-event.ts';
export {
  EXCUSES,
  FINDINGS,
  LAYERS,
  OWNERS,
  type ExcuseCode,
  type FindingCode,
  type LayerName,
  type Owner,
} from './health-words.ts';
export { CANARY_METRIC, formatCanary, formatCanarySample, parseCanary, type CanaryRecord } from './canary.ts';
export { ALERT_LABELS, ALERTS, type Alert, type AlertName, type AlertPriority, type AlertSeverity } from './alerts.ts';
export {
  BURN_TIERS,
  HISTORY_SHARE,
  budgetOf,
  budgetPercent,
  burnFactor,
  burnThreshold,
  canFire,
  type BurnTier,
  type BurnTierName,
  type Budgeted,
} from './burn-windows.ts';
export { REASONS, type Reason, type ReasonCode } from './reasons.ts';
export { runbookOf } from './runbook.ts';
export {
  MARKED_SLIS,
  SLIS,
  VERDICTS,
  type Mark,
  type MarkedSli,
  type Sli,
  type SliName,
  type Verdict,
} from './slis.ts';
export {
  AGENT_COMPONENT_LIMIT,
  CREATE_FAILURE,
  PLACING_FAILURES,
  HEARTBEAT_OUTCOMES,
  isTallied,
  JOIN_OUTCOMES,
  JOIN_STEPS,
  JOIN_TOTAL,
  NODE_TO_POD,
  OTHER_LABEL,
  RESTART_REASONS,
  SCHEDULING_FAILURES,
  TALLIES,
  type JoinOutcome,
  type JoinStep,
  type RestartReason,
  type SchedulingFailure,
  type Tally,
  type TallyName,
} from './tallies.ts';
export { packSteps, scheduledAtOf, startedAtOf } from './pod-steps.ts';
export { NODE_STATES, type NodeMemory, type NodeState, type Transition } from './transition.ts';
export type { ExclusionsAnswer, GoodOfValid, HistoryAnswer, HistoryItem, TopAnswer } from './past.ts';
export {
  JOURNAL_STATES,
  type History,
  type HistoryQuery,
  type HourPage,
  type HourQuery,
  type JournalReader,
  type JournalState,
  type JournalStatus,
  type LostNode,
  type LostTime,
  type PolicyName,
  type TimeSpan,
} from './journal-reader.ts';
export { checkExclusion, type CheckedExclusion, type ExclusionWish, type LedgerEntry } from './exclusion-ledger.ts';
export type {
  EventRow,
  ExclusionRow,
  HourCut,
  HourlyRow,
  HourReason,
  HourRow,
  JoinRow,
  Journal,
  JournalRow,
  LagRow,
  MomentRow,
  RestartRow,
  TransitionRow,
} from './journal.ts';
export {
  COLLECTOR_METRICS,
  COMMON_LABELS,
  COMPONENTS,
  COVERAGE_METRICS,
  INFO_LIMIT,
  OTHER_POOL,
  POLICY_LIMIT,
  PROCESS_METRICS,
  POOL_LIMIT,
  VERSION_LIMIT,
  type ComponentName,
} from './metrics.ts';
export type { Metric } from './metric.ts';
export { formatDuration, increase, POLICY_LABELS, POOL, sumOver, without } from './promql.ts';
export { nameObjectiveSeries, PIECE_MS, RECORDED, type ObjectiveSeries } from './recordings.ts';
export { WORST_LIMIT, type WorstBy } from './usage-metrics.ts';
export {
  CONDITION_TAINTS,
  JOINING_TAINTS,
  LEAVING_TAINTS,
  NO_POOL,
  POOL_LABELS,
  VIRTUAL_NODES,
  VIRTUAL_TAINTS,
} from './defaults.ts';
export { markOf, NODE_CONDITION, NODE_CONDITION_ACCOUNT, type DaemonReady } from './node-condition.ts';
export { GROUP, OWN_KINDS, VERSION, WATCHED_KINDS, type WatchedKind } from './watched-kinds.ts';
export type {
  Check,
  Counts,
  Finding,
  JoinCounts,
  NodeAnswer,
  NodeDetail,
  Page,
  PolicyAnswer,
  PolicyCondition,
  PolicySummary,
  Problem,
  SliAnswer,
  StreamMessage,
} from './api.ts';
export {
  SPANS,
  TRACED_SERVICE,
  type OpenSpan,
  type SpanAttributes,
  type SpanDefinition,
  type SpanName,
  type Spans,
} from './spans.ts';
export {
  COLLECTOR_NAMESPACE,
  defaultSpec,
  POLICY_API_VERSION,
  POLICY_KIND,
  type DaemonCoverage,
  type DaemonCoverageManifest,
  type DaemonCoverageStatus,
} from './daemon-coverage.ts';
export { checkDaemonCoverage, type CheckedPolicy } from './daemon-coverage-check.ts';
export { WINDOW_KIND, type MaintenanceWindow } from './maintenance-window.ts';
export { checkMaintenanceWindow } from './maintenance-window-check.ts';
export { maintenanceWindowCrd } from './maintenance-window-crd.ts';
export { daemonCoverageCrd, type StructuralSchema, type ValidationRule } from './daemon-coverage-crd.ts';
export { parseRfc3339 } from './rfc3339.ts';
export { findNearest } from './daemon-coverage-nearest.ts';
export { parseDuration } from './daemon-coverage-duration.ts';
export { faultAt, formatFault, valueAt, type PolicyFault } from './daemon-coverage-faults.ts';
