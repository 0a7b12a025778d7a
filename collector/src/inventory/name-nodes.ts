/** Keeps the keys by which nodes are found, and says whom a change of them concerns. Costs nothing while nobody asks for them. */
import { listPods, type Inventory, type NodeEntry, type PodEntry } from './inventory.ts';
import { createKeyIndex, findIds, isSameKeys, keysOf, setKeys, type KeyIndex } from './key-index.ts';
import { keysOfNode } from './machine-keys.ts';
import { keysOfHost } from './writer-keys.ts';

const NONE: readonly string[] = Object.freeze([]);

/** The index of nodes against Daemons, made at the first Daemon. */
export function indexMachines(inventory: Inventory): KeyIndex {
  if (inventory.machines !== undefined) return inventory.machines;
  const machines = createKeyIndex();
  for (const [name, { object }] of inventory.nodes) setKeys(machines, name, keysOfNode(object));
  inventory.machines = machines;
  return machines;
}

/** The index of nodes against node states, made at the first node state. */
export function indexHosts(inventory: Inventory): KeyIndex {
  if (inventory.hosts !== undefined) return inventory.hosts;
  const hosts = createKeyIndex();
  for (const [name, node] of inventory.nodes) setKeys(hosts, name, hostKeys(inventory, name, node));
  inventory.hosts = hosts;
  return hosts;
}

function hostKeys({ podsAt }: Inventory, name: string, node: NodeEntry | undefined): readonly string[] {
  if (node === undefined) return NONE;
  const pods: PodEntry[] = [];
  for (const byNode of podsAt.values()) pods.push(...listPods(byNode.get(name)));
  return keysOfHost(node.object, pods);
}

/** Follows a node that came, changed or went; answers the nodes that share, or shared, a witness with it. */
export function renameNode(inventory: Inventory, name: string): readonly string[] {
  const { machines, hosts } = inventory;
  if (machines === undefined && hosts === undefined) return NONE;
  const node = inventory.nodes.get(name);
  const found = new Set<string>();
  if (machines !== undefined) {
    const keys = node === undefined ? NONE : keysOfNode(node.object);
    rename(machines, { name, keys, found, witnesses: [...inventory.daemons.values()].map(({ index }) => index) });
  }
  for (const other of renameHosts(inventory, [name])) found.add(other);
  return [...found];
}

/** Follows pods that came to nodes, or left them; answers the nodes of which node states now say something else. */
export function renameHosts(inventory: Inventory, names: readonly string[]): readonly string[] {
  const { hosts, nodes } = inventory;
  if (hosts === undefined) return NONE;
  const found = new Set<string>();
  for (const name of names) {
    const keys = hostKeys(inventory, name, nodes.get(name));
    rename(hosts, { name, keys, found, witnesses: [inventory.nodeStates.index] });
  }
  return [...found];
}

interface Renaming {
  readonly name: string;
  readonly keys: readonly string[];
  readonly witnesses: readonly KeyIndex[];
  readonly found: Set<string>;
}

function rename(nodes: KeyIndex, { name, keys, witnesses, found }: Renaming): void {
  const before = keysOf(nodes, name);
  if (isSameKeys(before, keys)) return;
  for (const index of witnesses) {
    for (const id of findIds(index, [...before, ...keys])) {
      found.add(name);
      for (const other of findIds(nodes, keysOf(index, id))) found.add(other);
    }
  }
  setKeys(nodes, name, keys);
}
