/** What is judged: one node under one policy at one instant, with all that layers, excuses and diagnosis may look at. */
import type {
  Check,
  ExcuseCode,
  FindingCode,
  LayerName,
  MaintenanceObject,
  Policy,
  ReasonCode,
} from '@rollcall/contract';
import type { Creation, DaemonSetEntry, EventEntry, GonePod } from '../inventory/index.ts';
import type { LeaseEntry, NodeEntry, PodEntry } from '../inventory/index.ts';
import type { DaemonSight } from './daemon-sight.ts';
import type { EgressSight, EgressUnseen } from './egress/egress-sight.ts';
import type { Placement } from './expectation.ts';
import type { SinkState } from './sink-state.ts';
import type { HeartbeatSight } from './heartbeat-sight.ts';
import type { TelemetryWord } from './telemetry-sight.ts';
import type { UsageSight } from './usage-sight.ts';

/** One instant on both clocks, integer milliseconds. Only exemptions look at the wall clock. */
export interface Instant {
  readonly monoMs: number;
  readonly wallMs: number;
}

/** What the node's past says under this policy; owned and changed by the roll. */
export interface Past {
  /** Since when the node has been eligible without a break; undefined while it is not. */
  readonly eligibleSinceMono: number | undefined;
  /** When it was last seen eligible under the present template; undefined if never. */
  readonly lastEligibleMono: number | undefined;
  /** What changed when it stopped being eligible, in words; '' if it never did. */
  readonly drift: string;
  readonly coveredOnce: boolean;
  /** When the daemon restarted there in the last hour, in order; those of one moment are one. Older ones may be among them. */
  readonly restarts: readonly number[];
}

/** One node under one policy at one instant. */
export interface Subject {
  readonly policy: Policy;
  readonly node: NodeEntry;
  readonly pool: string;
  /** Undefined when the policy's DaemonSet is absent. */
  readonly daemonSet: DaemonSetEntry | undefined;
  readonly placement: Placement;
  /** Every pod of the DaemonSet on this node. */
  readonly pods: readonly PodEntry[];
  /** The pod to judge: the newest that is not terminating, else the newest; undefined without any. */
  readonly pod: PodEntry | undefined;
  readonly gone: GonePod | undefined;
  /** The controller-revision-hash of the newest revision, '' while unknown. */
  readonly newestHash: string;
  /** The images that pods of the judged pod's revision run, by their ids, each with the number of them. */
  readonly imageCounts: ReadonlyMap<string, number>;
  /** What Daemons say of the node; undefined where the policy does not ask, or a watch that it needs is not live. */
  readonly daemon: DaemonSight | undefined;
  /** What its daemon's heartbeats and PlexdNodeStates say of it; undefined likewise. */
  readonly heartbeat: HeartbeatSight | undefined;
  /** What backends say of its telemetry; empty where the policy asks none, or none that is live knows it. */
  readonly telemetry: readonly TelemetryWord[];
  /** What its daemon is measured to use; undefined where nobody measured it lately. */
  readonly usage: UsageSight | undefined;
  /** What all nodes of the policy together say of its sink. */
  readonly sink: Readonly<SinkState>;
  /** Its own Lease, as evidence only; undefined where it is not known. */
  readonly lease: LeaseEntry | undefined;
  /** Events about the judged pod that still are evidence; none without a pod. */
  readonly podEvents: readonly EventEntry[];
  /** The same about the DaemonSet. */
  readonly daemonSetEvents: readonly EventEntry[];
  readonly making: Making;
  /** What a rollout may spend, and what dead nodes spend of it. */
  readonly rollout: Rollout;
  /** What NetworkPolicies do to the way to its sink; undefined where the policy names none, or there is no DaemonSet. */
  readonly egress: EgressSight | EgressUnseen | undefined;
  /** What planned work means to it. */
  readonly planned: Planned;
  readonly past: Past;
  readonly now: Instant;
}

/** What planned work means to a node now. */
export interface Planned {
  /** The window that excuses it; undefined without one, or when no more may be excused. */
  readonly window: MaintenanceObject | undefined;
  /** When that may change by itself; Infinity for never. */
  readonly changesMono: number;
}

/** What is known of whoever makes the pods of the DaemonSet. */
export interface Making {
  /** The refusals of its pods, standing or not; undefined where none was heard of. */
  readonly refusals: Creation | undefined;
  /** When its newest pod was made, on any node. */
  readonly newestPodMono: number | undefined;
  /** Since when its namespace is being deleted. */
  readonly namespaceEndsSinceMono: number | undefined;
  /** The Lease of kube-controller-manager; undefined where it is not known. */
  readonly controllerLease: LeaseEntry | undefined;
  /** The Lease of kube-scheduler; undefined where it is not known. */
  readonly schedulerLease: LeaseEntry | undefined;
}

/** The budget of a rollout in nodes, and the names of nodes that are not Ready and run the DaemonSet, no more of them than the budget is. */
export interface Rollout {
  readonly budget: number;
  readonly downNodes: readonly string[];
}

/** A reason or finding that holds, with what was seen in the object's own words. */
export interface Hit {
  readonly code: ReasonCode | FindingCode;
  readonly message: string;
  /** When the next automatic retry is due, on the monotonic clock; absent where nothing retries by itself, or nobody knows when. */
  readonly retryDueMono?: number | undefined;
}

/** Says whether one reason holds; pure, must not throw, is called again at any later instant. */
export type Predicate = (subject: Subject) => Hit | undefined;

/** What a layer says of a node: `lookAgainMono` is when the answer may change by itself. */
export interface LayerAnswer {
  readonly answer: 'good' | 'bad' | 'unknown' | 'notAsked';
  readonly lookAgainMono?: number;
}

/** A health layer. Pure; asked at every change of the node and when it asked to be. `sources` are the watches that it needs to be live. */
export interface Layer {
  readonly name: LayerName;
  /** False for a policy that does not ask: then nothing else here is called. */
  isAsked(policy: Policy): boolean;
  sources(subject: Pick<Subject, 'policy' | 'daemonSet'>): readonly string[];
  /** Watches that it can do without, but whose state changes what it says. */
  aids?(policy: Policy): readonly string[];
  judge(subject: Subject): LayerAnswer;
  /** What can be said while some of its watches are not live: bad where the live ones prove it, else unknown. */
  judgeBlind(subject: Subject, isLive: (source: string) => boolean): LayerAnswer;
  /** Its chain of checks, cause before symptom, each with what was seen: for a node that it was asked of. One fails unless the layer is good. */
  check(subject: Subject): readonly Check[];
}

/** An excuse that holds now. With `capMs` it is metered over 24 h; `untilMono` is when it may end by itself. */
export interface Excuse {
  readonly code: ExcuseCode;
  readonly message: string;
  readonly capMs?: number;
  readonly untilMono?: number;
  /** Since when it holds by the object's own word, for the node's first review; later on, since it was seen. */
  readonly sinceMono?: number;
}

/** Where excuses come from. Pure; asked in the order of the contract's EXCUSES. */
export type ExcuseSource = (subject: Subject) => Excuse | undefined;
