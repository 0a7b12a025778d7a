/** Counts failed scheduling: pods that the scheduler could not place, and pods that the API server refused to make. */
import { CREATE_FAILURE } from '@rollcall/contract';
import type { Unplaced } from '../inventory/index.ts';
import type { Context } from './roll-context.ts';
import type { Instant } from './subject.ts';

/** Counts a pod that could not be placed, in the pool of the node that it is meant for. */
export function noteUnplaced(context: Context, { owners, nodes, unplaced }: NewlyUnplaced, { monoMs }: Instant): void {
  const { reason: label, firstSeenOf = Infinity } = unplaced;
  for (const { policy, startedMono, lastDaemonSet, records } of context.policies.values()) {
    // A pod that was made before the roll began may have been refused before, too.
    if (firstSeenOf <= startedMono || !owners.includes(lastDaemonSet?.object.uid ?? '')) continue;
    for (const node of nodes) {
      const standing = records.get(node)?.standing;
      if (standing === undefined) continue;
      context.sink.tallied({ policy, pool: standing.pool, of: 'failedScheduling', label, monoMs });
    }
  }
}

/** Such a pod: it is of these owners, and meant for this node. */
interface NewlyUnplaced {
  readonly owners: readonly string[];
  readonly nodes: readonly string[];
  readonly unplaced: Unplaced;
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
