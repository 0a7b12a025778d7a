/** The catalogue of reasons: why an expected node is not covered, who can mend it, and what to do next. Order is rank: cause before symptom. */

/** Who can mend a reason: the values of the `owner` label. */
export const OWNERS = ['agent', 'node', 'platform', 'rollout'] as const;

/** The value of the `owner` label. */
export type Owner = (typeof OWNERS)[number];

/** One reason: its owner, its place among the failure modes F1 to F7 of "What is DaemonSet?" ('-' for none), and the next step. */
export interface Reason {
  readonly owner: Owner;
  readonly mode: 'F1' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6' | 'F7' | '-';
  /** The layer that a policy has to ask for the reason to come up; without one it always may. */
  readonly layer?: 'daemon';
  readonly nextStep: string;
}

/**
 * Every reason that can be a node's primary one, in rank order. RolloutReplacing, Starting and NotYetAvailable rank behind the
 * concrete pod faults: a node that cannot pull its image is not "starting", however young it is (DECISIONS.md, D7).
 */
export const REASONS = {
  DaemonSetMissing: {
    owner: 'platform',
    mode: '-',
    nextStep: 'Create the DaemonSet, or correct spec.daemonSet.name of the policy.',
  },
  NodeMissing: {
    owner: 'node',
    mode: 'F7',
    nextStep: 'Find out why the pool has fewer nodes than the policy promises; scale it up, or lower nodes.minimum.',
  },
  NodeUnreachable: {
    owner: 'node',
    mode: 'F7',
    nextStep: 'Check the machine, its network and its kubelet; replace the node if it does not come back.',
  },
  NodeNotReady: {
    owner: 'node',
    mode: 'F7',
    nextStep: "Read the kubelet's message in the node's Ready condition and mend what it names.",
  },
  LabelDrift: {
    owner: 'platform',
    mode: 'F1',
    nextStep: 'Put the label back or take the taint away, or give the DaemonSet a toleration or a wider selector.',
  },
  NodeSelectorMismatch: {
    owner: 'platform',
    mode: 'F1',
    nextStep: "Label the node as the DaemonSet's selector or affinity asks, or exclude it in the policy.",
  },
  UntoleratedTaint: {
    owner: 'platform',
    mode: 'F1',
    nextStep: 'Add the toleration to the DaemonSet, remove the taint, or exclude the node in the policy.',
  },
  SchedulingGated: {
    owner: 'platform',
    mode: 'F1',
    nextStep: "Remove the scheduling gate from the DaemonSet's template, or mend the controller that should lift it.",
  },
  InsufficientResources: {
    owner: 'platform',
    mode: 'F3',
    nextStep: 'Lower the requests, free or enlarge the node, or give the daemon a higher priorityClassName.',
  },
  PortConflict: {
    owner: 'platform',
    mode: 'F1',
    nextStep: 'Find the pod that holds the host port on this node and change one of the two.',
  },
  PodAntiAffinity: {
    owner: 'platform',
    mode: 'F1',
    nextStep: "Remove the pod (anti-)affinity or topology spread from the DaemonSet's template.",
  },
  VolumeUnbound: {
    owner: 'platform',
    mode: 'F1',
    nextStep: 'Create or bind the PersistentVolumeClaim that the message names, in reach of this node.',
  },
  SchedulerDown: {
    owner: 'platform',
    mode: 'F1',
    nextStep: "Check kube-scheduler and the template's schedulerName: nobody has tried to schedule this pod.",
  },
  KubeletRejected: {
    owner: 'node',
    mode: 'F3',
    nextStep: "Read the kubelet's refusal; the DaemonSet controller tries again with back-off of up to 15 min.",
  },
  Evicted: {
    owner: 'node',
    mode: 'F3',
    nextStep: "Relieve the node's pressure, or give the daemon requests and a priority that keep it.",
  },
  Preempted: {
    owner: 'node',
    mode: 'F3',
    nextStep: 'Give the daemon a higher priorityClassName (system-node-critical for node agents).',
  },
  ImagePullFailed: {
    owner: 'rollout',
    mode: 'F5',
    nextStep: 'Check image name, tag, pull secret and registry; roll back if the tag is wrong.',
  },
  ContainerConfigError: {
    owner: 'platform',
    mode: 'F2',
    nextStep: 'Create the Secret, ConfigMap or key that the message names.',
  },
  InitBlocked: {
    owner: 'agent',
    mode: 'F2',
    nextStep: 'Read the log of the init container that is named.',
  },
  OOMKilled: {
    owner: 'agent',
    mode: 'F3',
    nextStep: 'Raise the memory limit, or find the leak.',
  },
  CrashLoop: {
    owner: 'agent',
    mode: 'F2',
    nextStep: 'Read the log of the run that ended; mend what it complains of, or roll back.',
  },
  TerminatingStuck: {
    owner: 'rollout',
    mode: 'F5',
    nextStep: 'Remove the finalizer that is named or, when the node is dead for good, delete the pod with --force.',
  },
  RolloutReplacing: {
    owner: 'rollout',
    mode: 'F5',
    nextStep: 'Nothing: the rollout replaced the pod here a moment ago. Look again after the start deadline.',
  },
  Starting: {
    owner: 'rollout',
    mode: 'F5',
    nextStep: 'Nothing: the daemon is inside its start deadline.',
  },
  NotYetAvailable: {
    owner: 'rollout',
    mode: '-',
    nextStep: "Nothing: the pod is Ready and waits for the DaemonSet's minReadySeconds.",
  },
  DuplicatePod: {
    owner: 'agent',
    mode: 'F5',
    nextStep: 'Find what made the second pod: an overlapping selector, or an orphan that was adopted.',
  },
  DaemonMissing: {
    owner: 'agent',
    mode: 'F4',
    layer: 'daemon',
    nextStep:
      "The pod runs, but no Daemon names this node. Read the daemon's log for a failed registration, then look for its Claim and Verifier in the control plane.",
  },
  DaemonAmbiguous: {
    owner: 'agent',
    mode: 'F4',
    layer: 'daemon',
    nextStep:
      'Find out which of the Daemons or nodes that the message names is real: a cloned disk, a workloadID used twice, or a Daemon left over from a former machine. Delete what is left over (kubectl delete daemons.core.riptides.io NAME).',
  },
  DaemonUnhealthy: {
    owner: 'agent',
    mode: 'F4',
    layer: 'daemon',
    nextStep: 'Read the log of the daemon on this node; if it does not say, delete the pod, which starts it afresh.',
  },
  DriverUnhealthy: {
    owner: 'agent',
    mode: 'F6',
    layer: 'daemon',
    nextStep:
      "Check the kernel module on the node (dmesg, lsmod): not built for this kernel, not signed for Secure Boot, or another version than the daemon's.",
  },
  ProbeStale: {
    owner: 'agent',
    mode: 'F4',
    layer: 'daemon',
    nextStep:
      'The daemon no longer reports. Many nodes at once: check its control plane and the way there. This node alone: read its log, delete the pod if it hangs.',
  },
  Unexplained: {
    owner: 'agent',
    mode: '-',
    nextStep: 'Read the events of the pod or of the DaemonSet; report the evidence so that a reason can be added.',
  },
} as const satisfies Record<string, Reason>;

/** The code of a reason: the value of the `reason` label of uncovered series. */
export type ReasonCode = keyof typeof REASONS;

/** Findings that never are a primary reason. */
export const FINDINGS = ['NodeProblem', 'StaleRevision', 'VersionSkew', 'ClockSkewed'] as const;

/** The code of a finding that never is a primary reason. */
export type FindingCode = (typeof FINDINGS)[number];

/** The codes of the excuses: the values of the `reason` label of excused series, in order of precedence. */
export const EXCUSES = ['Exempt', 'Maintenance', 'Leaving', 'Joining', 'NodeNotReady'] as const;

/** The code of an excuse. */
export type ExcuseCode = (typeof EXCUSES)[number];

/** The health layers, outermost last: the values of the `layer` label. */
export const LAYERS = ['pod', 'daemon', 'heartbeat', 'mesh', 'ingestion'] as const;

/** The name of a health layer. */
export type LayerName = (typeof LAYERS)[number];
