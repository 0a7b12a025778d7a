/** Joins nodes with the witnesses that speak for them: who shares a key with whom. */
import type { Inventory } from './inventory.ts';
import { findIds, keysOf } from './key-index.ts';
import type { DaemonEntry, NodeStateEntry, Witness, Witnesses } from './witness.ts';

const NOBODY: readonly never[] = Object.freeze([]);

/** The Daemons of a source that share a key with the node, in order of their names. */
export function daemonsAt({ machines, daemons }: Inventory, source: string, node: string): readonly DaemonEntry[] {
  const witnesses = daemons.get(source);
  if (witnesses === undefined || machines === undefined) return NOBODY;
  return pickWitnesses(witnesses, keysOf(machines, node));
}

/** The nodes that a Daemon of a source shares a key with, in order of their names. */
export function nodesOfDaemon({ machines, daemons }: Inventory, source: string, uid: string): readonly string[] {
  const witnesses = daemons.get(source);
  if (witnesses === undefined || machines === undefined) return NOBODY;
  return findIds(machines, keysOf(witnesses.index, uid)).toSorted();
}

/** The keys that a node and a Daemon share, in words. */
export function sharedKeys({ machines, daemons }: Inventory, source: string, pair: Pair): readonly string[] {
  const witnesses = daemons.get(source);
  if (witnesses === undefined || machines === undefined) return NOBODY;
  const own = keysOf(machines, pair.node);
  return keysOf(witnesses.index, pair.uid).filter((key) => own.includes(key));
}

/** A node by its name and a Daemon by its UID. */
export interface Pair {
  readonly node: string;
  readonly uid: string;
}

/** The node states that share a key with the node, in order of their names. */
export function nodeStatesAt({ hosts, nodeStates }: Inventory, node: string): readonly NodeStateEntry[] {
  return hosts === undefined ? NOBODY : pickWitnesses(nodeStates, keysOf(hosts, node));
}

/** The nodes that a node state shares a key with, in order of their names. */
export function nodesOfState({ hosts, nodeStates }: Inventory, uid: string): readonly string[] {
  return hosts === undefined ? NOBODY : findIds(hosts, keysOf(nodeStates.index, uid)).toSorted();
}

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

function pickWitnesses<O extends Named>(
  { entries, index }: Witnesses<O>,
  keys: readonly string[],
): readonly Witness<O>[] {
  const ids = findIds(index, keys);
  if (ids.length === 0) return NOBODY;
  const found = ids.map((id) => entries.get(id)).filter((entry) => entry !== undefined);
  return found.length < 2 ? found : found.toSorted(byName);
}

function byName({ object: one }: Witness<Named>, { object: other }: Witness<Named>): number {
  const [a, b] = [one, other].map(({ namespace, name, uid }) => `${namespace}/${name}/${uid}`);
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1;
}
