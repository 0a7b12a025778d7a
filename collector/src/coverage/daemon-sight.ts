/** What the Daemons of a policy's source say of one node: who matches it, who counts, and the one to judge, never by a guess. */
import { daemonSource, WATCH, type Policy } from '@rollcall/contract';
import { daemonsAt, nodesOfDaemon, sharedKeys, type DaemonEntry, type Inventory } from '../inventory/index.ts';

/** A Daemon that matches the node: by which keys, and whether its last probe is young enough to count. */
export interface DaemonMatch {
  readonly daemon: DaemonEntry;
  readonly keys: readonly string[];
  readonly fresh: boolean;
}

/** What is seen of a node in the policy's source of Daemons. */
export interface DaemonSight {
  /** Its name, as the policy and the collector's flags have it. */
  readonly source: string;
  /** Every Daemon that shares a key with the node, in order of their names. */
  readonly matches: readonly DaemonMatch[];
  /** Those that count: the fresh ones, or all while none is, since a stale duplicate loses to a fresh one. */
  readonly candidates: readonly DaemonMatch[];
  /** The only candidate, if it matches no other node: the one whose health is the node's. */
  readonly judged: DaemonMatch | undefined;
  /** The other nodes that the only candidate matches, in order of their names. */
  readonly otherNodes: readonly string[];
  /** When the first probe that is fresh now is so no more; Infinity when none is. */
  readonly expiresMono: number;
}

/** Which node is looked at, and when. */
interface Look {
  readonly node: string;
  readonly nowMono: number;
}

/** Looks; undefined where the policy does not ask, or the nodes or Daemons are not live. */
export function sightDaemons(inventory: Inventory, policy: Policy, { node, nowMono }: Look): DaemonSight | undefined {
  if (policy.daemonLayer === undefined) return undefined;
  const { source: name, maxProbeAgeMs } = policy.daemonLayer;
  const source = daemonSource(name);
  const { watches } = inventory;
  if (watches.get(source) !== 'live' || watches.get(WATCH.nodes) !== 'live') return undefined;
  let expiresMono = Infinity;
  const matches = daemonsAt(inventory, source, node).map((daemon): DaemonMatch => {
    const due = daemon.signMono === undefined ? -Infinity : daemon.signMono + maxProbeAgeMs;
    const fresh = nowMono < due;
    if (fresh) expiresMono = Math.min(expiresMono, due);
    return { daemon, fresh, keys: sharedKeys(inventory, source, { node, uid: daemon.object.uid }) };
  });
  const candidates = expiresMono === Infinity ? matches : matches.filter(({ fresh }) => fresh);
  const [only, second] = candidates;
  const nodes =
    only === undefined || second !== undefined ? [] : nodesOfDaemon(inventory, source, only.daemon.object.uid);
  const otherNodes = nodes.filter((other) => other !== node);
  const judged = second === undefined && otherNodes.length === 0 ? only : undefined;
  return { source: name, matches, candidates, judged, otherNodes, expiresMono };
}

/** True for the word `ok` in any case; every other word, and none at all, is unhealthy. */
export function isHealthy(word: string): boolean {
  return word.trim().toLowerCase() === 'ok';
}
