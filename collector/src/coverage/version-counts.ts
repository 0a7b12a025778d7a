/** Counts nodes by the versions that their Daemons report: at each booking, so that a reading scans no nodes. */
import { COMPONENTS, type ComponentName, type DaemonObject } from '@rollcall/contract';

/** The longest version that is told from others. */
const LONGEST = 64;

/** By component, version, then node pool: how many nodes. Changed in place by the roll only. */
export type VersionCounts = ReadonlyMap<ComponentName, Map<string, Map<string, number>>>;

/** What of a node is counted: its pool and its Daemon; undefined for a node that is not in scope or has none. */
export interface Versioned {
  readonly pool: string;
  readonly daemon: DaemonObject;
}

/** No nodes yet. */
export function createVersionCounts(): VersionCounts {
  return new Map(COMPONENTS.map((component) => [component, new Map()]));
}

/** Counts one node by what it now is instead of what it was. */
export function countVersions(
  counts: VersionCounts,
  before: Versioned | undefined,
  after: Versioned | undefined,
): void {
  if (before !== undefined) addVersions(counts, before, -1);
  if (after !== undefined) addVersions(counts, after, 1);
}

/** As a label value: short, and never empty, which Prometheus would take for no label at all. */
function labelOf(version: string): string {
  return version === '' ? 'unknown' : version.slice(0, LONGEST);
}

function addVersions(counts: VersionCounts, { pool, daemon }: Versioned, by: number): void {
  for (const [component, versions] of counts) {
    const version = labelOf(component === 'daemon' ? daemon.daemonVersion : daemon.driverVersion);
    const pools = versions.get(version) ?? new Map<string, number>();
    const left = (pools.get(pool) ?? 0) + by;
    if (left === 0) pools.delete(pool);
    else pools.set(pool, left);
    if (pools.size === 0) versions.delete(version);
    else versions.set(version, pools);
  }
}
