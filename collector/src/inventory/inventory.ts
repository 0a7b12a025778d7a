/** What the cluster is known to hold: nodes, daemon pods by owner and node, DaemonSets, revisions, and the state of each watch. */
import type {
  DaemonObject,
  DaemonSetObject,
  NodeObject,
  NodeStateObject,
  PodObject,
  RestartReason,
  RevisionObject,
  WatchStateName,
} from '@rollcall/contract';
import type { UsageEntry } from './usage-entry.ts';
import type { TelemetryEntry } from './telemetry-entry.ts';
import type { HeartbeatEntry } from './heartbeat-entry.ts';
import type { Creation } from './creation.ts';
import { createEventBook, type EventBook } from './event-book.ts';
import type { ImageCounts } from './image-counts.ts';
import { createNetworkBook, type NetworkBook } from './network-book.ts';
import type { KeyIndex } from './key-index.ts';
import { createSourceOffset, type SourceOffset } from './source-offset.ts';
import type { WindowEntry } from './window-entry.ts';
import { createWitnesses, type LeaseEntry, type Witnesses } from './witness.ts';

/** A node with its times on the monotonic clock (see `dating.ts`). */
export interface NodeEntry {
  readonly object: NodeObject;
  readonly createdMono: number;
  /** Since when the Ready condition has had its present status. */
  readonly readySinceMono: number;
}

/** A daemon pod with its times on the monotonic clock. `deletedMono` is when its grace period ends. */
export interface PodEntry {
  readonly object: PodObject;
  readonly createdMono: number;
  readonly readySinceMono: number;
  readonly deletedMono: number | undefined;
}

/** A DaemonSet with its times on the monotonic clock. `templateSinceMono` is when its generation was first seen, or its creation. */
export interface DaemonSetEntry {
  readonly object: DaemonSetObject;
  readonly createdMono: number;
  readonly templateSinceMono: number;
}

/** A pod that had failed: why, and how long it was there after that, which tells how long the next one will be. */
export interface FailedPod {
  readonly reason: string;
  readonly message: string;
  readonly forMs: number;
}

/** The daemon pod that left a node last; `end` says how, for as long as no other has taken its place; undefined if it never ran. */
export interface GonePod {
  readonly hash: string;
  readonly monoMs: number;
  /** Absent unless its phase was Failed. */
  readonly failed?: FailedPod;
  readonly end?: RestartReason | undefined;
}

/** The pods of one owner on one node: as a rule there is one, and a list for it alone would be as large as the rest of it. */
export type PodsThere = PodEntry | readonly PodEntry[];

