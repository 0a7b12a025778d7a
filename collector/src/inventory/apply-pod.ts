/** Applies a pod event: keeps the index by owner and node, and remembers the pod that left a node last. */
import type { ObjectEvent, PodObject } from '@rollcall/contract';
import { noteNewPod } from './apply-kube-event.ts';
import { dateDeadline, dateFirstSight } from './dating.ts';
import { adoptEvents, dropEvents } from './event-book.ts';
import { findRestarts, nameEnd } from './find-restarts.ts';
import { findUnplaced } from './find-unplaced.ts';
import { listPods, type FailedPod, type Inventory, type PodEntry } from './inventory.ts';
import { countImages } from './image-counts.ts';
import { isSamePod } from './is-same.ts';
import { renameHosts } from './name-nodes.ts';
import { NOTHING, type Touched } from './touched.ts';

/** A deletionTimestamp further ahead than this is a broken clock, not a grace period. */
const LONGEST_GRACE_MS = 3_600_000;

/** Applies a pod event in place. A pod without an owning DaemonSet or without a node is kept out of the index. */
export function applyPod(inventory: Inventory, event: ObjectEvent<'pod', PodObject>): Touched {
  const known = inventory.pods.get(event.uid);
  if (event.object === undefined) return known === undefined ? NOTHING : removePod(inventory, known, event.monoMs);
  if (known !== undefined && isSamePod(known.object, event.object)) return NOTHING;
  const entry = datePod(event, event.object, known);
  const happened = tellHappenings(inventory, { known, entry, arrival: event });
  putPod(inventory, known, entry);
  const { ownerUid, target } = entry.object;
  if (known === undefined) return { ...welcome(inventory, entry, event.monoMs), ...happened };
  if (isSamePlace(known, entry)) return { ...touchPods(inventory, [ownerUid], [target]), ...happened };
  noteGone(inventory, known, event.monoMs);
  return touchPods(inventory, [known.object.ownerUid, ownerUid], [known.object.target, target]);
}

function putPod(inventory: Inventory, known: PodEntry | undefined, entry: PodEntry): void {
  const { uid, ownerUid, target } = entry.object;
  inventory.pods.set(uid, entry);
  if (entry.deletedMono !== undefined && !hasEnded(entry.object)) inventory.toldToGo.add(uid);
  if (known !== undefined) unindex(inventory, known);
  if (ownerUid !== '' && target !== '') index(inventory, entry);
}

function welcome(inventory: Inventory, entry: PodEntry, seenMono: number): Touched {
  const { uid, ownerUid, target } = entry.object;
  adoptEvents(inventory.events, uid);
  noteReplaced(inventory, entry);
  const resumed = noteNewPod(inventory, entry, seenMono) ? ownerUid : undefined;
  return { ...touchPods(inventory, [ownerUid], [target]), resumed };
}

function isSamePlace({ object: before }: PodEntry, { object: after }: PodEntry): boolean {
  return before.ownerUid === after.ownerUid && before.target === after.target;
}

function datePod(event: ObjectEvent<'pod', PodObject>, object: PodObject, known: PodEntry | undefined): PodEntry {
  return {
    object,
    createdMono: known?.createdMono ?? dateFirstSight(event, object.createdAt),
    readySinceMono: podReadySince(event, object, known),
    deletedMono: graceEnd(event, object, known),
  };
}

function graceEnd(
  event: ObjectEvent<'pod', PodObject>,
  { deletedAt }: PodObject,
  known: PodEntry | undefined,
): number | undefined {
  if (deletedAt === undefined) return undefined;
  return known?.object.deletedAt === deletedAt ? known.deletedMono : dateDeadline(event, deletedAt, LONGEST_GRACE_MS);
}

function podReadySince(event: ObjectEvent<'pod', PodObject>, object: PodObject, known: PodEntry | undefined): number {
  if (known === undefined) return dateFirstSight(event, object.readySince);
  const before = known.object;
  const same = before.ready.status === object.ready.status && before.readySince === object.readySince;
  return same ? known.readySinceMono : event.monoMs;
}

