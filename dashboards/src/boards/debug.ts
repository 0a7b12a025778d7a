/** For whoever looks into one node or one pool: what happened there, in which step, and what its neighbours say. */
import {
  COMMON_LABELS,
  COVERAGE_METRICS,
  JOIN_STEPS,
  JOIN_TOTAL,
  LAYERS,
  NODE_TO_POD,
  type Owner,
  OWNERS,
  POLICY_LABELS,
} from '@rollcall/contract';
import type { Board, Logs, Row, StateTimeline, Table } from '../board.ts';
import { KUBELET_LOG, KUBERNETES_EVENTS, POD_LOG } from '../foreign.ts';
import { lines } from '../lines.ts';
import { ofSeries, toRunbook } from '../links.ts';
import { problemNodes, uncoveredNodes } from '../node-tables.ts';
import { uncoveredByReason } from '../panels.ts';
import { gauge, grown, quantile, select } from '../select.ts';
import { cycleColours, OWNER_COLOURS, reasonsOf } from '../series-colours.ts';
import { NONE_IS_WELL, PLAIN } from '../thresholds.ts';
import { agentRow, resourceRow } from './debug-agents.ts';
import { collectorRow } from './debug-collector.ts';

const M = COVERAGE_METRICS;
const ON_NODE = 'node=~"$node"';

function ofOwner(owner: Owner, at: number): string {
  return `${at + 1} * max by (${POLICY_LABELS}, node, reason) (${select(M.uncoveredInfo, ON_NODE, `reason=~"${reasonsOf(owner)}"`)})`;
}

/** The same rows at every step: those that were there most of the time. */
const LONGEST = `topk(25, max by (${POLICY_LABELS}, node, reason) (count_over_time(${select(M.uncoveredInfo, ON_NODE)}[$__range] @ end())))`;

const nodeReasons: StateTimeline = {
  kind: 'state-timeline',
  title: 'Reasons of nodes',
  description:
    'When a chosen node was uncovered, and why: a band for each of the 25 most frequent pairs of node and reason, coloured by who can mend it. No band is good. Choose one node above; one that is not offered can be typed.',
  unit: 'short',
  width: 24,
  height: 9,
  queries: [
    {
      expr: `(${OWNERS.map(ofOwner).join(' or ')}) and ${LONGEST}`,
      legend: '{{node}} {{reason}} {{cluster}} {{namespace}}/{{daemonset}}',
    },
  ],
  empty: 'no chosen node uncovered, or no collector heard',
  links: [toRunbook(ofSeries('reason'))],
  steps: [
    { colour: 'unknown' },
    ...OWNERS.map((owner, at) => ({ from: at + 1, colour: OWNER_COLOURS[owner], word: owner })),
  ],
};

const ON_POOL = `on (${COMMON_LABELS.join(', ')})`;

const layers = lines({
  title: 'Nodes that a layer fails',
  description:
    'Expected nodes on which a layer of health that the policy asks for is not good. Zero is good; a dead pod fails the layers behind it too, so the innermost that rises names the fault: pod, daemon, heartbeat, mesh, ingestion.',
  unit: 'short',
  width: 12,
  decimals: 0,
  queries: [
    {
      expr: `sum by (layer) (${gauge(M.expected)} - ${ON_POOL} group_right () ${gauge(M.layerGood)})`,
      legend: '{{layer}}',
    },
  ],
  colours: cycleColours(LAYERS),
});

const NODE_ROW: Row = {
  title: 'The node and its pool',
  panels: [
    nodeReasons,
    uncoveredByReason(),
    layers,
    { ...uncoveredNodes(ON_NODE), height: 7 },
    { ...problemNodes(ON_NODE), width: 24, height: 7 },
  ],
};

// Stages but the total are of a policy as a whole.
const STAGES = { ...M.joinDuration, pool: false };
const STEPS = `stage!~"${JOIN_TOTAL}|${NODE_TO_POD}"`;

function meanOf(matcher: string, by: readonly string[]): string {
  const { name, pool } = STAGES;
  const grew = (suffix: string): string =>
    `sum by (${by.join(', ')}) (${grown({ name: name + suffix, pool }, '1h', matcher)})`;
  return `${grew('_sum')} / (${grew('_count')} > 0)`;
}

const stageTable: Table = {
  kind: 'table',
  title: 'Join stages',
  description:
    'How long nodes took for each stage until they were first covered, in the chosen time: the middle one and the slowest twentieth. The stage that stands out is where to look: pod_created is the controller, scheduled the scheduler, started the image.',
  unit: 's',
  width: 10,
  queries: [
    { expr: quantile(0.5, STAGES, { window: '$__range', by: ['stage'] }) },
    { expr: quantile(0.95, STAGES, { window: '$__range', by: ['stage'] }) },
  ],
  empty: 'no node joined, or no policy asks for joins',
  columns: [
    { field: 'stage', name: 'Stage' },
    { field: 'Value #A', name: 'p50', unit: 's', decimals: 1, width: 100 },
    {
      field: 'Value #B',
      name: 'p95',
      unit: 's',
      decimals: 1,
      width: 100,
      steps: [{ colour: 'good' }, { from: 60, colour: 'warning' }, { from: 120, colour: 'bad' }],
    },
  ],
  sort: { name: 'p95', descending: true },
  steps: PLAIN,
};

const JOIN_ROW: Row = {
  title: 'Joining',
  panels: [
    stageTable,
    lines({
      title: 'Where joins spend their time',
      description:
        'The mean of each stage over the hour before, on top of each other. A height that stays is good; the band that grows is the stage that became slow.',
      unit: 's',
      width: 14,
      height: 9,
      queries: [{ expr: meanOf(STEPS, ['stage']), legend: '{{stage}}' }],
      empty: 'no node joined, or no policy asks for joins',
      stacked: true,
      colours: cycleColours(JOIN_STEPS),
    }),
  ],
};

function log(title: string, description: string, expr: string): Logs {
  return {
    kind: 'logs',
    title,
    description,
    unit: 'short',
    width: 12,
    height: 12,
    queries: [{ expr }],
    empty: 'no line of it',
    optional: 'Loki',
    steps: NONE_IS_WELL,
  };
}

const LOG_ROW: Row = {
  title: 'Events and logs',
  folded: true,
  panels: [
    {
      ...log(
        'Kubernetes Events',
        'Events about the DaemonSet and its pods, as the collector sends them by OTLP. Refusals, failed mounts and probes stand here in the words of whoever refused.',
        KUBERNETES_EVENTS,
      ),
      width: 24,
    },
    log('Kubelet', "What the kubelet of the chosen node says in its journal. Look for the pod's name.", KUBELET_LOG),
    log(
      'Daemon',
      'What the pods of the daemon print on the chosen node. The last lines before a restart say why.',
      POD_LOG,
    ),
  ],
};

/** The board. */
export const debug: Board = {
  name: 'debug',
  title: 'Rollcall / Debug',
  description: 'One node, one pool: reasons over time, join stages, agents, resources, logs, and the collector itself.',
  from: 'now-6h',
  refresh: '1m',
  variables: ['node_pool', 'node', 'collector', 'api', 'runbooks', 'loki'],
  rows: [NODE_ROW, JOIN_ROW, agentRow, resourceRow, LOG_ROW, collectorRow],
};
