/** Picks the longest-uncovered nodes without sorting them all. */
import type { NodeRecord } from '../coverage/index.ts';
import type { UncoveredNode } from './reading.ts';

/** The longest-uncovered nodes, and how many more there are. */
export interface Longest {
  readonly picked: readonly UncoveredNode[];
  readonly others: number;
}

/**
 * The `limit` records that have been uncovered for longest, the longest first; equal ones by name. The phantoms of a pool have no
 * name to tell them apart: they take one place together.
 */
export function pickLongest(records: Iterable<NodeRecord>, limit: number): Longest {
  const picked: UncoveredNode[] = [];
  let all = 0;
  for (const node of listUncovered(records)) {
    all += 1;
    const last = picked.at(-1);
    if (picked.length === limit && last !== undefined && compare(node, last) >= 0) continue;
    insert(picked, node);
    if (picked.length > limit) picked.pop();
  }
  return { picked, others: all - picked.length };
}

function* listUncovered(records: Iterable<NodeRecord>): Generator<UncoveredNode> {
  const phantomPools = new Set<string>();
  for (const { name, standing, sinceMono } of records) {
    if (standing === undefined || standing.reason === '') continue;
    const { pool, reason } = standing;
    if (name === '' && phantomPools.has(pool)) continue;
    if (name === '') phantomPools.add(pool);
    yield { node: name, pool, reason, sinceMono };
  }
}

function insert(sorted: UncoveredNode[], node: UncoveredNode): void {
  let at = sorted.length;
  while (at > 0) {
    const before = sorted[at - 1];
    if (before === undefined || compare(before, node) <= 0) break;
    at -= 1;
  }
  sorted.splice(at, 0, node);
}

function compare(one: UncoveredNode, other: UncoveredNode): number {
  if (one.sinceMono !== other.sinceMono) return one.sinceMono - other.sinceMono;
  return one.node < other.node ? -1 : Number(one.node > other.node);
}
