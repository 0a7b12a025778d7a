/** The one union of events that flows from the watches into the core; nothing else changes the core's state. */
import type {
  DaemonObject,
  DaemonSetObject,
  HeartbeatObject,
  KubeEventObject,
  MaintenanceObject,
  NodeObject,
  NodeStateObject,
  PodObject,
  RevisionObject,
} from './objects.ts';
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

/** A change of this replica's role. A leader integrates no further than `untilMonoMs`. */
export interface RoleEvent extends EventBase {
  readonly kind: 'role';
  readonly leader: boolean;
  readonly untilMonoMs: number;
}

/** Time passed: timers that are due fire, nothing else changes. */
export interface TickEvent extends EventBase {
  readonly kind: 'tick';
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
  | ObjectEvent<'kubeEvent', KubeEventObject>
  | ObjectEvent<'heartbeat', HeartbeatObject>
  | ObjectEvent<'maintenance', MaintenanceObject>
  | WatchStateEvent
  | RoleEvent
  | TickEvent;

/** The names of the fixed watches; a pod watch is `pods/<namespace>` or `pods/<namespace>/<selector>`. */
export const WATCH = {
  nodes: 'nodes',
  daemonsets: 'daemonsets',
  policies: 'daemoncoverages',
} as const;

/** The name under which the core hears of the watch that shows a DaemonSet's pods, whichever it is. */
export function podSource(namespace: string, daemonset: string): string {
  return `pods/${namespace}/${daemonset}`;
}
