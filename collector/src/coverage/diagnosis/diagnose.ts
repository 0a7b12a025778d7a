/** The door of the diagnosis: why a node is not covered, by the first hit of the contract's ordered list of small predicates. */
import { REASONS, type FindingCode, type Reason, type ReasonCode } from '@rollcall/contract';
import type { Hit, Predicate, Subject } from '../subject.ts';
import { podLayer } from '../pod-layer.ts';
import { agentForbidden } from './agent-forbidden.ts';
import { quotaExceeded } from './quota-exceeded.ts';
import { podSecurityDenied } from './pod-security-denied.ts';
import { admissionDenied } from './admission-denied.ts';
import { webhookUnavailable } from './webhook-unavailable.ts';
import { namespaceTerminating } from './namespace-terminating.ts';
import { createDenied } from './create-denied.ts';
import { createStalled } from './create-stalled.ts';
import { rolloutBlocked } from './rollout-blocked.ts';
import { clockSkewed } from './clock-skewed.ts';
import { containerConfigError } from './container-config-error.ts';
import { crashLoop } from './crash-loop.ts';
import { daemonAmbiguous } from './daemon-ambiguous.ts';
import { daemonMissing } from './daemon-missing.ts';
import { daemonSetMissing } from './daemon-set-missing.ts';
import { daemonUnhealthy } from './daemon-unhealthy.ts';
import { driverUnhealthy } from './driver-unhealthy.ts';
import { egressBlocked, egressCut } from './egress-blocked.ts';
import { duplicatePod } from './duplicate-pod.ts';
import { evicted } from './evicted.ts';
import { heartbeatStale } from './heartbeat-stale.ts';
import { imagePullFailed } from './image-pull-failed.ts';
import { ingestionLagging } from './ingestion-lagging.ts';
import { imageSkew } from './image-skew.ts';
import { initBlocked } from './init-blocked.ts';
import { insufficientResources } from './insufficient-resources.ts';
import { kubeletRejected } from './kubelet-rejected.ts';
import { labelDrift } from './label-drift.ts';
import { meshDegraded } from './mesh-degraded.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { nodeProblem } from './node-problem.ts';
import { nodeSelectorMismatch } from './node-selector-mismatch.ts';
import { nodeUnreachable } from './node-unreachable.ts';
import { notYetAvailable } from './not-yet-available.ts';
import { oomKilled } from './oom-killed.ts';
import { podAntiAffinity } from './pod-anti-affinity.ts';
import { portConflict } from './port-conflict.ts';
import { preempted } from './preempted.ts';
import { probeFailing } from './probe-failing.ts';
import { probeStale } from './probe-stale.ts';
import { registering } from './registering.ts';
import { rolloutReplacing } from './rollout-replacing.ts';
import { sandboxFailed } from './sandbox-failed.ts';
import { schedulerDown } from './scheduler-down.ts';
import { schedulingGated } from './scheduling-gated.ts';
import { sinkUnavailable } from './sink-unavailable.ts';
import { staleRevision } from './stale-revision.ts';
import { starting } from './starting.ts';
import { isSymptom } from './symptom.ts';
import { terminatingStuck } from './terminating-stuck.ts';
import { unexplained } from './unexplained.ts';
import { untoleratedTaint } from './untolerated-taint.ts';
import { versionSkew } from './version-skew.ts';
import { volumeMountFailed } from './volume-mount-failed.ts';
import { volumeUnbound } from './volume-unbound.ts';

export { nextDeadline } from './deadlines.ts';

/** Found where one node's detail is asked for (cli/find-stale-config.ts): ConfigMaps are not watched. */
const lookedUp: Predicate = () => undefined;

