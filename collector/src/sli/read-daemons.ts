/** What Daemons report over all nodes of a policy: their versions, and the age of the oldest probe. */
import { VERSION_LIMIT } from '@rollcall/contract';
import { isInScope, type PolicyRoll } from '../coverage/index.ts';
import type { VersionReading } from './reading.ts';

/** Where versions beyond the commonest ones are counted. */
const OTHER = 'other';

/** Nodes by version for each pool: the commonest versions of each component over all pools by name, the rest together. */
export function readVersions(counts: PolicyRoll['versions']): ReadonlyMap<string, readonly VersionReading[]> {
  const byPool = new Map<string, VersionReading[]>();
  for (const [component, versions] of counts) {
    const named = commonest(versions);
    const sums = new Map<string, Map<string, number>>();
    for (const [version, pools] of versions) {
      const name = named.has(version) ? version : OTHER;
      for (const [pool, nodes] of pools) {
        const sum = sums.get(pool) ?? new Map<string, number>();
        sums.set(pool, sum.set(name, (sum.get(name) ?? 0) + nodes));
      }
    }
    for (const [pool, sum] of sums) {
      const own = [...sum].map(([version, nodes]) => ({ component, version, nodes }));
      byPool.set(pool, [...(byPool.get(pool) ?? []), ...own]);
    }
  }
  return byPool;
}

/** Equal counts are told apart by name, so that equal clusters show equal series. */
function commonest(versions: ReadonlyMap<string, ReadonlyMap<string, number>>): ReadonlySet<string> {
  const totals = [...versions].map(([version, pools]) => {
    const nodes = [...pools.values()].reduce((sum, count) => sum + count, 0);
    return { version, nodes };
  });
  totals.sort((one, other) => other.nodes - one.nodes || (one.version < other.version ? -1 : 1));
  return new Set(totals.slice(0, VERSION_LIMIT).map(({ version }) => version));
}

/** When the Daemon that was probed longest ago was, for each pool; empty, and no walk over the nodes, unless the policy asks. */
export function oldestProbes({ policy, records }: PolicyRoll): ReadonlyMap<string, number> {
  const oldest = new Map<string, number>();
  if (policy.daemonLayer === undefined) return oldest;
  for (const { standing, daemon } of records.values()) {
    if (standing === undefined || daemon?.signMono === undefined || !isInScope(standing)) continue;
    oldest.set(standing.pool, Math.min(oldest.get(standing.pool) ?? Infinity, daemon.signMono));
  }
  return oldest;
}