function removePod(inventory: Inventory, entry: PodEntry, monoMs: number): Touched {
  const { uid, ownerUid, target } = entry.object;
  inventory.pods.delete(uid);
  dropEvents(inventory.events, uid);
  unindex(inventory, entry);
  noteGone(inventory, entry, monoMs);
  inventory.toldToGo.delete(uid);
  return touchPods(inventory, [ownerUid], [target]);
}

type Happenings = Pick<Extract<Touched, { kind: 'pods' }>, 'restarts' | 'unplaced'>;

/** What a pod shows to have happened, as a part of the answer; nothing as a rule. */
function tellHappenings(inventory: Inventory, seen: Parameters<typeof findRestarts>[1]): Happenings {
  const restarts = findRestarts(inventory, seen);
  const unplaced = findUnplaced(seen.known, seen.entry);
  if (restarts.length === 0 && unplaced === undefined) return NOTHING_HAPPENED;
  return { ...(restarts.length > 0 && { restarts }), ...(unplaced && { unplaced }) };
}

const NOTHING_HAPPENED: Happenings = {};

function touchPods(
  inventory: Inventory,
  owners: readonly string[],
  nodes: readonly string[],
): Extract<Touched, { kind: 'pods' }> {
  return { kind: 'pods', owners, nodes, witnessed: renameHosts(inventory, nodes) };
}

/** A pod takes the place of one that went once. */
function noteReplaced({ goneAt }: Inventory, { object: { ownerUid, target } }: PodEntry): void {
  const byNode = goneAt.get(ownerUid);
  const gone = byNode?.get(target);
  if (gone?.end !== undefined) byNode?.set(target, { ...gone, end: undefined });
}

function noteGone(inventory: Inventory, entry: PodEntry, monoMs: number): void {
  const { ownerUid, target, hash } = entry.object;
  if (!inventory.nodes.has(target) || !inventory.daemonSets.has(ownerUid)) return;
  const gone = inventory.goneAt.get(ownerUid) ?? new Map();
  const told = inventory.toldToGo.has(entry.object.uid);
  const left = { hash, monoMs, end: nameEnd(entry.object, told) };
  const failed = told ? undefined : describeFailure(entry, monoMs);
  inventory.goneAt.set(ownerUid, gone.set(target, failed === undefined ? left : { ...left, failed }));
}

/** Since Kubernetes 1.27 (KEP-3329) a kubelet calls a pod Succeeded or Failed too that was deleted while it ran: that is not how it ended. */
function hasEnded({ phase }: PodObject): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** A pod that a kubelet refuses has failed from its creation on, another one since it is not Ready. */
function describeFailure({ object, createdMono, readySinceMono }: PodEntry, monoMs: number): FailedPod | undefined {
  if (object.phase !== 'Failed') return undefined;
  const { reason, message } = object;
  return { reason, message, forMs: Math.max(0, monoMs - Math.max(createdMono, readySinceMono)) };
}

function index(inventory: Inventory, entry: PodEntry): void {
  const { ownerUid, target } = entry.object;
  countImages(inventory.imageCounts, entry.object, 1);
  let byNode = inventory.podsAt.get(ownerUid);
  if (byNode === undefined) inventory.podsAt.set(ownerUid, (byNode = new Map()));
  const there = byNode.get(target);
  byNode.set(target, there === undefined ? entry : [...listPods(there), entry]);
}

function unindex(inventory: Inventory, entry: PodEntry): void {
  const byNode = inventory.podsAt.get(entry.object.ownerUid);
  if (byNode === undefined) return;
  const { target, uid } = entry.object;
  const there = listPods(byNode.get(target));
  const left = there.filter((other) => other.object.uid !== uid);
  if (left.length < there.length) countImages(inventory.imageCounts, entry.object, -1);
  const [first, ...others] = left;
  if (first === undefined) byNode.delete(target);
  else byNode.set(target, others.length === 0 ? first : left);
  if (byNode.size === 0) inventory.podsAt.delete(entry.object.ownerUid);
}
