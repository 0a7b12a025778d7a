/** Applies one event to the inventory and says what it touched, so that an event costs work in proportion to the nodes it touches. */
import type {
  ClusterEvent,
  DaemonSetObject,
  NodeObject,
  ObjectEvent,
  RevisionObject,
  RoleEvent,
  WatchStateEvent,
} from '@rollcall/contract';
import { dateFirstSight } from './dating.ts';
import { applyHeartbeat, forgetHeartbeats } from './apply-heartbeat.ts';
import { adoptEvents, dropEvents } from './event-book.ts';
import { applyKubeEvent, applyNamespace } from './apply-kube-event.ts';
import { applyLease } from './apply-lease.ts';
import { applyNetwork } from './apply-network.ts';
import { applyPod } from './apply-pod.ts';
import { applyReports, forgetReports } from './apply-reports.ts';
import { applyWindow } from './apply-window.ts';
import { applyUsage, forgetUsage } from './apply-usage.ts';
import { applyDaemon, applyNodeState } from './apply-witness.ts';
import type { DaemonSetEntry, Inventory, NodeEntry } from './inventory.ts';
import { isSameNode } from './is-same.ts';
import { renameNode } from './name-nodes.ts';
import { NOTHING, type Touched } from './touched.ts';

/**
 * Applies an event in place. Never throws. Events of kinds that the inventory does not hold (policies, ticks, and the
 * kinds whose sources come with later layers) touch nothing here.
 */
export function applyEvent(inventory: Inventory, event: ClusterEvent): Touched {
  switch (event.kind) {
    case 'node':
      return applyNode(inventory, event);
    case 'pod':
      return applyPod(inventory, event);
    case 'daemonset':
      return applyDaemonSet(inventory, event);
    case 'revision':
      return applyRevision(inventory, event);
    case 'watchState':
      return applyWatchState(inventory, event);
    case 'daemon':
      return applyDaemon(inventory, event);
    case 'nodeState':
      return applyNodeState(inventory, event);
    case 'lease':
      return applyLease(inventory, event);
    case 'networkPolicy':
    case 'namespaceLabels':
      return applyNetwork(inventory.network, event);
    case 'heartbeat':
      return applyHeartbeat(inventory, event);
    case 'reports':
      return applyReports(inventory, event);
    case 'usage':
      return applyUsage(inventory, event);
    case 'role':
      return applyRole(inventory, event);
    case 'kubeEvent':
      return applyKubeEvent(inventory, event);
    case 'namespace':
      return applyNamespace(inventory, event);
    case 'maintenance':
      return applyWindow(inventory.windows, event);
    case 'policy':
    case 'tick':
      return NOTHING;
  }
}

/** A watch that falls silent before its first list has nothing that could be stale: it is still syncing. */
function applyWatchState({ watches, reports, usage }: Inventory, { source, state }: WatchStateEvent): Touched {
  const before = watches.get(source);
  const after = state === 'stale' && before !== 'live' && before !== 'stale' ? 'syncing' : state;
  if (after === (before ?? 'gone')) return NOTHING;
  if (after === 'gone') {
    watches.delete(source);
    reports.delete(source);
    usage.delete(source);
  } else watches.set(source, after);
  return { kind: 'watch', source };
}

function applyNode(inventory: Inventory, event: ObjectEvent<'node', NodeObject>): Touched {
  if (event.object === undefined) return removeNode(inventory, event.uid);
  const { name, createdAt } = event.object;
  const known = inventory.nodes.get(name);
  const same = known?.object.uid === event.uid ? known : undefined;
  // A kubelet that is well says so every few minutes, and a list says all again.
  if (same !== undefined && isSameNode(same.object, event.object)) return { kind: 'repeat', node: name };
  if (same === undefined) forgetGone(inventory, name);
  inventory.nodeNames.set(event.uid, name);
  inventory.nodes.set(name, {
    object: event.object,
    createdMono: same?.createdMono ?? dateFirstSight(event, createdAt),
    readySinceMono: readySince(event, event.object, same),
  });
  noteDown(inventory, event.object);
  const witnessed = renameNode(inventory, name);
  const removed = same === undefined ? known : undefined;
  return { kind: 'node', name, removed, before: same, isNew: same === undefined, witnessed };
}

function noteDown({ downNodes }: Inventory, { name, ready }: NodeObject): void {
  if (ready.status === 'True') downNodes.delete(name);
  else downNodes.add(name);
}

