/** Sums the uncovered time of each node from its transitions. */
import type { LostNode, ReasonCode, TimeSpan, TransitionRow } from '@rollcall/contract';

/** The transitions of one process life in the order in which they came, and until when that life is known to have lasted. */
export interface LifeTransitions {
  readonly lastMs: number;
  readonly transitions: readonly TransitionRow[];
}

interface Sum {
  /** The newest transition, from which on the node is as it says. */
  last: TransitionRow;
  readonly byReason: Map<ReasonCode, number>;
}

/** By node what it lost in the span, the most first. What a life saw last holds until its end, and not in the gap behind it. */
export function sumLost(lives: readonly LifeTransitions[], span: TimeSpan): readonly LostNode[] {
  const sums = new Map<string, Sum>();
  for (const { lastMs, transitions } of lives) sumLife(sums, transitions, { span, endMs: Math.min(lastMs, span.toMs) });
  const nodes = [...sums.values()].flatMap(({ last, byReason }) => {
    const lostMs = [...byReason.values()].reduce((total, ms) => total + ms, 0);
    if (lostMs === 0) return [];
    const { policyUid, nodeUid, node, pool } = last;
    const reasons = [...byReason].map(([reason, ms]) => ({ reason, ms })).sort((one, other) => other.ms - one.ms);
    return [{ policyUid, nodeUid, node, pool, lostMs, reasons }];
  });
  return nodes.sort((one, other) => other.lostMs - one.lostMs || (one.node < other.node ? -1 : 1));
}

interface Bounds {
  readonly span: TimeSpan;
  readonly endMs: number;
}

function sumLife(sums: Map<string, Sum>, transitions: readonly TransitionRow[], bounds: Bounds): void {
  const open = new Map<string, Sum>();
  for (const row of transitions) {
    const key = `${row.policyUid}/${row.nodeUid}`;
    const sum = sums.get(key) ?? { last: row, byReason: new Map() };
    sums.set(key, sum);
    if (open.has(key)) addLost(sum, row.wallMs, bounds);
    sum.last = row;
    open.set(key, sum);
  }
  for (const sum of open.values()) addLost(sum, bounds.endMs, bounds);
}

function addLost({ last, byReason }: Sum, untilMs: number, { span, endMs }: Bounds): void {
  if (last.to !== 'uncovered') return;
  const ms = Math.min(untilMs, endMs) - Math.max(last.wallMs, span.fromMs);
  // An uncovered node's reason is one of the catalogue.
  const reason = last.reason as ReasonCode;
  if (ms > 0) byReason.set(reason, (byReason.get(reason) ?? 0) + ms);
}
