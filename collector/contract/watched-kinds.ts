/** Which Kubernetes resources the collector reads or writes, and with which verbs: the RBAC of the manifests is rendered from this list. */

/** One rule of the collector's ClusterRole, or of its Role. */
export interface WatchedKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly why: string;
}

/** The group and version of Rollcall's own resources. */
export const GROUP = 'rollcall.dev';
/** The version of Rollcall's own resources. */
export const VERSION = 'v1alpha1';

const READ = ['get', 'list', 'watch'] as const;

/** Everything that the collector asks the API server for. */
export const WATCHED_KINDS = {
  nodes: { group: '', version: 'v1', resource: 'nodes', verbs: READ, why: 'the nodes that should answer' },
  pods: {
    group: '',
    version: 'v1',
    resource: 'pods',
    verbs: READ,
    why: 'the daemon pods; for one answer, who holds its ports or room',
  },
  daemonsets: { group: 'apps', version: 'v1', resource: 'daemonsets', verbs: READ, why: 'selector, template, status' },
  controllerrevisions: {
    group: 'apps',
    version: 'v1',
    resource: 'controllerrevisions',
    verbs: READ,
    why: 'which revision is the newest',
  },
  daemoncoverages: { group: GROUP, version: VERSION, resource: 'daemoncoverages', verbs: READ, why: 'the policies' },
  daemoncoveragesStatus: {
    group: GROUP,
    version: VERSION,
    resource: 'daemoncoverages/status',
    verbs: ['patch'],
    why: 'to say what is covered, and what is wrong with a policy',
  },
  maintenancewindows: {
    group: GROUP,
    version: VERSION,
    resource: 'maintenancewindows',
    verbs: READ,
    why: 'which planned work excuses nodes',
  },
  tokenreviews: {
    group: 'authentication.k8s.io',
    version: 'v1',
    resource: 'tokenreviews',
    verbs: ['create'],
    why: 'whose token a client of ours sent',
  },
  subjectaccessreviews: {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'subjectaccessreviews',
    verbs: ['create'],
    why: 'whether that client may ask for this path',
  },
  daemons: {
    group: 'core.riptides.io',
    version: 'v1alpha1',
    resource: 'daemons',
    verbs: READ,
    why: 'the daemon layer, where they live in this cluster',
  },
  plexdnodestates: {
    group: 'plexd.plexsphere.com',
    version: 'v1alpha1',
    resource: 'plexdnodestates',
    verbs: READ,
    why: 'signs of life for the heartbeat layer',
  },
  networkpolicies: {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    verbs: READ,
    why: 'whether they cut a daemon off from its sink',
  },
  leases: {
    group: 'coordination.k8s.io',
    version: 'v1',
    resource: 'leases',
    verbs: READ,
    why: 'since when a node is silent, from its kubelet in kube-node-lease, or kube-controller-manager, or kube-scheduler',
  },
  events: {
    group: '',
    version: 'v1',
    resource: 'events',
    verbs: READ,
    why: 'why the API server refuses daemon pods, and what kubelets say of them',
  },
  podMetrics: {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    resource: 'pods',
    verbs: ['list'],
    why: 'what daemons use, for an objective for resources',
  },
  namespaces: {
    group: '',
    version: 'v1',
    resource: 'namespaces',
    verbs: READ,
    why: 'whether the one of a DaemonSet is being deleted, in which nothing can be made; the labels by which NetworkPolicies allow a sink',
  },
} as const satisfies Record<string, WatchedKind>;

/** What it asks for in its own namespace only. */
export const OWN_KINDS = {
  leases: {
    group: 'coordination.k8s.io',
    version: 'v1',
    resource: 'leases',
    verbs: ['get', 'create', 'update'],
    why: 'to agree with other replicas on a leader',
  },
} as const satisfies Record<string, WatchedKind>;
