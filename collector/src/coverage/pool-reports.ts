/** The worst that agents report, pool by pool. */
import type { Inventory } from '../inventory/index.ts';
import { sightHeartbeat, type HeartbeatSight } from './heartbeat-sight.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';
import { lagMs } from './ingestion-layer.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { isInScope } from './standing.ts';

/** Of the nodes of a pool that are in scope: milliseconds, and a share from 0 to 1; undefined where nobody tells of it. */
export interface PoolReports {
  readonly lagMaxMs: number | undefined;
  readonly skewMaxMs: number | undefined;
  readonly bufferFillMax: number | undefined;
}

const NOBODY: PoolReports = { lagMaxMs: undefined, skewMaxMs: undefined, bufferFillMax: undefined };

/** Reads them; empty, and no walk over the nodes, unless the policy asks. */
export function readPoolReports(
  inventory: Inventory,
  roll: PolicyRoll,
  monoMs: number,
): ReadonlyMap<string, PoolReports> {
  const pools = new Map<string, PoolReports>();
  const ownerUid = roll.daemonSet?.object.uid ?? '';
  const isAsked = heartbeatTerms(roll.policy) !== undefined && inventory.heartbeats.has(ownerUid);
  for (const { name: node, standing } of isAsked ? roll.records.values() : []) {
    const sight = sightHeartbeat(inventory, roll.policy, { ownerUid, node, pod: undefined });
    if (sight === undefined || standing === undefined || !isInScope(standing)) continue;
    pools.set(standing.pool, worseOf(pools.get(standing.pool) ?? NOBODY, sight, monoMs));
  }
  return pools;
}

function worseOf(worst: PoolReports, sight: HeartbeatSight, monoMs: number): PoolReports {
  const { report } = sight;
  if (report === undefined) return worst;
  return {
    lagMaxMs: greatest(worst.lagMaxMs, lagMs(sight, monoMs)),
    skewMaxMs: greatest(worst.skewMaxMs, Math.abs(report.skewMs)),
    bufferFillMax: report.object.telemetry.map(({ bufferFill }) => bufferFill).reduce(greatest, worst.bufferFillMax),
  };
}

function greatest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
