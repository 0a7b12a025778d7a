/**
 * Kubernetes Events as evidence: the newest of each kind of event about an object. They come late, twice and out of order, and some never
 * come, so nothing is counted by them. The book is bounded, however many there are.
 */
import type { KubeEventObject } from '@rollcall/contract';

/** The newest event of its reason about an object, on the monotonic clock. `firstMono` is when the first of that reason happened. */
export interface EventEntry {
  readonly object: KubeEventObject;
  readonly firstMono: number;
  readonly lastMono: number;
}

/** The events about one object by reason; where a kubelet tells several matters under one, by the first word of the message, too. */
type Page = Map<string, EventEntry>;

/** The book; changed in place by its functions only. */
export interface EventBook {
  /** Of objects that the inventory knows, by UID, the longest untouched first. */
  readonly known: Map<string, Page>;
  /** Of objects that it does not know (yet): the watches of pods and of events tell in no common order. */
  readonly strangers: Map<string, Page>;
  /** How many objects' events had to go for want of room. */
  dropped: number;
}

const MOST_KNOWN = 5_000;
const MOST_STRANGERS = 1_000;
const MOST_REASONS = 16;
/** How long an event is evidence: as long as the API server keeps it by default. */
const KEPT_MS = 3_600_000;

/** A book without events. */
export function createEventBook(): EventBook {
  return { known: new Map(), strangers: new Map(), dropped: 0 };
}

/** What is noted: an event, when it happened, and whether the inventory knows what it is about. */
export interface Noted {
  readonly object: KubeEventObject;
  readonly firstMono: number;
  readonly lastMono: number;
  readonly nowMono: number;
  readonly isKnown: boolean;
}

/** Notes an event in place; false if it says nothing new. */
export function noteEvent(book: EventBook, { isKnown, nowMono, ...noted }: Noted): boolean {
  if (nowMono - noted.lastMono >= KEPT_MS) return false;
  const side = isKnown ? book.known : book.strangers;
  const { involvedUid } = noted.object;
  const page: Page = side.get(involvedUid) ?? new Map();
  if (!turnOver(page, noted)) return false;
  // Set anew, so that the longest untouched come first.
  side.delete(involvedUid);
  side.set(involvedUid, page);
  trim(book, side, nowMono);
  return true;
}

function turnOver(page: Page, noted: Omit<Noted, 'isKnown' | 'nowMono'>): boolean {
  const reason = reasonOf(noted.object);
  const before = page.get(reason);
  const firstMono = Math.min(before?.firstMono ?? Infinity, noted.firstMono);
  if (before !== undefined && !isNewer(noted.object, before.object)) {
    if (firstMono < before.firstMono) page.set(reason, { ...before, firstMono });
    return false;
  }
  page.delete(reason);
  page.set(reason, { ...noted, firstMono });
  const [oldest] = page.keys();
  if (page.size > MOST_REASONS && oldest !== undefined) page.delete(oldest);
  return true;
}

/** `Failed to pull image …` and `Error: ErrImagePull`, `MountVolume.SetUp failed …` and `Unable to attach or mount volumes: …` come by turns. */
const SEVERAL_MATTERS = new Set(['Unhealthy', 'Failed', 'FailedMount']);

/** `Readiness probe failed: …` and `Liveness probe failed: …` are two matters under one reason. */
function reasonOf({ reason, message }: KubeEventObject): string {
  return SEVERAL_MATTERS.has(reason) ? `${reason}/${message.split(' ', 1)[0] ?? ''}` : reason;
}

/** One order for all events of a reason, whatever order they come in. */
function isNewer(one: KubeEventObject, other: KubeEventObject): boolean {
  const [own, others] = [one.lastAt ?? 0, other.lastAt ?? 0];
  if (own !== others) return own > others;
  if (one.uid !== other.uid) return one.uid > other.uid;
  return one.count > other.count;
}

function trim(book: EventBook, side: Map<string, Page>, nowMono: number): void {
  const limit = side === book.known ? MOST_KNOWN : MOST_STRANGERS;
  for (const [uid, page] of side) {
    const isOver = side.size > limit;
    if (!isOver && !isStale(page, nowMono)) return;
    side.delete(uid);
    if (isOver) book.dropped += 1;
  }
}

function isStale(page: Page, nowMono: number): boolean {
  for (const { lastMono } of page.values()) if (nowMono - lastMono < KEPT_MS) return false;
  return true;
}

/** Takes the events about an object that has become known from among the strangers. */
export function adoptEvents({ known, strangers }: EventBook, uid: string): void {
  const page = strangers.get(uid);
  if (page === undefined) return;
  strangers.delete(uid);
  known.set(uid, page);
}

/** Drops the events about an object that is gone. */
export function dropEvents({ known }: EventBook, uid: string): void {
  known.delete(uid);
}

/** When an event stops being evidence. */
export function evidenceEndsMono({ lastMono }: EventEntry): number {
  return lastMono + KEPT_MS;
}

/** The events about an object that still are evidence, in no particular order. */
export function eventsAbout({ known }: EventBook, uid: string, nowMono: number): readonly EventEntry[] {
  const page = known.get(uid);
  return page === undefined ? [] : [...page.values()].filter(({ lastMono }) => nowMono - lastMono < KEPT_MS);
}