/** The state itself; changed in place by `applyEvent` only. Keys are names where Kubernetes joins by name, UIDs elsewhere. */
export interface Inventory {
  readonly nodes: Map<string, NodeEntry>;
  readonly nodeNames: Map<string, string>;
  readonly pods: Map<string, PodEntry>;
  /** Owner UID, then node name. */
  readonly podsAt: Map<string, Map<string, PodsThere>>;
  readonly goneAt: Map<string, Map<string, GonePod>>;
  /** Pods that were told to go before they had ended by themselves, by UID, until they are gone. */
  readonly toldToGo: Set<string>;
  readonly imageCounts: ImageCounts;
  readonly daemonSets: Map<string, DaemonSetEntry>;
  /** `namespace/name` to UID. */
  readonly daemonSetUids: Map<string, string>;
  readonly revisions: Map<string, RevisionObject>;
  /** Owner UID to the hash of its newest revision. */
  readonly newestHashes: Map<string, string>;
  readonly watches: Map<string, WatchStateName>;
  /** By the name of their watch. */
  readonly daemons: Map<string, Witnesses<DaemonObject>>;
  readonly nodeStates: Witnesses<NodeStateObject>;
  /** Nodes by their keys against Daemons; undefined until there is a Daemon, so that it costs nothing where there is none. */
  machines: KeyIndex | undefined;
  /** Nodes by their keys against node states; undefined until there is one. */
  hosts: KeyIndex | undefined;
  /** By node name. */
  readonly leases: Map<string, LeaseEntry>;
  /** Lease UID to node name. */
  readonly leaseNodes: Map<string, string>;
  readonly leaseOffset: SourceOffset;
  readonly network: NetworkBook;
  /** Owner UID, then node name: what agents report by themselves, where a policy asks. */
  readonly heartbeats: Map<string, Map<string, HeartbeatEntry>>;
  /** By the source that told it, then node name. */
  readonly reports: Map<string, Map<string, TelemetryEntry>>;
  /** By the policy that asks for it (see `usageSource`), then node name: what daemons use by the metrics API. */
  readonly usage: Map<string, Map<string, UsageEntry>>;
  leads: boolean;
  /** Since when this replica leads; -Infinity for one that is alone, or never led. */
  leadsSinceMono: number;
  /** The Lease of kube-controller-manager, which makes the pods. */
  controllerLease: LeaseEntry | undefined;
  /** The Lease of kube-scheduler, which places them. */
  schedulerLease: LeaseEntry | undefined;
  readonly events: EventBook;
  readonly eventOffset: SourceOffset;
  /** What is known of refused pods, by the UID of their DaemonSet. */
  readonly creations: Map<string, Creation>;
  /** When the newest pod of a DaemonSet was made, by its UID. */
  readonly newestPods: Map<string, number>;
  /** Namespaces that are being deleted, by UID. */
  readonly endingNamespaces: Map<string, EndingNamespace>;
  /** The names of the nodes whose Ready is not True. */
  readonly downNodes: Set<string>;
  /** Maintenance windows by UID. */
  readonly windows: Map<string, WindowEntry>;
}

/** A namespace that is being deleted, and since when. */
export interface EndingNamespace {
  readonly name: string;
  readonly sinceMono: number;
}

/** An inventory that knows nothing yet. */
export function createInventory(): Inventory {
  return {
    nodes: new Map(),
    nodeNames: new Map(),
    pods: new Map(),
    podsAt: new Map(),
    goneAt: new Map(),
    toldToGo: new Set(),
    imageCounts: new Map(),
    daemonSets: new Map(),
    daemonSetUids: new Map(),
    revisions: new Map(),
    newestHashes: new Map(),
    watches: new Map(),
    daemons: new Map(),
    nodeStates: createWitnesses(),
    machines: undefined,
    hosts: undefined,
    leases: new Map(),
    leaseNodes: new Map(),
    leaseOffset: createSourceOffset(),
    heartbeats: new Map(),
    reports: new Map(),
    usage: new Map(),
    leads: false,
    leadsSinceMono: -Infinity,
    controllerLease: undefined,
    schedulerLease: undefined,
    events: createEventBook(),
    eventOffset: createSourceOffset(),
    creations: new Map(),
    newestPods: new Map(),
    endingNamespaces: new Map(),
    downNodes: new Set(),
    windows: new Map(),
    network: createNetworkBook(),
  };
}

const NO_PODS: readonly PodEntry[] = Object.freeze([]);

/** What is kept of them as a list. */
export function listPods(there: PodsThere | undefined): readonly PodEntry[] {
  if (there === undefined) return NO_PODS;
  return 'object' in there ? [there] : there;
}

/** The pods of one owner on one node, Pending ones by their target included; in no particular order. */
export function podsOf(inventory: Inventory, ownerUid: string, node: string): readonly PodEntry[] {
  return listPods(inventory.podsAt.get(ownerUid)?.get(node));
}

/** The DaemonSet of that namespace and name, if there is one. */
export function findDaemonSet(inventory: Inventory, namespace: string, name: string): DaemonSetEntry | undefined {
  const uid = inventory.daemonSetUids.get(`${namespace}/${name}`);
  return uid === undefined ? undefined : inventory.daemonSets.get(uid);
}
