/** Reads single node Leases, one after the other and at a bounded rate: a zone that dies turns thousands of nodes Unknown at once. */
import { WATCHED_KINDS, type LeaseObject } from '@rollcall/contract';
import { readJson } from '@rollcall/kube';
import { projectLease } from './project-lease.ts';
import type { WatchHost } from './watch-kind.ts';

/** What reads Leases. */
export interface LeaseReader {
  /** Asks for a node's Lease, once. */
  ask(node: string): void;
  /** It is wanted no more. */
  cancel(node: string): void;
  stop(): void;
}

/** At most so many a second; more than the API server would notice, and evidence may be late. */
const READS_PER_SECOND = 10;

/** The path of all node Leases. */
export function leasesPath(): string {
  const { group, version, resource } = WATCHED_KINDS.leases;
  return `/apis/${group}/${version}/namespaces/kube-node-lease/${resource}`;
}

/** Reads nothing yet. `found` hears of each Lease that is there and still wanted when it comes; one that cannot be read is no evidence. */
export function createLeaseReader(
  { connection, timers, log }: Pick<WatchHost, 'connection' | 'timers' | 'log'>,
  found: (lease: LeaseObject) => void,
): LeaseReader {
  const wanted = new Set<string>();
  let cancelTimer: (() => void) | undefined;
  let reading = false;
  const read = async (node: string): Promise<void> => {
    try {
      const lease = projectLease(await readJson(connection, `${leasesPath()}/${encodeURIComponent(node)}`));
      if (wanted.has(node)) found(lease);
    } catch (error) {
      log.warn({ node, err: error }, 'the Lease of a node could not be read');
    }
    wanted.delete(node);
  };
  const next = (): void => {
    cancelTimer = undefined;
    const [node] = wanted;
    if (node === undefined) return;
    reading = true;
    void read(node).then(() => {
      reading = false;
      // Even if nothing is wanted now: what is asked for meanwhile waits.
      cancelTimer = timers.after(1000 / READS_PER_SECOND, next);
    });
  };
  return {
    ask: (node) => {
      wanted.add(node);
      // What is asked for while one is read comes after it: a second round would double the rate.
      if (!reading) cancelTimer ??= timers.after(0, next);
    },
    cancel: (node) => void wanted.delete(node),
    stop: () => {
      wanted.clear();
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}
