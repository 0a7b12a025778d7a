/**
 * Rollcall's question, put to kube-state-metrics: which nodes should run the daemon, on which does it serve, and why not. PromQL for one
 * DaemonSet, whose selector and tolerations must be written into it by hand. One source for the bench, the documentation and its answers.
 */
import { DAEMON } from './daemon-objects.ts';

/** Names of node labels that kube-state-metrics must be told to export: the pool, and what the DaemonSet selects by. */
export const QUESTION_LABELS: readonly string[] = ['karpenter.sh/nodepool', 'example.com/team'];

const POD = `namespace="${DAEMON.namespace}"`;
const OWNED = `${POD}, created_by_kind="DaemonSet", created_by_name="${DAEMON.name}"`;

/** A question and the recording rule that answers it; a rule uses the names of those before it. */
export interface Question {
  readonly record: string;
  readonly asks: string;
  readonly expr: string;
}

/** All of them, in the order in which they build on each other. */
export const QUESTIONS: readonly Question[] = [
  {
    record: 'daemon:expected:node',
    asks: 'Which nodes should run it? The nodeSelector and the tolerations of the template, copied by hand.',
    expr: `label_replace(
  kube_node_labels{label_example_com_team="platform"}
    unless on (node) kube_node_spec_taint{effect=~"NoSchedule|NoExecute", key!~"node.kubernetes.io/.*"},
  "pool", "$1", "label_karpenter_sh_nodepool", "(.+)"
)`,
  },
  {
    record: 'daemon:serving:node',
    asks: 'On which nodes does a pod of it serve?',
    expr: `max by (node) (
  kube_pod_info{${OWNED}}
    * on (namespace, pod) group_left () (kube_pod_status_ready{${POD}, condition="true"} == 1)
)`,
  },
  {
    record: 'daemon:expected:pool',
    asks: 'How many should run it, by pool?',
    expr: 'count by (pool) (daemon:expected:node)',
  },
  {
    record: 'daemon:covered:pool',
    asks: 'On how many does it serve, by pool?',
    expr: 'count by (pool) (daemon:expected:node and on (node) daemon:serving:node)',
  },
  {
    record: 'daemon:uncovered:node',
    asks: 'Why not? The first that holds of: the node is not Ready, a container waits for a reason, there is no pod, none of these.',
    expr: `label_replace(UNCOVERED and on (node) (kube_node_status_condition{condition="Ready", status="true"} == 0), "reason", "NodeNotReady", "", "")
or on (node)
UNCOVERED * on (node) group_left (reason) max by (node, reason) (
  kube_pod_info{${OWNED}}
    * on (namespace, pod) group_right (node) max by (namespace, pod, reason) (kube_pod_container_status_waiting_reason{${POD}})
)
or on (node)
label_replace(UNCOVERED unless on (node) kube_pod_info{${OWNED}}, "reason", "NoPod", "", "")
or on (node)
label_replace(UNCOVERED, "reason", "Unexplained", "", "")`.replaceAll(
      'UNCOVERED',
      '(daemon:expected:node unless on (node) daemon:serving:node)',
    ),
  },
];

/** The families that the expressions use. */
export const QUESTION_FAMILIES: readonly string[] = [
  ...new Set(QUESTIONS.flatMap(({ expr }) => expr.match(/\bkube_\w+/g) ?? [])),
];
