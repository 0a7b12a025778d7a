/** What the daemon on a node is known to use: by the metrics API, else by its own heartbeat. */
import type { Policy } from '@rollcall/contract';
import { usageAt, type HeartbeatEntry, type Inventory, type PodEntry } from '../inventory/index.ts';

/** From which age on a sample says nothing of now: four polls, or twelve heartbeats. */
const OLDEST_MS = 120_000;

/** What it was last measured to use, at most OLDEST_MS ago; undefined figures were not told. */
export interface UsageSight {
  readonly origin: 'metrics.k8s.io' | 'heartbeat';
  readonly cpuCores: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly atMono: number;
  /** When it will be too old. */
  readonly expiresMono: number;
}

/** Of whom it is asked: the pods of the daemon on the node, and its newest heartbeat. */
export interface Measured {
  readonly node: string;
  readonly pods: readonly PodEntry[];
  readonly report: HeartbeatEntry | undefined;
  readonly monoMs: number;
}

/**
 * Looks; undefined where nothing recent is known of a daemon that is there: what was measured of a pod before it is not its own. The metrics API comes
 * first, since it measures every daemon in the same way, by what its node's kubelet accounts to the pod.
 */
export function sightUsage(inventory: Inventory, policy: Policy, measured: Measured): UsageSight | undefined {
  const { node, report, pods, monoMs } = measured;
  const isOf = (podUid: string, expiresMono: number): boolean =>
    monoMs < expiresMono && pods.some(({ object }) => object.uid === podUid);
  const sample = usageAt(inventory, policy.uid, node);
  if (sample !== undefined && isOf(sample.podUid, sample.atMono + OLDEST_MS)) {
    const { cpuCores, memoryBytes, atMono } = sample;
    return { origin: 'metrics.k8s.io', cpuCores, memoryBytes, atMono, expiresMono: atMono + OLDEST_MS };
  }
  if (report === undefined || !isOf(report.object.podUid, report.arrivedMono + OLDEST_MS)) return undefined;
  const { cpuCores, memoryBytes } = report.object;
  if (cpuCores === undefined && memoryBytes === undefined) return undefined;
  const { arrivedMono: atMono } = report;
  return { origin: 'heartbeat', cpuCores, memoryBytes, atMono, expiresMono: atMono + OLDEST_MS };
}
