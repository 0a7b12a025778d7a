/** What is known of one node's daemon by its own word: heartbeats that it sends, and PlexdNodeStates, which prove life and never death. */
import { WATCH, type Policy } from '@rollcall/contract';
import {
  heartbeatAt,
  nodesOfState,
  nodeStatesAt,
  type HeartbeatEntry,
  type Inventory,
  type NodeStateEntry,
  type PodEntry,
} from '../inventory/index.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';

/** What is seen of a node's signs of life. */
export interface HeartbeatSight {
  /** Every node state that shares a key with the node, in order of their names; undefined while they cannot be seen. */
  readonly matches: readonly NodeStateEntry[] | undefined;
  /** The one with the newest sign of life among those that speak for this node alone. */
  readonly newest: NodeStateEntry | undefined;
  /** Until when that sign of life counts; -Infinity without one. */
  readonly expiresMono: number;
  /** The heartbeats that the daemon itself sends; undefined before the first. */
  readonly report: HeartbeatEntry | undefined;
  /** Until when the last of them counts, and when its silence is that of one who is gone; -Infinity without any. */
  readonly staleMono: number;
  readonly offlineMono: number;
  /** From when on silence is known to be silence; Infinity for a sender that was not heard twice. */
  readonly silenceMono: number;
  /** From when on, without an acknowledged record, its lag grows; -Infinity where it tells of none. */
  readonly lagsFromMono: number;
}

/** Whose heartbeats are looked for. */
export interface Sender {
  readonly ownerUid: string;
  readonly node: string;
  /** The pod that should send now. */
  readonly pod: PodEntry | undefined;
}

/** Looks; undefined where the policy does not ask, or the nodes are not live. */
export function sightHeartbeat(inventory: Inventory, policy: Policy, sender: Sender): HeartbeatSight | undefined {
  const terms = heartbeatTerms(policy);
  if (terms === undefined || inventory.watches.get(WATCH.nodes) !== 'live') return undefined;
  const { ownerUid, node } = sender;
  const states = sightNodeStates(inventory, policy, node);
  const report = heartbeatAt(inventory, ownerUid, node);
  const periodMs = periodOf(terms.periodMs, report);
  const after = (periods: number): number => (report?.arrivedMono ?? -Infinity) + periods * periodMs;
  const counts = Math.max(inventory.leadsSinceMono, successorSince(report, sender.pod)) + terms.staleAfter * periodMs;
  return {
    ...states,
    expiresMono: signOf(states.newest) + terms.staleAfter * terms.periodMs,
    report,
    staleMono: after(terms.staleAfter),
    offlineMono: after(terms.offlineAfter),
    silenceMono: report?.heardTwice === true ? counts : Infinity,
    lagsFromMono: (report?.acked?.atMono ?? -Infinity) + 2 * periodMs,
  };
}

/** A sender that is slower than the policy says is no less alive, but nobody gets more than three times as long. */
function periodOf(periodMs: number, report: HeartbeatEntry | undefined): number {
  return Math.min(3 * periodMs, Math.max(periodMs, report?.intervalMs ?? 0));
}

/** The pod that follows the one that was heard is silent only since it is Ready itself. */
function successorSince(report: HeartbeatEntry | undefined, pod: PodEntry | undefined): number {
  return report === undefined || pod === undefined || pod.object.uid === report.object.podUid
    ? -Infinity
    : pod.readySinceMono;
}

function sightNodeStates(
  inventory: Inventory,
  policy: Policy,
  node: string,
): Pick<HeartbeatSight, 'matches' | 'newest'> {
  if (policy.heartbeatLayer === undefined || inventory.watches.get(WATCH.nodeStates) !== 'live')
    return { matches: undefined, newest: undefined };
  const matches = nodeStatesAt(inventory, node);
  const single = matches.filter(({ object }) => nodesOfState(inventory, object.uid).length === 1);
  return { matches, newest: pickNewest(single) };
}

function pickNewest(states: readonly NodeStateEntry[]): NodeStateEntry | undefined {
  let newest: NodeStateEntry | undefined;
  for (const state of states) if (newest === undefined || signOf(state) > signOf(newest)) newest = state;
  return newest;
}

function signOf(state: NodeStateEntry | undefined): number {
  return state?.signMono ?? -Infinity;
}
