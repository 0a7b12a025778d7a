/** The catalogue of reasons: why an expected node is not covered, who can mend it, and what to do next. Order is rank: cause before symptom. */

import type { LayerName, Owner } from './health-words.ts';

/** One reason: its owner, its place among the failure modes F1 to F7 of "What is DaemonSet?" ('-' for none), and the next step. */
export interface Reason {
  readonly owner: Owner;
  readonly mode: 'F1' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6' | 'F7' | '-';
  /** The layer that a policy has to ask for the reason to come up; without one it always may. */
  readonly layer?: Exclude<LayerName, 'pod'>;
  /** True for one that is only ever found beside the primary one, and for which there is a next step all the same. */
  readonly neverPrimary?: true;
  readonly nextStep: string;
}

/**
 * Every reason, in rank order. RolloutReplacing, Starting and NotYetAvailable rank behind the
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
  QuotaExceeded: {
    owner: 'platform',
    mode: 'F6',
    nextStep:
      'Raise the ResourceQuota that the message names, or lower what the namespace uses; the controller then tries again by itself.',
  },
  PodSecurityDenied: {
    owner: 'platform',
    mode: 'F6',
    nextStep:
      "Label the namespace with the Pod Security level that the daemon needs, or change the daemon's securityContext and volumes to fit the level.",
  },
  AdmissionDenied: {
    owner: 'platform',
    mode: 'F6',
    nextStep: 'Change what the policy or webhook that the message names objects to, or exempt the DaemonSet there.',
  },
  WebhookUnavailable: {
    owner: 'platform',
    mode: 'F6',
    nextStep:
      'Bring the webhook that the message names back, or let it fail open (failurePolicy: Ignore) for this namespace.',
  },
  NamespaceTerminating: {
    owner: 'platform',
    mode: 'F6',
    nextStep:
      'The namespace is being deleted: move the DaemonSet to another one, or find the finalizer that holds the namespace.',
  },
  CreateDenied: {
    owner: 'platform',
    mode: 'F6',
    nextStep:
      "Mend what the API server's answer names: a missing priority class or service account, a LimitRange, or a template that it does not accept.",
  },
  CreateStalled: {
    owner: 'platform',
    mode: 'F1',
    nextStep:
      'Check kube-controller-manager: its Lease, its log and its client limits. Nobody refuses the pod, nobody makes it.',
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
  SandboxFailed: {
    owner: 'node',
    mode: 'F4',
    nextStep:
      'Check the container runtime and the CNI plugin on this node: no network sandbox can be made for the pod.',
  },
  VolumeMountFailed: {
    owner: 'platform',
    mode: 'F2',
    nextStep:
      'Mend the volume that the message names: a missing Secret or ConfigMap, a hostPath of another type or without permission, a driver that is not there.',
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
  ProbeFailing: {
    owner: 'agent',
    mode: 'F2',
    nextStep:
      "Read the probe's answer in the message and the daemon's log; mend the daemon, or the probe's path, port and timeouts.",
  },
  TerminatingStuck: {
    owner: 'rollout',
    mode: 'F5',
    nextStep: 'Remove the finalizer that is named or, when the node is dead for good, delete the pod with --force.',
  },
  RolloutBlocked: {
    owner: 'rollout',
    mode: 'F5',
    neverPrimary: true,
    nextStep:
      'Free the rollout: nodes that are down eat maxUnavailable. Bring them back, take them out of the cluster, or raise maxUnavailable.',
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
  EgressBlocked: {
    owner: 'platform',
    mode: 'F4',
    layer: 'heartbeat',
    nextStep: 'Allow the way that the message names in a NetworkPolicy that selects the daemon.',
  },
  SinkUnavailable: {
    owner: 'platform',
    mode: 'F4',
    layer: 'heartbeat',
    nextStep:
      'No node reaches the sink: check the backend itself, its load balancer and its certificate, before any node.',
  },
  AgentForbidden: {
    owner: 'platform',
    mode: 'F4',
    layer: 'heartbeat',
    nextStep:
      "The sink refuses the daemon (401 or 403): check the credentials that it is given, and the daemon's ServiceAccount.",
  },
  HeartbeatStale: {
    owner: 'agent',
    mode: 'F4',
    layer: 'heartbeat',
    nextStep:
      "Read the daemon's log: it runs and no longer reports. Many nodes at once: check the way to the collector.",
  },
  MeshDegraded: {
    owner: 'agent',
    mode: 'F4',
    layer: 'mesh',
    nextStep: 'Check the peers that are not connected, and UDP between the nodes: firewall, MTU, endpoint.',
  },
  IngestionLagging: {
    owner: 'agent',
    mode: 'F4',
    layer: 'ingestion',
    nextStep:
      'Check the way from the node to the backend and what the backend takes in; look at what the daemon buffers and drops.',
  },
  Unexplained: {
    owner: 'agent',
    mode: '-',
    nextStep: 'Read the events of the pod or of the DaemonSet; report the evidence so that a reason can be added.',
  },
} as const satisfies Record<string, Reason>;

/** The code of a reason: the value of the `reason` label of uncovered series. */
export type ReasonCode = keyof typeof REASONS;
