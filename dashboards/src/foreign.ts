/** What others call things: the kubelet's cAdvisor, and the labels of usual log shippers. Where yours differ, change them here. */
import { COVERAGE_METRICS } from '@rollcall/contract';
import { select } from './select.ts';

const CPU = 'container_cpu_usage_seconds_total';
const MEMORY = 'container_memory_working_set_bytes';

/** Pods of a DaemonSet are named after it, with five characters behind. */
const POD = 'namespace=~"$namespace",pod=~"$daemonset-[a-z0-9]{5}"';
const CONTAINERS = `{${POD},node=~"$node",container!="",container!="POD"}`;

/** The ten largest of the pods that belong to a policy's DaemonSet: with "All" chosen the name alone fits any pod. */
function topPods(expr: string, inRange: string): string {
  const named = `label_replace(${inRange}, "daemonset", "$1", "pod", "(.*)-[a-z0-9]{5}")`;
  const ours = `group by (namespace, daemonset) (${select(COVERAGE_METRICS.policyInfo)} @ end())`;
  // Chosen once for the range: chosen at each step there would be more than ten, with holes.
  const top = `topk(10, sum by (namespace, pod) (${named} and on (namespace, daemonset) ${ours}))`;
  return `sum by (namespace, pod) (${expr}) and ${top}`;
}

/** Cores by pod. */
export const CPU_BY_POD = topPods(
  `rate(${CPU}${CONTAINERS}[$__rate_interval])`,
  `rate(${CPU}${CONTAINERS}[$__range] @ end())`,
);

/** Bytes by pod: what counts against the limit. */
export const MEMORY_BY_POD = topPods(
  `${MEMORY}${CONTAINERS}`,
  `avg_over_time(${MEMORY}${CONTAINERS}[$__range] @ end())`,
);

/** Shippers differ in what they call the node; a line passes if one of their labels fits. */
const ON_NODE = ['node', 'node_name', 'nodename', 'hostname', 'instance', 'k8s_node_name']
  .map((label) => `${label}=~"$node"`)
  .join(' or ');

/** Kubernetes Events as the collector sends them by OTLP: resource attributes are labels of Loki, the others structured metadata. Refusals name no node. */
export const KUBERNETES_EVENTS = [
  '{service_name="rollcall",k8s_cluster_name=~"$cluster"}',
  'k8s_namespace_name=~"$namespace"',
  'k8s_daemonset_name=~"$daemonset"',
  'k8s_node_name=~"$node" or k8s_node_name=""',
  'line_format "{{.k8s_event_reason}} {{.k8s_object_kind}}/{{.k8s_object_name}} {{.k8s_node_name}}: {{__line__}}"',
].join(' | ');

/** The kubelet's unit in the node's journal. */
export const KUBELET_LOG = `{job=~".*journal.*",unit="kubelet.service"} | ${ON_NODE}`;

/** What the daemon's pods print. */
export const POD_LOG = `{${POD}} | ${ON_NODE}`;
