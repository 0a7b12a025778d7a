/** Applies heartbeats: the newest of each daemon and node counts, by the order of its boot, whatever its clock says. */
import type { HeartbeatObject, ObjectEvent } from '@rollcall/contract';
import { nextEntry, type HeartbeatEntry } from './heartbeat-entry.ts';
import type { Inventory } from './inventory.ts';
import { NOTHING, type Touched } from './touched.ts';

/** The heartbeats of a DaemonSet's daemon on a node; undefined before the first. */
export function heartbeatAt({ heartbeats }: Inventory, ownerUid: string, node: string): HeartbeatEntry | undefined {
  return heartbeats.get(ownerUid)?.get(node);
}

/** True for a heartbeat that was there before, or comes behind a later one of its boot, or behind the boot that followed its own. */
export function isReplay(inventory: Inventory, { ownerUid, node, bootId, sequence }: Order): boolean {
  const known = heartbeatAt(inventory, ownerUid, node);
  if (known === undefined) return false;
  return bootId === known.object.bootId ? sequence <= known.object.sequence : bootId === known.formerBootId;
}

/** What orders heartbeats. */
type Order = Pick<HeartbeatObject, 'ownerUid' | 'node' | 'bootId' | 'sequence'>;

/** Applies a heartbeat in place. One of a node or DaemonSet that is not known touches nothing, a replay changes nothing. */
export function applyHeartbeat(inventory: Inventory, event: ObjectEvent<'heartbeat', HeartbeatObject>): Touched {
  const { object } = event;
  if (object === undefined) return NOTHING;
  const { ownerUid, node } = object;
  if (!inventory.nodes.has(node) || !inventory.daemonSets.has(ownerUid)) return NOTHING;
  const before = heartbeatAt(inventory, ownerUid, node);
  const replayed = isReplay(inventory, object);
  if (replayed) return { kind: 'heartbeat', ownerUid, node, before, replayed };
  let byNode = inventory.heartbeats.get(ownerUid);
  if (byNode === undefined) inventory.heartbeats.set(ownerUid, (byNode = new Map()));
  byNode.set(node, nextEntry(before, object, event));
  return { kind: 'heartbeat', ownerUid, node, before, replayed };
}

/** Forgets what was heard of a node that is gone. */
export function forgetHeartbeats({ heartbeats }: Inventory, node: string): void {
  for (const byNode of heartbeats.values()) byNode.delete(node);
}