/** The predicates of the reasons, in the contract's order. NodeMissing is of phantoms, which are not judged; Unexplained is what is left. */
export const REASON_PREDICATES: Readonly<Record<Exclude<ReasonCode, 'NodeMissing' | 'Unexplained'>, Predicate>> = {
  DaemonSetMissing: daemonSetMissing,
  NodeUnreachable: nodeUnreachable,
  NodeNotReady: nodeNotReady,
  LabelDrift: labelDrift,
  NodeSelectorMismatch: nodeSelectorMismatch,
  UntoleratedTaint: untoleratedTaint,
  QuotaExceeded: quotaExceeded,
  PodSecurityDenied: podSecurityDenied,
  AdmissionDenied: admissionDenied,
  WebhookUnavailable: webhookUnavailable,
  NamespaceTerminating: namespaceTerminating,
  CreateDenied: createDenied,
  CreateStalled: createStalled,
  SchedulingGated: schedulingGated,
  InsufficientResources: insufficientResources,
  PortConflict: portConflict,
  PodAntiAffinity: podAntiAffinity,
  VolumeUnbound: volumeUnbound,
  SchedulerDown: schedulerDown,
  KubeletRejected: kubeletRejected,
  Evicted: evicted,
  Preempted: preempted,
  SandboxFailed: sandboxFailed,
  VolumeMountFailed: volumeMountFailed,
  ImagePullFailed: imagePullFailed,
  ContainerConfigError: containerConfigError,
  InitBlocked: initBlocked,
  OOMKilled: oomKilled,
  CrashLoop: crashLoop,
  ProbeFailing: probeFailing,
  TerminatingStuck: terminatingStuck,
  RolloutBlocked: rolloutBlocked,
  RolloutReplacing: rolloutReplacing,
  Starting: starting,
  NotYetAvailable: notYetAvailable,
  DuplicatePod: duplicatePod,
  DaemonMissing: daemonMissing,
  DaemonAmbiguous: daemonAmbiguous,
  DaemonUnhealthy: daemonUnhealthy,
  DriverUnhealthy: driverUnhealthy,
  ProbeStale: probeStale,
  EgressBlocked: egressBlocked,
  SinkUnavailable: sinkUnavailable,
  AgentForbidden: agentForbidden,
  HeartbeatStale: heartbeatStale,
  MeshDegraded: meshDegraded,
  IngestionLagging: ingestionLagging,
};

/** The predicates of the findings that never are a primary reason. */
export const FINDING_PREDICATES: Readonly<Record<FindingCode, Predicate>> = {
  NodeProblem: nodeProblem,
  StaleRevision: staleRevision,
  VersionSkew: versionSkew,
  ClockSkewed: clockSkewed,
  ImageSkew: imageSkew,
  ConfigStale: lookedUp,
};

const REASONS_IN_ORDER = Object.entries(REASON_PREDICATES)
  .filter(([code]) => !isNeverPrimary(REASONS[code as ReasonCode]))
  .map(([, predicate]) => predicate);
/** Where the pod layer is not bad, what is odd about pods is not why the node is uncovered. */
const BEYOND_PODS = [
  nodeUnreachable,
  nodeNotReady,
  registering,
  daemonMissing,
  daemonAmbiguous,
  daemonUnhealthy,
  driverUnhealthy,
  probeStale,
  egressBlocked,
  sinkUnavailable,
  agentForbidden,
  heartbeatStale,
  meshDegraded,
  ingestionLagging,
];
const FINDINGS_IN_ORDER = Object.values(FINDING_PREDICATES);
const ON_COVERED = [
  labelDrift,
  nodeSelectorMismatch,
  untoleratedTaint,
  rolloutBlocked,
  duplicatePod,
  egressCut,
  agentForbidden,
  ...FINDINGS_IN_ORDER,
];

function isNeverPrimary({ neverPrimary }: Reason): boolean {
  return neverPrimary === true;
}

/** The primary reason of an uncovered node: its first cause, else its first symptom, else Unexplained with the raw facts. */
export function diagnose(subject: Subject): Hit {
  let symptom: Hit | undefined;
  for (const predicate of reasonsOf(subject)) {
    const hit = predicate(subject);
    if (hit === undefined) continue;
    if (!isSymptom(hit, subject)) return hit;
    symptom ??= hit;
  }
  return symptom ?? unexplained(subject);
}

function reasonsOf(subject: Subject): readonly Predicate[] {
  const asked = podLayer.isAsked(subject.policy);
  return asked && podLayer.judge(subject).answer === 'bad' ? REASONS_IN_ORDER : BEYOND_PODS;
}

/** Everything that holds on an uncovered node: the primary reason first, the findings that never are primary last. */
export function findAll(subject: Subject): readonly Hit[] {
  const hits = collect(reasonsOf(subject), subject);
  const causes = hits.filter((hit) => !isSymptom(hit, subject));
  const symptoms = hits.filter((hit) => isSymptom(hit, subject));
  const reasons = hits.length === 0 ? [unexplained(subject)] : [...causes, ...symptoms];
  const known = new Set(reasons.map(({ code }) => code));
  return [...reasons, ...collect(ON_COVERED, subject).filter(({ code }) => !known.has(code))];
}

/** What is worth knowing of a covered node: what will take the daemon away, and what is odd about it. */
export function findOnCovered(subject: Subject): readonly Hit[] {
  return collect(ON_COVERED, subject);
}

function collect(predicates: readonly Predicate[], subject: Subject): readonly Hit[] {
  return predicates.map((predicate) => predicate(subject)).filter((hit) => hit !== undefined);
}
