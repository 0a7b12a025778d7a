/** What the world knows of its machines and of the daemons on them, beside what it tells the API. */
import type { Store } from '../store.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A group of like machines. */
export type Pool = {
  readonly name: string;
  /** The label by which the pool's cloud names it. */
  readonly label: string;
  readonly role: 'worker' | 'system';
  /** Its part of all nodes. */
  readonly share: number;
};

/** A DaemonSet of the world. */
export type DaemonSpec = {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly hostNetwork: boolean;
  readonly tolerateAll: boolean;
  /** Only nodes of this role, by nodeSelector; undefined: all. */
  readonly role: Pool['role'] | undefined;
  readonly maxUnavailable: number;
};

/** What is wrong with a daemon on one machine. */
export type DaemonFault = 'crashLoop' | 'oomKilled' | 'imagePull' | 'noRoom';

/** One machine. `reported` is the node's Ready condition as the API has it; the rest is the machine's own state. */
export type Machine = {
  readonly name: string;
  readonly serial: number;
  readonly pool: Pool;
  readonly zone: string;
  readonly bornAt: number;
  kubelet: 'running' | 'failing' | 'silent';
  reported: 'True' | 'False' | 'Unknown';
  readySince: number;
  silentSince: number;
  nextHeartbeatAt: number;
  /** For which reported state the node-lifecycle taints were set. */
  taintedFor: Machine['reported'];
  leaving: boolean;
  /** Faults of daemons, by daemon key. */
  readonly faults: Map<string, DaemonFault>;
  /** The daemons that were covered here at least once, by daemon key. */
  readonly coveredOnce: Set<string>;
};

/** How far a pod has come: what its kubelet last told the API. */
export type RunStage = 'new' | 'creating' | 'running' | 'ready' | 'waiting';

/** One pod as its kubelet knows it. */
export type PodRun = {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly daemon: string;
  readonly machine: string;
  stage: RunStage;
  /** When the kubelet acts next. */
  dueAt: number;
  startedAt: number;
  restarts: number;
  lastFault: DaemonFault | undefined;
  /** True once the pod's deletion was asked for, and when its containers will have ended. */
  terminating: boolean;
  endsAt: number;
  /** False while the node lifecycle has marked the pod not ready. */
  readyTold: boolean;
};

/** Everything that the parts of the world share; owned by the world, changed in place during a step. */
export type WorldState = {
  readonly store: Store;
  readonly random: SeededRandom;
  readonly machines: Map<string, Machine>;
  readonly runs: Map<string, PodRun>;
  readonly daemons: readonly DaemonSpec[];
  /** Milliseconds of the world for one millisecond of delay: 1, or less to live faster. */
  readonly timeScale: number;
  /** How many nodes each pool is to have. */
  readonly sizes: ReadonlyMap<Pool, number>;
  /** The serial number of the next machine. */
  nextSerial: number;
  now: number;
};

/** The components that write, as managedFields name them. */
export const KUBELET = { manager: 'kubelet' };
/** Node lifecycle, DaemonSet controller and pod garbage collector. */
export const CONTROLLER_MANAGER = { manager: 'kube-controller-manager' };
/** The scheduler. */
export const SCHEDULER = { manager: 'kube-scheduler' };

/** `namespace/name` of a DaemonSet. */
export function daemonKey({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** A moment between `min` and `max` milliseconds of the world's time from now. */
export function after({ now, random, timeScale }: WorldState, min: number, max: number): number {
  return now + random.between(min, max) * timeScale;
}
