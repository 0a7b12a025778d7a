/**
 * The projected Kubernetes objects: the few fields that Rollcall keeps of each; all times are wall-clock milliseconds since the epoch.
 * Optional fields may be present as undefined: objects of one kind then share one shape, which keeps 100,000 of them small and fast.
 */

/** Labels or annotations as parsed; keys come from users, so read them with `Object.hasOwn` only. */
export type StringMap = Readonly<Record<string, string>>;

/** The effect of a taint; an unknown word is kept as it came and never matches a rule. */
export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

/** One taint of a node (core/v1 Taint). `value` is '' when absent, as in Kubernetes' own comparison. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
  readonly timeAdded?: number | undefined;
}

/** One toleration of a pod template (core/v1 Toleration); absent fields are '' as in Go. */
export interface Toleration {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

/** One requirement of a selector: a node-selector requirement, or a label-selector one (there without Gt and Lt). */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** A metav1.LabelSelector: both parts must hold; an empty one matches everything. */
export interface LabelSelector {
  readonly matchLabels: StringMap;
  readonly matchExpressions: readonly SelectorRequirement[];
}

/** One node-selector term: expressions and fields are ANDed, an empty term matches nothing. */
export interface NodeSelectorTerm {
  readonly matchExpressions: readonly SelectorRequirement[];
  readonly matchFields: readonly SelectorRequirement[];
}

/** A condition of a Node or Pod. `status` is the server's word: True, False or Unknown. */
export interface Condition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Who changed a node's labels or taints last, from the newest managedFields entry that owns any of them. */
export interface Editor {
  readonly manager: string;
  readonly at?: number | undefined;
}

/** A node, projected. `problems` are the conditions other than Ready and Rollcall's own that are True, by type. */
export interface NodeObject {
  readonly uid: string;
  readonly name: string;
  /** Its labels lie in two maps: most are the same on thousands of nodes, which share a map of them. Read them with `labelOf`. */
  readonly sharedLabels: StringMap;
  readonly ownLabels: StringMap;
  /** The same of its annotations, with '' for a long value; read them with `annotationOf`. */
  readonly sharedAnnotations: StringMap;
  readonly ownAnnotations: StringMap;
  readonly createdAt?: number | undefined;
  readonly deletedAt?: number | undefined;
  readonly unschedulable: boolean;
  readonly taints: readonly Taint[];
  readonly ready: Condition;
  /** Since when `ready` has its status. */
  readonly readySince?: number | undefined;
  readonly problems: readonly (Condition & { readonly type: string })[];
  /** What Rollcall's own condition says there, see `markOf`. */
  readonly daemonReady?: string | undefined;
  readonly editor?: Editor | undefined;
  /** `spec.providerID`, '' without one. */
  readonly providerId: string;
  /** Its addresses of type Hostname and InternalDNS, where they differ from its name. */
  readonly hosts: readonly string[];
  /** Its addresses of type InternalIP. */
  readonly ips: readonly string[];
  /** `status.capacity.cpu` in thousandths of a core, 0 while it is not told; a small integer, which costs 8 bytes a node. */
  readonly cpuMillis: number;
}

/** How a container ended (core/v1 ContainerStateTerminated). */
export interface Termination {
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number;
  readonly signal: number;
  readonly finishedAt?: number | undefined;
}

/** A container that is not simply running and ready, or that has restarted; healthy ones are not kept. */
export interface ContainerObject {
  readonly name: string;
  readonly init: boolean;
  readonly ready: boolean;
  readonly running: boolean;
  readonly restarts: number;
  readonly image: string;
  /** True once its startup probe has passed; undefined where the kubelet does not say. */
  readonly started?: boolean | undefined;
  /** Since when it runs. */
  readonly startedAt?: number | undefined;
  readonly waiting?: { readonly reason: string; readonly message: string } | undefined;
  readonly terminated?: Termination | undefined;
  readonly lastTerminated?: Termination | undefined;
}

/** A daemon pod, projected. `target` is the node it is bound to, or for a Pending one the node of its affinity's `metadata.name`. */
export interface PodObject {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly ownerUid: string;
  readonly target: string;
  readonly bound: boolean;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly hash: string;
  readonly createdAt?: number | undefined;
  /** The deletionTimestamp: the moment at which the grace period ends. */
  readonly deletedAt?: number | undefined;
  readonly finalizers: readonly string[];
  readonly ready: Condition;
  /** Since when `ready` has its status. */
  readonly readySince?: number | undefined;
  /** Of this one and the next nothing but the status is kept once it is True. */
  readonly scheduled?: Condition | undefined;
  readonly initialized?: Condition | undefined;
  readonly disruption?: Condition | undefined;
  /** PodReadyToStartContainers: whether its sandbox is there; likewise nothing but the status is kept once it is True. */
  readonly sandbox?: Condition | undefined;
  /** When it was scheduled and started, see `packSteps`. */
  readonly steps?: number | undefined;
  /** The image ids of its containers, in the kubelet's order; '' until each has one. */
  readonly imageIds: string;
  readonly containers: readonly ContainerObject[];
}

/** What of a DaemonSet's pod template decides where its pods run. `terms` is undefined without required node affinity. */
export interface TemplatePlacement {
  readonly nodeName: string;
  readonly nodeSelector: StringMap;
  readonly terms?: readonly NodeSelectorTerm[] | undefined;
  readonly tolerations: readonly Toleration[];
  readonly hostNetwork: boolean;
}

/** A probe of a container. */
export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** A volume of a pod template: '' and an empty list for what it is not. */
export interface VolumeTemplate {
  readonly name: string;
  readonly hostPath: string;
  readonly configMaps: readonly string[];
}

/** Where a container has a volume; `fixed` where it never sees the volume change (subPath). */
export interface VolumeMount {
  readonly volume: string;
  readonly path: string;
  readonly fixed: boolean;
}

/** A container of a pod template. `security` says in words what its securityContext allows, '' without any. */
export interface ContainerTemplate {
  readonly name: string;
  /** True for an init container that goes on running. */
  readonly sidecar: boolean;
  readonly security: string;
  readonly probes: readonly ProbeKind[];
  readonly mounts: readonly VolumeMount[];
  /** Those that its environment is made of. */
  readonly configMaps: readonly string[];
}

/** What of a DaemonSet's pod template helps to explain why its pods fail: there is one of it, whatever the number of pods. */
export interface PodTemplate {
  readonly schedulerName: string;
  readonly priorityClassName: string;
  /** Init containers first. */
  readonly containers: readonly ContainerTemplate[];
  readonly volumes: readonly VolumeTemplate[];
}

/** A DaemonSet, projected. */
export interface DaemonSetObject {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly createdAt?: number | undefined;
  readonly deletedAt?: number | undefined;
  readonly generation: number;
  readonly selector: LabelSelector;
  readonly placement: TemplatePlacement;
  readonly podTemplate: PodTemplate;
  /** The labels of its pods. */
  readonly podLabels: StringMap;
  readonly minReadySeconds: number;
  readonly strategy: 'RollingUpdate' | 'OnDelete';
  /** True when the rollout starts the new pod beside the old one (maxSurge is not 0). */
  readonly surge: boolean;
  /** The ServiceAccount of its pods; absent: `default`. */
  readonly serviceAccount?: string | undefined;
  /** How many nodes a rollout may have without an available pod, or with a surge pod: a number or a percentage of the desired ones. */
  readonly rolloutBudget: string;
  readonly status: { readonly desired: number; readonly observedGeneration: number };
}

/** A ControllerRevision of a DaemonSet: `hash` is the pods' `controller-revision-hash`. */
export interface RevisionObject {
  readonly uid: string;
  readonly ownerUid: string;
  readonly revision: number;
  readonly hash: string;
}

/** Errors of one component of a daemon: how many since it began, and the newest one in its own words, '' if it does not tell. */
export interface ComponentErrors {
  readonly component: string;
  readonly count: number;
  readonly last: string;
}

/** Telemetry of a daemon since it began, in records; `bufferFill` is the share of its buffer that is taken, 0 to 1. */
export interface TelemetryFigures {
  readonly component: string;
  readonly sent: number;
  readonly dropped: number;
  readonly bufferFill?: number | undefined;
}

/**
 * One heartbeat of an agent, as it was received and found to be from who it says. Times are wall-clock milliseconds of the agent; all
 * counts run since `bootId` began, and `sequence` rises by one with each heartbeat of it.
 */
export interface HeartbeatObject {
  /** The DaemonSet whose pod sent it. */
  readonly ownerUid: string;
  readonly node: string;
  readonly podUid: string;
  readonly bootId: string;
  readonly sequence: number;
  readonly sentAt: number;
  /** The time that the collector gave in its answer to the last one, and when that came back: what skew is estimated from (RFC 5905). */
  readonly lastReply?:
    { readonly sentAt: number; readonly receivedAt: number; readonly returnedAt: number } | undefined;
  /** The time of the newest record that the backend has acknowledged. */
  readonly ackedThrough?: number | undefined;
  readonly telemetry: readonly TelemetryFigures[];
  readonly errors: readonly ComponentErrors[];
  readonly cpuCores?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly mesh?: { readonly peersConnected: number; readonly peersTotal: number } | undefined;
}

/** A span of wall-clock time, its end not in it. */
export interface WallSpell {
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * A MaintenanceWindow with the times at which it was, is or will be open: as far back as a period of an objective may reach and some days
 * ahead, in order of their beginnings. Whoever tells it tells it anew before the last of them has begun.
 */
export interface MaintenanceObject {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
  readonly reason: string;
  /** Only policies of its own namespace, unless that is the collector's. */
  readonly everyNamespace: boolean;
  /** Policies by namespace/name; none named: all that it may speak for. */
  readonly policies: readonly string[];
  /** None named: all. */
  readonly pools: readonly string[];
  /** None named: all that the selector lets in. */
  readonly nodes: readonly string[];
  readonly selector?: LabelSelector | undefined;
  readonly spells: readonly WallSpell[];
}
