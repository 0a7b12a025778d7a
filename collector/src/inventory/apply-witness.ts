/** Applies what Daemons and node states say: keeps their keys, dates their signs of life, and touches the nodes that they speak for. */
import { WATCH, type DaemonObject, type NodeStateObject, type ObjectEvent } from '@rollcall/contract';
import type { Inventory } from './inventory.ts';
import { findIds, isSameKeys, keysOf, setKeys, type KeyIndex } from './key-index.ts';
import { keysOfDaemon } from './machine-keys.ts';
import { indexHosts, indexMachines } from './name-nodes.ts';
import { NOTHING, type Touched } from './touched.ts';
import { createWitnesses, dateSign, type Witness, type Witnesses } from './witness.ts';
import { keysOfNodeState } from './writer-keys.ts';

/** Applies a Daemon event in place; its source is the name of the watch that showed it. */
export function applyDaemon(inventory: Inventory, event: ObjectEvent<'daemon', DaemonObject>): Touched {
  let witnesses = inventory.daemons.get(event.source);
  if (witnesses === undefined) inventory.daemons.set(event.source, (witnesses = createWitnesses()));
  const { object, source } = event;
  const said = object === undefined ? undefined : { own: object.lastProbeAt, keys: keysOfDaemon(object) };
  return applyWitness(event, { witnesses, said, nodes: indexMachines(inventory), ...watchOf(inventory, source) });
}

/** Applies a node-state event in place. */
export function applyNodeState(inventory: Inventory, event: ObjectEvent<'nodeState', NodeStateObject>): Touched {
  const { object } = event;
  const said = object === undefined ? undefined : { own: object.aliveAt, keys: keysOfNodeState(object) };
  const nodes = indexHosts(inventory);
  return applyWitness(event, {
    witnesses: inventory.nodeStates,
    said,
    nodes,
    ...watchOf(inventory, WATCH.nodeStates),
  });
}

function watchOf({ watches }: Inventory, source: string): Pick<Hearing<unknown>, 'source' | 'watched'> {
  return { source, watched: watches.get(source) === 'live' };
}

interface Hearing<O> {
  readonly witnesses: Witnesses<O>;
  readonly nodes: KeyIndex;
  readonly said: { readonly own: number | undefined; readonly keys: readonly string[] } | undefined;
  readonly source: string;
  readonly watched: boolean;
}

function applyWitness<O>(event: ObjectEvent<string, O>, hearing: Hearing<O>): Touched {
  const { witnesses, nodes, said, source } = hearing;
  const { entries, index } = witnesses;
  const { uid, object } = event;
  const before = keysOf(index, uid);
  const known = entries.get(uid);
  if (object === undefined && known === undefined) return NOTHING;
  const keys = said?.keys ?? [];
  if (object === undefined) entries.delete(uid);
  else entries.set(uid, dateWitness(event, object, { ...hearing, known }));
  if (isSameKeys(before, keys)) return { kind: 'witness', source, nodes: findIds(nodes, keys) };
  setKeys(index, uid, keys);
  return { kind: 'witness', source, nodes: findIds(nodes, [...before, ...keys]) };
}

function dateWitness<O>(
  arrival: ObjectEvent<string, O>,
  object: O,
  { witnesses, said, watched, known }: Hearing<O> & { readonly known: Witness<O> | undefined },
): Witness<O> {
  const own = said?.own;
  const same = known !== undefined && known.own === own;
  const signMono = dateSign({ arrival, own, before: known, watched, offset: witnesses.offset });
  return { object, own, signMono, aheadMs: same ? known.aheadMs : Math.max(0, (own ?? 0) - arrival.wallMs) };
}
