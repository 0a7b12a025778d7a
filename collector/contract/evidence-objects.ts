/** Projected objects by which nothing is judged to be well or not, but which tell why; times as in `objects.ts`. */

/** A Lease of the namespace kube-node-lease: the kubelet's own heartbeat (KEP-589). `node` is the Node's name. */
export interface LeaseObject {
  readonly uid: string;
  readonly node: string;
  readonly renewedAt?: number | undefined;
  readonly durationSeconds: number;
}

/**
 * A Kubernetes Event about a DaemonSet, a daemon pod or a node, projected from core/v1 (which shows events.k8s.io/v1 ones, too). `count` is
 * how often it happened, by `series.count` or `count`; an aggregated one says so at the beginning of its message. It is evidence: neither
 * complete nor in order.
 */
export interface KubeEventObject {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly involvedUid: string;
  readonly involvedKind: string;
  readonly involvedName: string;
  readonly reason: string;
  readonly message: string;
  /** Normal or Warning. */
  readonly type: string;
  readonly count: number;
  readonly firstAt?: number | undefined;
  readonly lastAt?: number | undefined;
  /** The component that reported it, such as daemonset-controller or kubelet. */
  readonly component: string;
}

/** A Namespace, projected. */
export interface NamespaceObject {
  readonly uid: string;
  readonly name: string;
  /** Since when it is being deleted: nothing new can be made in it. */
  readonly deletedAt?: number | undefined;
}
