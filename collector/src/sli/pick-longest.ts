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
  const phantomPools = new Set<string>();
  let all = 0;
  for (const record of records) {
    const { standing } = record;
    if (standing === undefined || standing.reason === '') continue;
    if (record.name === '') {
      if (phantomPools.has(standing.pool)) continue;
      phantomPools.add(standing.pool);
    }
    all += 1;
    const last = picked.length === limit ? picked.at(-1) : undefined;
    // In a mass outage nearly all end here: nothing is made for them.
    if (last !== undefined && isBehind(record, last)) continue;
    const { name: node, sinceMono } = record;
    insert(picked, { node, pool: standing.pool, reason: standing.reason, sinceMono }, limit);
  }
  return { picked, others: all - picked.length };
}

function isBehind(record: NodeRecord, last: UncoveredNode): boolean {
  return record.sinceMono > last.sinceMono || (record.sinceMono === last.sinceMono && record.name >= last.node);
}

function insert(sorted: UncoveredNode[], node: UncoveredNode, limit: number): void {
  let at = sorted.length;
  while (at > 0) {
    const before = sorted[at - 1];
    if (before === undefined || compare(before, node) <= 0) break;
    at -= 1;
  }
  if (at === limit) return;
  sorted.splice(at, 0, node);
  if (sorted.length > limit) sorted.pop();
}

function compare(one: UncoveredNode, other: UncoveredNode): number {
  if (one.sinceMono !== other.sinceMono) return one.sinceMono - other.sinceMono;
  return one.node < other.node ? -1 : Number(one.node > other.node);
}
