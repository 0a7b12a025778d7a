/** Applies a Lease of a node. It is evidence for messages and touches nothing: a kubelet renews its own every 10 s. */
import { WATCH, type LeaseObject, type ObjectEvent } from '@rollcall/contract';
import { dateFirstSight } from './dating.ts';
import type { Inventory } from './inventory.ts';
import { NOTHING, type Touched } from './touched.ts';
import { dateSign, type LeaseEntry } from './witness.ts';

/** Applies a Lease event in place. */
export function applyLease(inventory: Inventory, event: ObjectEvent<'lease', LeaseObject>): Touched {
  const { leases, leaseNodes, leaseOffset: offset, watches } = inventory;
  const { object } = event;
  const leader = LEADERS.get(event.source);
  if (leader !== undefined) return applyLeaderLease(inventory, event, leader);
  const node = object?.node ?? leaseNodes.get(event.uid);
  if (node === undefined) return NOTHING;
  const known = leases.get(node);
  if (object === undefined) {
    leaseNodes.delete(event.uid);
    if (known?.object.uid === event.uid) leases.delete(node);
    return NOTHING;
  }
  const before = known && { own: known.object.renewedAt, signMono: known.renewedMono };
  const watched = watches.get(WATCH.leases) === 'live';
  const renewedMono = dateSign({ arrival: event, own: object.renewedAt, before, watched, offset });
  leaseNodes.set(event.uid, node);
  leases.set(node, { object, renewedMono });
  return NOTHING;
}

const LEADERS = new Map<string, 'controllerLease' | 'schedulerLease'>([
  [WATCH.controllerLease, 'controllerLease'],
  [WATCH.schedulerLease, 'schedulerLease'],
]);

function applyLeaderLease(
  inventory: Inventory,
  event: ObjectEvent<'lease', LeaseObject>,
  leader: 'controllerLease' | 'schedulerLease',
): Touched {
  const { object } = event;
  const known = inventory[leader];
  if (object === undefined) {
    if (known?.object.uid === event.uid) inventory[leader] = undefined;
    return NOTHING;
  }
  inventory[leader] = { object, renewedMono: dateRenewal(event, object, known) };
  return NOTHING;
}

function dateRenewal(
  event: ObjectEvent<'lease', LeaseObject>,
  { renewedAt }: LeaseObject,
  known: LeaseEntry | undefined,
): number | undefined {
  if (renewedAt === undefined) return undefined;
  if (known === undefined) return dateFirstSight(event, renewedAt);
  return known.object.renewedAt === renewedAt ? known.renewedMono : event.monoMs;
}
