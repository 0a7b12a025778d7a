/** What is known of each node's canaries: which arrived, which were lost, and how late they are. */
import type { TelemetryReport } from '@rollcall/contract';

/** A canary that was found in a backend. `boot` names the process that wrote it; a sample has no number but that by its time. */
export interface Canary {
  readonly node: string;
  readonly boot: string;
  readonly seq: number | undefined;
  readonly sentMs: number;
}

/** One look that was answered: when it began, Unix milliseconds. What had arrived by then was found, what is found later had not. */
export interface CanaryLook {
  readonly atMs: number;
  readonly found: Iterable<Canary>;
}

/** The memory of all nodes' canaries. */
export interface CanaryTracks {
  take(look: CanaryLook): readonly TelemetryReport[];
  /** From when on canaries are to be looked for: what came before has been found, is lost, or is too old to be waited for. */
  lookFromMs(nowMs: number): number;
}

/** What it goes by: a missing canary counts as lost once it is older than the grace. */
export interface CanaryTerms {
  readonly periodMs: number;
  readonly graceMs: number;
  isNode(name: string): boolean;
}

/** Nothing that is older is waited for. */
const OLDEST_MS = 15 * 60_000;
const MANY = 2_000;
/** A process that begins anew again and again leaves so many tracks of a node at most. */
const MOST_BOOTS = 16;
/** A busy node counts a little unevenly. */
const SPARE = 2;

interface Track {
  readonly boot: string;
  /** When its first one that was found was sent. */
  readonly originMs: number;
  /** All up to this one are decided. */
  base: number;
  readonly found: Set<number>;
  /** Sent by the node's clock, but not after the look that found it; `foundMs` is that look. */
  newest: { readonly seq: number; readonly sentMs: number; readonly foundMs: number };
  /** How long the newest took at least. */
  transitMs: number;
}

/** Nothing found yet. */
export function createCanaryTracks(terms: CanaryTerms): CanaryTracks {
  const tracks = new Map<string, Track[]>();
  let lastMs: number | undefined;
  return {
    take: ({ atMs, found }) => {
      // In order, so that a process is known from the first of its canaries on.
      for (const canary of [...found].sort((one, other) => one.sentMs - other.sentMs))
        note(tracks, canary, { ...terms, lastMs, atMs });
      lastMs = atMs;
      const reports: TelemetryReport[] = [];
      for (const [node, own] of tracks) {
        if (!terms.isNode(node)) tracks.delete(node);
        else reports.push({ node, ...decideAll(own, terms, atMs), lagMs: lagOf(own, terms, atMs) });
      }
      return reports;
    },
    lookFromMs: (nowMs) => {
      // Of a large fleet no more is read twice than has to be.
      const usual = (lastMs ?? nowMs) - (tracks.size > MANY ? 2 * terms.periodMs : terms.graceMs);
      const oldest = [...tracks.values()].flat().map((track) => waitsSinceMs(track, terms));
      // One by one: a spread of 100,000 arguments overflows the stack.
      const from = oldest.reduce((least, own) => (own > nowMs - OLDEST_MS ? Math.min(least, own) : least), usual);
      return Math.max(from, nowMs - OLDEST_MS);
    },
  };
}

interface Noting {
  readonly periodMs: number;
  readonly lastMs: number | undefined;
  readonly atMs: number;
}

function note(tracks: Map<string, Track[]>, canary: Canary, noting: Noting): void {
  let own = tracks.get(canary.node);
  if (own === undefined) tracks.set(canary.node, (own = []));
  const known = own.find(({ boot }) => boot === canary.boot);
  const seen = date(canary, known?.originMs ?? canary.sentMs, noting);
  const track = known ?? begin(own, canary, seen);
  const { seq } = seen.newest;
  if (seq <= track.base || track.found.has(seq)) return;
  // What was left out was never sent: a clock was set, or somebody made a number up.
  if (seq > track.newest.seq + mostSince(track, noting)) {
    track.found.clear();
    track.base = seq - 1;
  }
  track.found.add(seq);
  if (seq > track.newest.seq) Object.assign(track, seen);
}

type Seen = Pick<Track, 'newest' | 'transitMs'>;

/** A clock that is ahead must not make anything fresh for ever. */
function date({ seq, sentMs: ownMs }: Canary, originMs: number, { periodMs, lastMs, atMs }: Noting): Seen {
  const sentMs = Math.min(ownMs, atMs);
  return {
    // To the nearest: a busy node writes a little late.
    newest: { seq: seq ?? Math.round((ownMs - originMs) / periodMs), sentMs, foundMs: atMs },
    // It was not there when the last look began.
    transitMs: lastMs === undefined ? 0 : Math.max(0, lastMs - sentMs),
  };
}

function begin(own: Track[], { boot, sentMs }: Canary, seen: Seen): Track {
  const track: Track = { boot, originMs: sentMs, base: seen.newest.seq - 1, found: new Set(), ...seen };
  own.push(track);
  if (own.length > MOST_BOOTS) own.shift();
  return track;
}

/** How many more a process can have sent since its newest, which may have been on its way for long. */
function mostSince({ newest }: Track, { periodMs, atMs }: Noting): number {
  return Math.ceil((Math.max(0, atMs - newest.foundMs) + OLDEST_MS) / periodMs) + SPARE;
}

function decideAll(own: Track[], terms: CanaryTerms, nowMs: number): Pick<TelemetryReport, 'sent' | 'dropped'> {
  let sent = 0;
  let dropped = 0;
  for (const track of own) {
    const { newest, found } = track;
    while (track.base < newest.seq) {
      const next = track.base + 1;
      if (found.delete(next)) sent++;
      else if (sentAtMs(track, next, terms) < nowMs - terms.graceMs) dropped++;
      else break;
      track.base = next;
    }
  }
  const newest = newestOf(own);
  // A process that was followed by another is kept for as long as its canaries may still come.
  const isKept = (track: Track): boolean => track === newest || track.newest.sentMs > nowMs - OLDEST_MS;
  own.splice(0, own.length, ...own.filter(isKept));
  return { sent, dropped };
}

/** By the newest found: it took so long at least, and the one behind it is due for so long. */
function lagOf(own: readonly Track[], { periodMs }: CanaryTerms, nowMs: number): number | undefined {
  const track = newestOf(own);
  return track && Math.round(Math.max(track.transitMs, nowMs - track.newest.sentMs - periodMs, 0));
}

function newestOf(own: readonly Track[]): Track | undefined {
  let newest: Track | undefined;
  for (const track of own) if (newest === undefined || track.newest.sentMs >= newest.newest.sentMs) newest = track;
  return newest;
}

function sentAtMs({ newest }: Track, seq: number, { periodMs }: CanaryTerms): number {
  return newest.sentMs - (newest.seq - seq) * periodMs;
}

/** When the first canary was sent that is not there yet. */
function waitsSinceMs(track: Track, terms: CanaryTerms): number {
  return sentAtMs(track, track.base + 1, terms) - terms.periodMs;
}
