/** The worst that agents and backends report, pool by pool. */
import type { Inventory } from '../inventory/index.ts';
import { sightHeartbeat, type HeartbeatSight } from './heartbeat-sight.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';
import { lagMs } from './ingestion-layer.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { isInScope } from './standing.ts';
import { originsOf, sightTelemetry } from './telemetry-sight.ts';

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
  for (const { name: node, standing } of isAsked(inventory, roll) ? roll.records.values() : []) {
    const sight = sightHeartbeat(inventory, roll.policy, { ownerUid, node, pod: undefined });
    const lags = sightTelemetry(inventory, roll.policy, node).map((word) => word.lagMs);
    if ((sight === undefined && lags.length === 0) || standing === undefined || !isInScope(standing)) continue;
    const worst = worseOf(pools.get(standing.pool) ?? NOBODY, sight, monoMs);
    pools.set(standing.pool, { ...worst, lagMaxMs: lags.reduce(greatest, worst.lagMaxMs) });
  }
  return pools;
}

function isAsked(inventory: Inventory, { policy, daemonSet }: PolicyRoll): boolean {
  const isHeard = heartbeatTerms(policy) !== undefined && inventory.heartbeats.has(daemonSet?.object.uid ?? '');
  return isHeard || originsOf(policy).length > 0;
}

function worseOf(worst: PoolReports, sight: HeartbeatSight | undefined, monoMs: number): PoolReports {
  const report = sight?.report;
  if (sight === undefined || report === undefined) return worst;
  return {
    lagMaxMs: greatest(worst.lagMaxMs, lagMs(sight, monoMs)),
    skewMaxMs: greatest(worst.skewMaxMs, Math.abs(report.skewMs)),
    bufferFillMax: report.object.telemetry.map(({ bufferFill }) => bufferFill).reduce(greatest, worst.bufferFillMax),
  };
}

function greatest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
