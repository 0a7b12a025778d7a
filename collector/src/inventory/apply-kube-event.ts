/** Applies a Kubernetes Event: notes it as evidence, and touches the nodes whose reason it may change. */
import type { KubeEventObject, NamespaceObject, ObjectEvent } from '@rollcall/contract';
import { noteMade, noteRefusal, refusedUntilMono, type Creation, type RefusalCode } from './creation.ts';
import { dateFirstSight } from './dating.ts';
import { noteEvent, type EventEntry } from './event-book.ts';
import type { Inventory, PodEntry } from './inventory.ts';
import { medianOffset, noteOffset } from './source-offset.ts';
import { NOTHING, type Touched } from './touched.ts';

/** An event that arrives so much later than its source's usual way takes was held up: it is dated by its own time. */
const HELD_UP_MS = 3_000;
/** So many DaemonSets' refusals are kept. */
const MOST_CREATIONS = 1_000;

/** Applies it in place. One that is gone was only forgotten by the API server. */
export function applyKubeEvent(inventory: Inventory, event: ObjectEvent<'kubeEvent', KubeEventObject>): Touched {
  const { object, monoMs: nowMono } = event;
  if (object === undefined || object.involvedUid === '') return NOTHING;
  const { involvedUid, involvedKind, reason } = object;
  const entry = dateEvent(inventory, event, object);
  const pod = inventory.pods.get(involvedUid);
  const isKnown = pod !== undefined || inventory.daemonSets.has(involvedUid);
  const isNews = noteEvent(inventory.events, { ...entry, nowMono, isKnown });
  if (involvedKind === 'DaemonSet' && reason === 'FailedCreate') return applyRefusal(inventory, entry, event);
  if (!isNews || pod === undefined) return NOTHING;
  return { kind: 'pods', owners: [pod.object.ownerUid], nodes: [pod.object.target], witnessed: [] };
}

function dateEvent(
  { watches, eventOffset }: Inventory,
  event: ObjectEvent<'kubeEvent', KubeEventObject>,
  object: KubeEventObject,
): EventEntry {
  const { lastAt = object.firstAt } = object;
  const isLive = watches.get(event.source) === 'live';
  if (isLive && lastAt !== undefined) noteOffset(eventOffset, event.monoMs - lastAt);
  const lastMono = isLive ? dateLive(event.monoMs, lastAt, medianOffset(eventOffset)) : dateFirstSight(event, lastAt);
  const lastedMs = Math.max(0, (lastAt ?? 0) - (object.firstAt ?? lastAt ?? 0));
  return { object, lastMono, firstMono: lastMono - lastedMs };
}

function dateLive(arrivalMono: number, lastAt: number | undefined, offsetMs: number | undefined): number {
  if (lastAt === undefined || offsetMs === undefined) return arrivalMono;
  return arrivalMono - (lastAt + offsetMs) > HELD_UP_MS ? lastAt + offsetMs : arrivalMono;
}

function applyRefusal(
  { creations, watches }: Inventory,
  entry: EventEntry,
  { source, monoMs: nowMono }: { readonly source: string; readonly monoMs: number },
): Touched {
  const { involvedUid, uid, count } = entry.object;
  const before = creations.get(involvedUid);
  const after = noteRefusal(before, entry);
  if (after === before) return NOTHING;
  creations.delete(involvedUid);
  creations.set(involvedUid, after);
  const [oldest] = creations.keys();
  if (creations.size > MOST_CREATIONS && oldest !== undefined) creations.delete(oldest);
  const isOther = codeAt(before, nowMono) !== codeAt(after, nowMono);
  const refused = watches.get(source) === 'live' ? count - (before?.counts.get(uid)?.all ?? 0) : 0;
  return { kind: 'podless', owner: involvedUid, refused, isOther };
}

function codeAt(creation: Creation | undefined, nowMono: number): RefusalCode | undefined {
  return creation === undefined || nowMono >= refusedUntilMono(creation) ? undefined : creation.code;
}

/** Notes that a pod was seen for the first time; true if its DaemonSet's pods were refused until now, so that its other nodes look again. */
export function noteNewPod(inventory: Inventory, { object, createdMono }: PodEntry, seenMono: number): boolean {
  const { ownerUid } = object;
  const { creations, newestPods } = inventory;
  newestPods.set(ownerUid, Math.max(newestPods.get(ownerUid) ?? -Infinity, createdMono));
  const before = creations.get(ownerUid);
  if (before === undefined) return false;
  const after = noteMade(before, { seenMono, madeMono: createdMono });
  if (after === before) return false;
  creations.set(ownerUid, after);
  return true;
}

/** Applies a Namespace in place; one that is not being deleted is not kept. */
export function applyNamespace(inventory: Inventory, event: ObjectEvent<'namespace', NamespaceObject>): Touched {
  const { endingNamespaces } = inventory;
  const { object, uid } = event;
  const known = endingNamespaces.get(uid);
  if (object?.deletedAt === undefined) {
    return endingNamespaces.delete(uid) && known !== undefined ? { kind: 'namespace', name: known.name } : NOTHING;
  }
  if (known !== undefined) return NOTHING;
  endingNamespaces.set(uid, { name: object.name, sinceMono: dateFirstSight(event, object.deletedAt) });
  return { kind: 'namespace', name: object.name };
}
