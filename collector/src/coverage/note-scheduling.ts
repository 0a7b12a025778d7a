/** Counts failed scheduling: pods that the scheduler could not place, and pods that the API server refused to make. */
import { CREATE_FAILURE } from '@rollcall/contract';
import type { Unplaced } from '../inventory/index.ts';
import type { Context } from './roll-context.ts';
import type { Instant } from './subject.ts';

/** Counts a pod that could not be placed, in the pool of the node that it is meant for. */
export function noteUnplaced(
  { policies, sink }: Context,
  { owners, nodes, unplaced }: { owners: readonly string[]; nodes: readonly string[]; unplaced: Unplaced },
  { monoMs }: Instant,
): void {
  const { reason: label, firstSeenOf = Infinity } = unplaced;
  const [node = ''] = nodes;
  for (const { policy, startedMono, lastDaemonSet, records } of policies.values()) {
    // A pod that was made before the roll began may have been refused before, too.
    if (firstSeenOf <= startedMono || !owners.includes(lastDaemonSet?.object.uid ?? '')) continue;
    const pool = records.get(node)?.standing?.pool;
    if (pool !== undefined) sink.tallied({ policy, pool, of: 'failedScheduling', label, monoMs });
  }
}

/** Counts refusals of the API server. They name no node, and thus have no pool. */
export function noteRefused(
  { policies, sink }: Context,
  { owner, count }: { owner: string; count: number },
  { monoMs }: Instant,
): void {
  if (count <= 0) return;
  for (const { policy, started, lastDaemonSet } of policies.values())
    if (started && lastDaemonSet?.object.uid === owner)
      sink.tallied({ policy, pool: '', of: 'failedScheduling', label: CREATE_FAILURE, by: count, monoMs });
}
