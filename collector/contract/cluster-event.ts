/** The one union of events that flows from the watches into the core; nothing else changes the core's state. */
import type {
  DaemonSetObject,
  HeartbeatObject,
  MaintenanceObject,
  NodeObject,
  PodObject,
  RevisionObject,
} from './objects.ts';
import type { NamespaceLabelsObject, NetworkPolicyObject } from './network-objects.ts';
import type { KubeEventObject, LeaseObject, NamespaceObject } from './evidence-objects.ts';
import type { DaemonObject, NodeStateObject } from './witness-objects.ts';
import type { Policy } from './policy.ts';

/** What every event carries: the watch it came from, the object's UID, and when it arrived (integer milliseconds on both clocks). */
export interface EventBase {
  readonly source: string;
  readonly uid: string;
  readonly wallMs: number;
  readonly monoMs: number;
}

/** An object as it now is, or `undefined` when it is gone. */
export interface ObjectEvent<Kind extends string, T> extends EventBase {
  readonly kind: Kind;
  readonly object: T | undefined;
}

/** A watch's state: `syncing` until its first full list, `live`, or `stale` (its last known state no longer counts); `gone` when it ended for good. */
export type WatchStateName = 'syncing' | 'live' | 'stale' | 'gone';

/** A change of a watch's state. `source` names the watch. */
export interface WatchStateEvent extends EventBase {
  readonly kind: 'watchState';
  readonly state: WatchStateName;
}

/**
 * This replica's role, told at each change and at each renewal of the Lease that it makes or sees. `untilMonoMs` is when the Lease
 * runs out unless it is renewed (Infinity without leader election): a leader's exported counters move no further than that, and what
 * lies behind it is booked as unobserved by whoever leads next.
 */
export interface RoleEvent extends EventBase {
  readonly kind: 'role';
  readonly leader: boolean;
  readonly untilMonoMs: number;
}

/** Time passed: timers that are due fire, nothing else changes. */
export interface TickEvent extends EventBase {
  readonly kind: 'tick';
}

/**
 * What a backend says of the daemon's telemetry on one node. `lagMs` is the age of its newest record there, as far as that is known: it is
 * at least so old. The others count what was added since the last report: records sent and dropped, errors of the daemon, and the policy's own
 * good ones among the valid.
 */
export interface TelemetryReport {
  readonly node: string;
  readonly lagMs?: number | undefined;
  readonly sent?: number | undefined;
  readonly dropped?: number | undefined;
  readonly errors?: number | undefined;
  readonly good?: number | undefined;
  readonly valid?: number | undefined;
}

/** Reports of some nodes under one policy; `source` is `telemetrySource`'s. */
export interface ReportsEvent extends EventBase {
  readonly kind: 'reports';
  readonly reports: readonly TelemetryReport[];
}

/**
 * What the daemon of one node was last measured to use, by the metrics API: cores, bytes of memory, and when by that API's clock (Unix
 * milliseconds). `podUid` is the pod that it was measured of.
 */
export interface UsageSample {
  readonly node: string;
  readonly podUid: string;
  readonly sampledAt: number | undefined;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** Samples of some nodes under one policy; `source` is `usageSource`'s. */
export interface UsageEvent extends EventBase {
  readonly kind: 'usage';
  readonly samples: readonly UsageSample[];
}

/** Every event of the core, discriminated by `kind`. */
export type ClusterEvent =
  | ObjectEvent<'node', NodeObject>
  | ObjectEvent<'pod', PodObject>
  | ObjectEvent<'daemonset', DaemonSetObject>
  | ObjectEvent<'revision', RevisionObject>
  | ObjectEvent<'policy', Policy>
  | ObjectEvent<'daemon', DaemonObject>
  | ObjectEvent<'nodeState', NodeStateObject>
  | ObjectEvent<'lease', LeaseObject>
  | ObjectEvent<'kubeEvent', KubeEventObject>
  | ObjectEvent<'namespace', NamespaceObject>
  | ObjectEvent<'heartbeat', HeartbeatObject>
  | ObjectEvent<'maintenance', MaintenanceObject>
  | ReportsEvent
  | UsageEvent
  | ObjectEvent<'networkPolicy', NetworkPolicyObject>
  | ObjectEvent<'namespaceLabels', NamespaceLabelsObject>
  | WatchStateEvent
  | RoleEvent
  | TickEvent;

/** The names of the fixed watches; a pod watch is `pods/<namespace>` or `pods/<namespace>/<selector>`. */
export const WATCH = {
  nodes: 'nodes',
  daemonsets: 'daemonsets',
  policies: 'daemoncoverages',
  windows: 'maintenancewindows',
  nodeStates: 'plexdnodestates',
  leases: 'leases',
  controllerLease: 'leases/kube-controller-manager',
  schedulerLease: 'leases/kube-scheduler',
} as const;

/** Where heartbeats come from: no watch, but agents that report by themselves. */
export const HEARTBEATS = 'heartbeats';

/** The watch that shows the Daemons of a source. */
export function daemonSource(source: string): string {
  return `daemons/${source}`;
}

/** From where reports come: the queries that a policy names, or the canaries that are looked for. */
export type TelemetryOrigin = 'queries' | 'canary';

/** The source of the reports under a policy; it is live while its backend answers. */
export function telemetrySource(policyUid: string, origin: TelemetryOrigin): string {
  return `${origin}/${policyUid}`;
}

/** The source of the metrics API's samples under a policy. */
export function usageSource(policyUid: string): string {
  return `podmetrics/${policyUid}`;
}

/** The source of Daemons that needs no flag: the API server that the collector watches anyway. */
export const LOCAL_SOURCE = 'local';

/** The name under which the core hears of the watch that shows a DaemonSet's pods, whichever it is. */
export function podSource(namespace: string, daemonset: string): string {
  return `pods/${namespace}/${daemonset}`;
}

/** The watch that shows the NetworkPolicies of a namespace. */
export function networkPolicySource(namespace: string): string {
  return `networkpolicies/${namespace}`;
}

/** The watch that shows the labels of a namespace that is sent to. */
export function namespaceLabelsSource(namespace: string): string {
  return `namespacelabels/${namespace}`;
}
