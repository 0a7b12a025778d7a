/** What a fault of the matrix is: data, and three acts that bring it about, tell when it shows in the objects, and take it away. */
import type { FindingCode, ReasonCode } from '@rollcall/contract';
import type { Scene, SceneSize } from './scene.ts';

/** The part of a node that a fault chooses; an index where nodes differ. */
export interface NodeShape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
  readonly providerId?: (index: number) => string;
  readonly allocatable?: Readonly<Record<string, string>>;
  /** Nobody is its kubelet. */
  readonly silent?: boolean;
}

/** A component that stands still while the fault lasts, so that nothing else may run beside. */
export type Stopped = 'kube-scheduler' | 'kube-controller-manager';

/** One fault by its real cause. */
export interface Fault {
  /** What has to be said of every node. */
  readonly code: ReasonCode | FindingCode;
  /** The cause in words; unique, and the fault's name. */
  readonly cause: string;
  /** The code is a finding of nodes that may be covered, and not why they are not. */
  readonly asFinding?: boolean;
  readonly node?: NodeShape;
  /** Fields of the pod template's spec. */
  readonly template?: object;
  /** What the template's metadata has beside its labels. */
  readonly templateMetadata?: object;
  /** Fields of the DaemonSet's spec. */
  readonly spec?: object;
  /** Fields of the policy's spec. */
  readonly policy?: object | ((size: SceneSize) => object);
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** The pods' status is written by the test, not by KWOK. */
  readonly byHand?: boolean;
  /** `covered`: the daemon serves everywhere before the cause. `bare` (default): the DaemonSet comes with the cause. */
  readonly begins?: 'covered' | 'bare';
  /** What has to be there before the DaemonSet. */
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  /** What the daemon does beside living in a pod, without which it would not be covered: begun when its pods are Ready. */
  readonly serve?: (scene: Scene) => Promise<unknown>;
  /** Default: makes the DaemonSet. */
  readonly bringAbout?: (scene: Scene) => Promise<unknown>;
  /** Whether the objects show it; default: at once. */
  readonly evidence?: (scene: Scene) => Promise<boolean>;
  /** How long the reason itself waits before it holds: a deadline of the catalogue. */
  readonly waitsMs?: number;
  /** Coverage has to return behind it. Absent where that would be another fault's business. */
  readonly takeAway?: (scene: Scene) => Promise<unknown>;
  /** What the message has to name. */
  readonly message?: RegExp;
  /** Codes that every node has to have as findings beside the primary one. */
  readonly findings?: readonly (ReasonCode | FindingCode)[];
  /** Codes that no node may have beside it. */
  readonly never?: readonly (ReasonCode | FindingCode)[];
  /** The controllers try again by themselves, so that the answer has to say when. */
  readonly retries?: boolean;
  /** For how long no node may change its mind, 5 s if absent: shorter for what ends by itself. */
  readonly holdsMs?: number;
  readonly stops?: Stopped;
  /** The controller replaces pods again and again, at the cost of the others: such faults play one after the other. */
  readonly greedy?: boolean;
  /** The code is looked up for one node's detail only, so that the list of nodes does not have it. */
  readonly inDetail?: boolean;
  /** How many nodes the code is to be said of; default: all. */
  readonly affects?: (nodes: number) => number;
}

/** What of it makes the scene. */
export type SceneShape = Omit<Fault, 'code' | 'cause'>;

/** A group of the table. */
export interface FaultGroup {
  readonly group: string;
  readonly faults: readonly Fault[];
}
