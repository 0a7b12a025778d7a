/** Tables of nodes by name, on the board that looks for them and on the one that looks into them. */
import { COVERAGE_METRICS, type WorstBy } from '@rollcall/contract';
import type { Column, Table } from './board.ts';
import { ofRow, toBoard, toNodeAnswer, toRunbook } from './links.ts';
import { gauge, select } from './select.ts';
import { PLAIN } from './thresholds.ts';

const M = COVERAGE_METRICS;

/** Which policy a row is about. A collector without --cluster gives no cluster, and the column is not there. */
export const POLICY_COLUMNS: readonly [Column, ...Column[]] = [
  { field: 'cluster', name: 'Cluster', width: 70 },
  { field: 'namespace', name: 'Namespace', width: 110 },
  { field: 'daemonset', name: 'DaemonSet', width: 120 },
];

const NODE = 'cluster, namespace, daemonset, node_pool, node';
const OWN_POOL = { namespace: ofRow('namespace'), daemonset: ofRow('daemonset'), node_pool: ofRow('node_pool') };
const toNode = toBoard('debug', { ...OWN_POOL, node: ofRow('node') });

/** The pool of a row, and what is known of it. */
export const POOL_COLUMN: Column = { field: 'node_pool', name: 'Pool', links: [toBoard('debug', OWN_POOL)] };

const LOOK_BACK = '3h';

/** Each uncovered node with its reason. `more` are matchers, such as one node's name. */
export function uncoveredNodes(...more: readonly string[]): Table {
  const listed = select(M.uncoveredInfo, ...more);
  // By node, whatever its reasons were: one that starts and crashes in turn is not new each time.
  const now = `max by (${NODE}) (${listed})`;
  const before = `max by (${NODE}) (${listed} offset 1m)`;
  // The family has no times of its own. A look back of fixed length costs the same in any range: when a node came last, else the length.
  const came = `max_over_time(timestamp(${now} unless ${before})[${LOOK_BACK}:1m])`;
  const first = `min_over_time(timestamp(${now})[${LOOK_BACK}:1m])`;
  return {
    kind: 'table',
    title: 'Uncovered nodes',
    description:
      "Each uncovered node with its reason, the longest-listed first (3 h count as the most); at most 50 a policy. Begin with those that no rollout explains: the reason opens its runbook, the node its past, its policy the collector's evidence.",
    unit: 's',
    width: 24,
    height: 10,
    queries: [
      // What came after the last step of the look back is there for no time yet.
      {
        expr: `max by (${NODE}, reason) (${listed}) * 0 + on (${NODE}) group_left () ((time() - (${came} or ${first})) and ${now} or ${now} * 0)`,
      },
    ],
    empty: 'no node uncovered, or no collector heard',
    columns: [
      { field: 'node', name: 'Node', links: [toNode, toNodeAnswer()] },
      { field: 'reason', name: 'Reason', width: 220, links: [toRunbook(ofRow('reason'))] },
      ...POLICY_COLUMNS,
      { field: 'node_pool', name: 'Pool', width: 150 },
      { field: 'Value', name: 'Listed for', unit: 's', decimals: 0, width: 160 },
    ],
    sort: { name: 'Listed for', descending: true },
    steps: PLAIN,
  };
}

/** The worst nodes by each measure. */
export function problemNodes(...more: readonly string[]): Table {
  const worst = (by: WorstBy) => ({
    expr: `topk(10, max by (${NODE}) (${gauge(M.worstNode, `by="${by}"`, ...more)}) > 0)`,
  });
  return {
    kind: 'table',
    title: 'Problem nodes',
    description:
      'The ten worst nodes by telemetry lag, restarts in the last hour, CPU and memory; a blank is a measure in which the node is not among them. A node that stands in several columns is the one to look at.',
    unit: 'short',
    width: 16,
    height: 9,
    queries: [worst('lag'), worst('restarts'), worst('cpu'), worst('memory')],
    empty: 'no node stands out, or no collector heard',
    columns: [
      { field: 'node', name: 'Node', links: [toNode, toNodeAnswer()] },
      ...POLICY_COLUMNS,
      { field: 'node_pool', name: 'Pool', width: 110 },
      { field: 'Value #A', name: 'Lag', unit: 's', decimals: 0, width: 70 },
      { field: 'Value #B', name: 'Restarts', decimals: 0, width: 75 },
      { field: 'Value #C', name: 'CPU', unit: 'short', decimals: 2, width: 70 },
      { field: 'Value #D', name: 'Memory', unit: 'bytes', decimals: 0, width: 85 },
    ],
    sort: { name: 'Restarts', descending: true },
    steps: PLAIN,
  };
}
