/** Picks the longest-uncovered nodes without sorting them all. */
import type { NodeRecord } from '../coverage/index.ts';
import type { UncoveredNode } from './reading.ts';

/** The `limit` records that have been uncovered for longest, the longest first; equal ones by name. */
export function pickLongest(records: Iterable<NodeRecord>, limit: number): readonly UncoveredNode[] {
  const picked: UncoveredNode[] = [];
  for (const { name, standing, sinceMono } of records) {
    if (standing === undefined || standing.reason === '') continue;
    const node: UncoveredNode = { node: name, pool: standing.pool, reason: standing.reason, sinceMono };
    const last = picked.at(-1);
    if (picked.length === limit && last !== undefined && compare(node, last) >= 0) continue;
    insert(picked, node);
    if (picked.length > limit) picked.pop();
  }
  return picked;
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
