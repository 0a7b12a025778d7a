/** Well-known names of the field: taints, pool labels and virtual nodes, each with who sets it. */
import type { Exclusion, TaintPattern } from './policy.ts';

/** Labels that name a node's pool, tried in this order: clouds, Karpenter, Cluster API. */
export const POOL_LABELS = [
  'eks.amazonaws.com/nodegroup',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
  'karpenter.sh/nodepool',
  'cluster.x-k8s.io/deployment-name',
  'node.cluster.x-k8s.io/pool',
  'doks.digitalocean.com/node-pool',
  'oci.oraclecloud.com/node-pool',
] as const;

/** The pool of a node that has none of the pool labels. */
export const NO_POOL = 'none';

/** Taints that say that a node is going away: cluster-autoscaler, Karpenter, cloud shutdown, non-graceful shutdown (KEP-2268). */
export const LEAVING_TAINTS: readonly TaintPattern[] = [
  { key: 'ToBeDeletedByClusterAutoscaler' },
  { key: 'karpenter.sh/disrupted' },
  { key: 'node.cloudprovider.kubernetes.io/shutdown' },
  { key: 'node.kubernetes.io/out-of-service' },
];

/** Taints that a node bears while it joins: cloud controller, Karpenter, startup taints, node readiness (KEP-5233). */
export const JOINING_TAINTS: readonly TaintPattern[] = [
  { key: 'node.cloudprovider.kubernetes.io/uninitialized' },
  { key: 'karpenter.sh/unregistered' },
  { key: 'startup-taint.cluster-autoscaler.kubernetes.io/*' },
  { key: 'readiness.k8s.io/*' },
];

/** Taints that the node lifecycle sets from conditions; together with joining and leaving taints they never take a node out of an inferred scope. */
export const CONDITION_TAINTS: readonly TaintPattern[] = [
  { key: 'node.kubernetes.io/not-ready' },
  { key: 'node.kubernetes.io/unreachable' },
  { key: 'node.kubernetes.io/disk-pressure' },
  { key: 'node.kubernetes.io/memory-pressure' },
  { key: 'node.kubernetes.io/pid-pressure' },
  { key: 'node.kubernetes.io/unschedulable' },
  { key: 'node.kubernetes.io/network-unavailable' },
];

/** Nodes on which no DaemonSet pod ever runs: never in scope, counted by rule. */
export const VIRTUAL_NODES: readonly Exclusion[] = [
  virtual('virtual-kubelet', 'type', 'virtual-kubelet'),
  virtual('fargate', 'eks.amazonaws.com/compute-type', 'fargate'),
];

/** Taints that mark such nodes where the label is missing, with the rule that they count under. */
export const VIRTUAL_TAINTS: readonly { readonly rule: string; readonly taint: TaintPattern }[] = [
  { rule: 'virtual-kubelet', taint: { key: 'virtual-kubelet.io/provider' } },
  { rule: 'fargate', taint: { key: 'eks.amazonaws.com/compute-type', value: 'fargate' } },
];

function virtual(name: string, key: string, value: string): Exclusion {
  return { name, selector: { matchLabels: { [key]: value }, matchExpressions: [] } };
}
