/** Projected objects that speak for a node from outside of Kubernetes' own; times as in `objects.ts`. */

/**
 * A Riptides Daemon (core.riptides.io/v1alpha1), projected: what it says of the machine that it runs on, its health and versions.
 * `instanceIds`, `nodeUids`, `hosts` and `ips` are in the spelling of the Daemon; the inventory brings both sides to one form.
 */
export interface DaemonObject {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly workloadId: string;
  /** Cloud instance ids: of the metadata, and the last segment of the workloadID. */
  readonly instanceIds: readonly string[];
  readonly nodeUids: readonly string[];
  readonly hosts: readonly string[];
  readonly ips: readonly string[];
  /** The words as written, '' when absent. */
  readonly daemonHealth: string;
  readonly driverHealth: string;
  /** `status.health.lastProbeAt` as written, and what it says in wall-clock milliseconds; undefined if it is no time. */
  readonly lastProbe: string;
  readonly lastProbeAt?: number | undefined;
  /** '' when unknown. */
  readonly daemonVersion: string;
  readonly driverVersion: string;
}

/** A PlexdNodeState (plexd.plexsphere.com/v1alpha1), projected: identity keys and its newest sign of life. */
export interface NodeStateObject {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly nodeId: string;
  /** The host name that its metadata gives, '' without one. */
  readonly host: string;
  /** The pod that wrote it, from its ownerReferences or its metadata; '' where it does not tell. */
  readonly podUid: string;
  readonly podName: string;
  readonly meshIp: string;
  /** The newest of: its entries' updatedAt, status.heartbeatTime, the times of its managedFields. It can prove life, never death. */
  readonly aliveAt?: number | undefined;
}
