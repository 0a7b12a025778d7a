/** A reading made ready to be written: label text once per policy and pool, lists in a fixed order. */
import { COMMON_LABELS, type ExcuseCode, type TallyName } from '@rollcall/contract';
import type { ExcuseReading, PolicyReading, PoolReading, TallyReading } from '../sli/reading.ts';
import { escapeLabel, secondsText } from './sample-text.ts';

/** What was counted or measured, by what it is, in order of the labels. */
export type TallyRows = ReadonlyMap<TallyName, readonly TallyReading[]>;

/** One pool: `head` is its common labels with the brace still open; `created` is seconds. */
export interface PoolRow extends Omit<PoolReading, 'tallies'> {
  readonly head: string;
  readonly created: string;
  readonly tallies: TallyRows;
  /** The verdicts of each excuse added up. */
  readonly excusedNodes: readonly { readonly reason: ExcuseCode; readonly nodes: number; readonly ms: number }[];
}

/** One policy: `head` is its common labels without a pool, the brace still open. */
export interface PolicyRow {
  readonly head: string;
  readonly created: string;
  readonly tallies: TallyRows;
  readonly reading: PolicyReading;
  readonly pools: readonly PoolRow[];
}

const [CLUSTER, NAMESPACE, DAEMONSET, NODE_POOL] = COMMON_LABELS;

/** Order by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The common labels of a pool, the brace still open. */
export function poolHead(policyHead: string, pool: string): string {
  return `${policyHead},${NODE_POOL}="${escapeLabel(pool)}"`;
}

function tallyRows(readings: readonly TallyReading[]): TallyRows {
  return Map.groupBy(
    readings.toSorted((a, b) => compareText(a.label, b.label)),
    ({ of }) => of,
  );
}

function excusedNodes(sorted: readonly ExcuseReading[]): PoolRow['excusedNodes'] {
  const sums = new Map<ExcuseCode, { nodes: number; ms: number }>();
  for (const { reason, nodes, ms } of sorted) {
    const sum = sums.get(reason) ?? { nodes: 0, ms: 0 };
    sums.set(reason, { nodes: sum.nodes + nodes, ms: sum.ms + ms });
  }
  return [...sums].map(([reason, sum]) => ({ reason, ...sum }));
}

function poolRow(reading: PoolReading, policyHead: string, created: string): PoolRow {
  const excuses = reading.excuses.toSorted(
    (a, b) => compareText(a.reason, b.reason) || compareText(a.verdict, b.verdict),
  );
  return {
    ...reading,
    head: poolHead(policyHead, reading.pool),
    created,
    tallies: tallyRows(reading.tallies),
    layers: reading.layers.toSorted((a, b) => compareText(a.layer, b.layer)),
    excluded: reading.excluded.toSorted((a, b) => compareText(a.rule, b.rule)),
    slis: reading.slis.toSorted((a, b) => compareText(a.sli, b.sli)),
    reasons: reading.reasons.toSorted((a, b) => compareText(a.reason, b.reason) || compareText(a.owner, b.owner)),
    versions: reading.versions.toSorted(
      (a, b) => compareText(a.component, b.component) || compareText(a.version, b.version),
    ),
    excuses,
    excusedNodes: excusedNodes(excuses),
  };
}

function policyRow(reading: PolicyReading, clusterLabel: string): PolicyRow {
  const { namespace, daemonset } = reading;
  const head = `{${clusterLabel}${NAMESPACE}="${escapeLabel(namespace)}",${DAEMONSET}="${escapeLabel(daemonset)}"`;
  const created = secondsText(reading.createdWallMs);
  const pools = reading.pools
    .toSorted((a, b) => compareText(a.pool, b.pool))
    .map((pool) => poolRow(pool, head, created));
  return { head, created, tallies: tallyRows(reading.tallies), reading, pools };
}

/** Every policy in order of namespace, then DaemonSet, made as it is taken; the `cluster` label only when a name is given. */
export function* policyRows(
  readings: readonly PolicyReading[],
  cluster: string | undefined,
): Generator<PolicyRow, void, void> {
  const clusterLabel = cluster === undefined ? '' : `${CLUSTER}="${escapeLabel(cluster)}",`;
  const inOrder = readings.toSorted(
    (a, b) => compareText(a.namespace, b.namespace) || compareText(a.daemonset, b.daemonset),
  );
  for (const reading of inOrder) yield policyRow(reading, clusterLabel);
}
