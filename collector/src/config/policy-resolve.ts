/** From a checked spec to a Policy: built-in rules added, durations in milliseconds, percent as ratio. */
import {
  CALENDAR_UNITS,
  JOINING_TAINTS,
  LEAVING_TAINTS,
  parseDuration,
  POOL_LABELS,
  VIRTUAL_NODES,
  type CalendarUnit,
  type DaemonCoverage,
  type Exemption,
  type Objective,
  type Policy,
  type PolicyOrigin,
} from '@rollcall/contract';

type Spec = DaemonCoverage['spec'];

/** Who a policy is: what its document says beside the spec. */
export interface PolicyHead {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly origin: PolicyOrigin;
  /** Wall ms. */
  readonly createdAt: number;
  readonly generation: number;
}

/** The policy that a spec asks for. The policy's own pool labels replace the built-in ones; its taints and exclusions join them. */
export function toPolicy(head: PolicyHead, spec: Spec): Policy {
  const { nodes, health, daemonSet } = spec;
  return {
    ...head,
    policyNamespace: head.namespace,
    namespace: daemonSet?.namespace ?? head.namespace,
    daemonset: daemonSet?.name ?? head.name,
    hasDaemonSet: daemonSet !== undefined,
    ...(nodes.selector === undefined ? {} : { selector: nodes.selector }),
    exclusions: [...VIRTUAL_NODES, ...nodes.exclude],
    poolLabels: nodes.poolLabels.length > 0 ? nodes.poolLabels : POOL_LABELS,
    minimum: new Map(Object.entries(nodes.minimum)),
    podLayer: {
      asked: health.pod.enabled,
      offPools: health.pod.offPools,
      startDeadlineMs: milliseconds(health.pod.startDeadline),
    },
    ...toLayers(health),
    ...toTelemetry(spec),
    join: { from: spec.join.from, withinMs: milliseconds(spec.join.within) },
    resources: { cpuRatio: spec.resources.cpuPercent / 100, memoryBytes: bytes(spec.resources.memory) },
    joiningTaints: [...JOINING_TAINTS, ...nodes.joiningTaints],
    leavingTaints: [...LEAVING_TAINTS, ...nodes.leavingTaints],
    leavingAnnotations: nodes.leavingAnnotations,
    grace: {
      joiningMs: milliseconds(spec.grace.joining),
      leavingMs: milliseconds(spec.grace.leaving),
      nodeNotReadyMs: milliseconds(spec.grace.nodeNotReady),
    },
    nodeNotReadyExcused: spec.nodeNotReady === 'Excused',
    exemptions: spec.exemptions.map(toExemption),
    providesNetwork: spec.providesNetwork,
    objectives: spec.objectives.map(toObjective),
    purpose: spec.purpose ?? '',
    team: spec.team ?? '',
    contact: spec.contact ?? '',
  };
}

/** The layers that are asked where they are given. */
function toLayers({
  daemon,
  heartbeat,
  mesh,
  ingestion,
}: Spec['health']): Pick<Policy, 'daemonLayer' | 'heartbeatLayer' | 'meshLayer' | 'ingestionLayer'> {
  return {
    ...(mesh && { meshLayer: mesh }),
    ...(ingestion && { ingestionLayer: { maxLagMs: milliseconds(ingestion.maxLag) } }),
    ...(daemon && { daemonLayer: { source: daemon.source, maxProbeAgeMs: milliseconds(daemon.maxProbeAge) } }),
    ...(heartbeat && { heartbeatLayer: toHeartbeat(heartbeat) }),
  };
}

function toHeartbeat({
  period,
  ...counts
}: NonNullable<Spec['health']['heartbeat']>): NonNullable<Policy['heartbeatLayer']> {
  return { ...counts, periodMs: milliseconds(period) };
}

function toTelemetry({ telemetry }: Spec): Pick<Policy, 'telemetry'> {
  if (telemetry === undefined) return {};
  const { canary, ...rest } = telemetry;
  const { period, ...where } = canary ?? { period: '' };
  return {
    telemetry: {
      ...rest,
      ...(canary && { canary: { connection: canary.connection, ...where, periodMs: milliseconds(period) } }),
    },
  };
}

function toExemption({ nodes = [], expires, ...rest }: Spec['exemptions'][number]): Exemption {
  return { nodes, ...rest, expiresAt: Date.parse(expires) };
}

function toObjective({ target, window, timeZone = 'UTC', ...rest }: Spec['objectives'][number]): Objective {
  const unit = CALENDAR_UNITS.find((name) => name === window);
  // Through the decimal form: 99.9 / 100 alone would be 0.9990000000000001.
  const aimed = { ...rest, target: Number((target / 100).toFixed(12)) };
  return unit === undefined
    ? { ...aimed, windowMs: milliseconds(window) }
    : { ...aimed, windowMs: milliseconds(LONGEST[unit]), calendar: { unit, timeZone } };
}

const LONGEST: Readonly<Record<CalendarUnit, string>> = { Week: '7d', Month: '31d', Quarter: '92d' };

function milliseconds(duration: string): number {
  const ms = parseDuration(duration);
  if (ms === undefined) throw new Error(`the schema let ${duration} through, which is no duration`);
  return ms;
}

const FACTORS: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

function bytes(amount: string): number {
  const [digits = ''] = /^\d+/.exec(amount) ?? [];
  return Number(digits) * (FACTORS[amount.slice(digits.length)] ?? 1);
}
