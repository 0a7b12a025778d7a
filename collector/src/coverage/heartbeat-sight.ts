/** What PlexdNodeStates say of one node. They prove life, never death: an agent writes only what changes. */
import { WATCH, type Policy } from '@rollcall/contract';
import { nodesOfState, nodeStatesAt, type Inventory, type NodeStateEntry } from '../inventory/index.ts';

/** What is seen of a node in the node states. */
export interface HeartbeatSight {
  /** Every node state that shares a key with the node, in order of their names. */
  readonly matches: readonly NodeStateEntry[];
  /** The one with the newest sign of life among those that speak for this node alone. */
  readonly newest: NodeStateEntry | undefined;
  /** Until when that sign of life counts; -Infinity without one. */
  readonly expiresMono: number;
}

/** Looks; undefined where the policy does not ask, or the nodes or node states are not live. */
export function sightNodeStates(inventory: Inventory, policy: Policy, node: string): HeartbeatSight | undefined {
  if (policy.heartbeatLayer === undefined) return undefined;
  const { periodMs, staleAfter } = policy.heartbeatLayer;
  const { watches } = inventory;
  if (watches.get(WATCH.nodeStates) !== 'live' || watches.get(WATCH.nodes) !== 'live') return undefined;
  const matches = nodeStatesAt(inventory, node);
  const newest = pickNewest(matches.filter(({ object }) => nodesOfState(inventory, object.uid).length === 1));
  return { matches, newest, expiresMono: signOf(newest) + staleAfter * periodMs };
}

function pickNewest(states: readonly NodeStateEntry[]): NodeStateEntry | undefined {
  let newest: NodeStateEntry | undefined;
  for (const state of states) if (newest === undefined || signOf(state) > signOf(newest)) newest = state;
  return newest;
}

function signOf(state: NodeStateEntry | undefined): number {
  return state?.signMono ?? -Infinity;
}
