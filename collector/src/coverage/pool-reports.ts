/** The worst that agents report, pool by pool. */
import { heartbeatAt, type Inventory } from '../inventory/index.ts';
import { sightHeartbeat } from './heartbeat-sight.ts';
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

/** Reads them; empty, and no walk over the nodes, unless the policy asks. */
export function readPoolReports(
  inventory: Inventory,
  roll: PolicyRoll,
  monoMs: number,
): ReadonlyMap<string, PoolReports> {
  const pools = new Map<string, PoolReports>();
  const ownerUid = roll.daemonSet?.object.uid;
  if (ownerUid === undefined || heartbeatTerms(roll.policy) === undefined || !inventory.heartbeats.has(ownerUid))
    return pools;
  for (const { name: node, standing } of roll.records.values()) {
    const report = heartbeatAt(inventory, ownerUid, node);
    if (report === undefined || standing === undefined || !isInScope(standing)) continue;
    const sight = sightHeartbeat(inventory, roll.policy, { ownerUid, node, pod: undefined });
    const worst = pools.get(standing.pool);
    const fills = report.object.telemetry.map(({ bufferFill }) => bufferFill);
    pools.set(standing.pool, {
      lagMaxMs: greatest(worst?.lagMaxMs, sight === undefined ? undefined : lagMs(sight, monoMs)),
      skewMaxMs: greatest(worst?.skewMaxMs, Math.abs(report.skewMs)),
      bufferFillMax: fills.reduce(greatest, worst?.bufferFillMax),
    });
  }
  return pools;
}

function greatest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