function removeNode(inventory: Inventory, uid: string): Touched {
  const name = inventory.nodeNames.get(uid);
  inventory.nodeNames.delete(uid);
  const known = name === undefined ? undefined : inventory.nodes.get(name);
  if (name === undefined || known?.object.uid !== uid) return NOTHING;
  inventory.nodes.delete(name);
  inventory.downNodes.delete(name);
  forgetGone(inventory, name);
  inventory.leases.delete(name);
  return {
    kind: 'node',
    name,
    removed: known,
    before: undefined,
    isNew: false,
    witnessed: renameNode(inventory, name),
  };
}

/** The pods that left a node, and what they said, are of no concern to the next one of its name. */
function forgetGone(inventory: Inventory, name: string): void {
  for (const gone of inventory.goneAt.values()) gone.delete(name);
  forgetHeartbeats(inventory, name);
  forgetReports(inventory, name);
  forgetUsage(inventory, name);
}

function applyRole(inventory: Inventory, { leader, monoMs, untilMonoMs }: RoleEvent): Touched {
  const led = inventory.leads;
  inventory.leads = leader;
  if (!leader || led || untilMonoMs === Infinity) return NOTHING;
  inventory.leadsSinceMono = monoMs;
  return inventory.heartbeats.size === 0 ? NOTHING : { kind: 'lead' };
}

function readySince(event: ObjectEvent<'node', NodeObject>, object: NodeObject, known: NodeEntry | undefined): number {
  if (known === undefined) return dateFirstSight(event, object.readySince);
  return known.object.ready.status === object.ready.status ? known.readySinceMono : event.monoMs;
}

function applyDaemonSet(inventory: Inventory, event: ObjectEvent<'daemonset', DaemonSetObject>): Touched {
  const known = inventory.daemonSets.get(event.uid);
  if (event.object === undefined) return known === undefined ? NOTHING : removeDaemonSet(inventory, known.object);
  const { object } = event;
  const key = keyOf(object);
  const entry: DaemonSetEntry = {
    object,
    createdMono: known?.createdMono ?? dateFirstSight(event, object.createdAt),
    templateSinceMono: templateSince(event, object, known),
  };
  const renewed = inventory.daemonSetUids.get(key) !== event.uid;
  inventory.daemonSets.set(event.uid, entry);
  inventory.daemonSetUids.set(key, event.uid);
  if (known === undefined) adoptEvents(inventory.events, event.uid);
  return { kind: 'daemonset', key, spec: renewed || known === undefined || isOtherSpec(known.object, object) };
}

function keyOf({ namespace, name }: DaemonSetObject): string {
  return `${namespace}/${name}`;
}

function isOtherSpec(before: DaemonSetObject, after: DaemonSetObject): boolean {
  const dying = (before.deletedAt === undefined) !== (after.deletedAt === undefined);
  return dying || before.generation !== after.generation;
}

function templateSince(
  event: ObjectEvent<'daemonset', DaemonSetObject>,
  object: DaemonSetObject,
  known: DaemonSetEntry | undefined,
): number {
  if (known === undefined) return dateFirstSight(event, object.createdAt);
  return known.object.generation === object.generation ? known.templateSinceMono : event.monoMs;
}

/** Touches nothing when it is not the one that goes by its name, but one that was made anew since. */
function removeDaemonSet(inventory: Inventory, object: DaemonSetObject): Touched {
  const key = keyOf(object);
  inventory.daemonSets.delete(object.uid);
  inventory.goneAt.delete(object.uid);
  inventory.heartbeats.delete(object.uid);
  inventory.creations.delete(object.uid);
  inventory.newestPods.delete(object.uid);
  dropEvents(inventory.events, object.uid);
  if (inventory.daemonSetUids.get(key) !== object.uid) return NOTHING;
  inventory.daemonSetUids.delete(key);
  return { kind: 'daemonset', key, spec: true };
}

function applyRevision(inventory: Inventory, event: ObjectEvent<'revision', RevisionObject>): Touched {
  const known = inventory.revisions.get(event.uid);
  const ownerUid = event.object?.ownerUid ?? known?.ownerUid;
  if (ownerUid === undefined) return NOTHING;
  if (event.object === undefined) inventory.revisions.delete(event.uid);
  else inventory.revisions.set(event.uid, event.object);
  return settleNewest(inventory, ownerUid) ? { kind: 'revision', ownerUid } : NOTHING;
}

function settleNewest(inventory: Inventory, ownerUid: string): boolean {
  let newest: RevisionObject | undefined;
  for (const revision of inventory.revisions.values()) {
    if (revision.ownerUid === ownerUid && revision.revision > (newest?.revision ?? -Infinity)) newest = revision;
  }
  const before = inventory.newestHashes.get(ownerUid);
  if (newest === undefined) inventory.newestHashes.delete(ownerUid);
  else inventory.newestHashes.set(ownerUid, newest.hash);
  return before !== newest?.hash;
}
