/** What is kept of one daemon's heartbeats on one node, and how the next one changes it. */
import type { ComponentErrors, HeartbeatObject } from '@rollcall/contract';
import type { Arrival } from './dating.ts';

/** The newest heartbeat with what earlier ones add to it; replaced at each. Instants are ours, on the monotonic clock. */
export interface HeartbeatEntry {
  readonly object: HeartbeatObject;
  readonly arrivedMono: number;
  /** Silence means nothing of a sender that was heard once. */
  readonly heardTwice: boolean;
  /** The time between two heartbeats as it was lately; undefined before the second one of a boot. */
  readonly intervalMs: number | undefined;
  /** The boot before this one, whose heartbeats come too late. */
  readonly formerBootId: string;
  /** By how much the agent's clock is ahead of ours, negative behind; within half of `roundTripMs`, which is undefined for a mere guess. */
  readonly skewMs: number;
  readonly roundTripMs: number | undefined;
  /** When `ackedThrough` was last seen to advance, and how old the newest acknowledged record was then; undefined where it is not told. */
  readonly acked: { readonly atMono: number; readonly lagMs: number } | undefined;
  /** Errors that came since the backend last acknowledged anything new; undefined without any. */
  readonly failing: Failing | undefined;
}

/** The newest errors, and since when there have been some in each heartbeat or nearly so. */
export interface Failing {
  readonly sinceMono: number;
  readonly newest: ComponentErrors;
  /** Heartbeats since then that told of no more errors. */
  readonly quiet: number;
}

/** So many heartbeats in a row without a new error end what is said of errors. */
const QUIET_HEARTBEATS = 6;
/** A round trip that is longer tells nothing of clocks. */
const LONGEST_ROUND_TRIP_MS = 10_000;
/** An answer of ours that is older was not to the last heartbeat. */
const OLDEST_ANSWER_MS = 900_000;
/** How fast a learned interval may grow: one long gap is an outage, several are a habit. */
const GROWTH = 1.25;

/** The entry after a heartbeat that is no replay. */
export function nextEntry(known: HeartbeatEntry | undefined, object: HeartbeatObject, at: Arrival): HeartbeatEntry {
  const same = known?.object.bootId === object.bootId ? known : undefined;
  return {
    object,
    arrivedMono: at.monoMs,
    heardTwice: known !== undefined,
    intervalMs: same === undefined ? known?.intervalMs : learnInterval(same, at.monoMs),
    formerBootId: same === undefined ? (known?.object.bootId ?? '') : same.formerBootId,
    ...estimateSkew(object, at),
    acked: dateAcked(known, object, at.monoMs),
    failing: isAdvanced(same, object) ? undefined : noteErrors(same, object, at.monoMs),
  };
}

function learnInterval({ arrivedMono, intervalMs }: HeartbeatEntry, monoMs: number): number {
  const passed = monoMs - arrivedMono;
  return intervalMs === undefined ? passed : Math.min(passed, intervalMs * GROWTH + 1);
}

/**
 * As NTP does (RFC 5905, section 8), from the heartbeat before: sent at t1, received and answered at t2 = t3, its answer there at t4; our
 * clock is ahead by t2 - (t1 + t4) / 2. Without that, what the heartbeat's own time differs from ours by, its way included.
 */
function estimateSkew({ lastReply, sentAt }: HeartbeatObject, { wallMs }: Arrival) {
  if (lastReply !== undefined) {
    const roundTripMs = lastReply.returnedAt - lastReply.sentAt;
    const isRecent = Math.abs(wallMs - lastReply.receivedAt) <= OLDEST_ANSWER_MS;
    if (isRecent && roundTripMs >= 0 && roundTripMs <= LONGEST_ROUND_TRIP_MS)
      return { skewMs: Math.round((lastReply.sentAt + lastReply.returnedAt) / 2 - lastReply.receivedAt), roundTripMs };
  }
  return { skewMs: sentAt - wallMs, roundTripMs: undefined };
}

/** Both times are of the agent's clock, so that no skew is in their difference; one in the future is of now. */
function dateAcked(
  known: HeartbeatEntry | undefined,
  object: HeartbeatObject,
  monoMs: number,
): HeartbeatEntry['acked'] {
  const { ackedThrough, sentAt } = object;
  if (ackedThrough === undefined) return undefined;
  if (known?.acked !== undefined && known.object.ackedThrough === ackedThrough) return known.acked;
  return { atMono: monoMs, lagMs: Math.max(0, sentAt - ackedThrough) };
}

/** What the backend acknowledges it does not refuse. */
function isAdvanced(same: HeartbeatEntry | undefined, { ackedThrough }: HeartbeatObject): boolean {
  const before = same?.object.ackedThrough;
  return ackedThrough !== undefined && before !== undefined && ackedThrough > before;
}

function noteErrors(same: HeartbeatEntry | undefined, object: HeartbeatObject, monoMs: number): Failing | undefined {
  const { failing } = same ?? {};
  const newest = object.errors.find((now) => now.count > countOf(same, now.component));
  if (newest !== undefined) return { sinceMono: failing?.sinceMono ?? monoMs, newest, quiet: 0 };
  if (failing === undefined || failing.quiet + 1 >= QUIET_HEARTBEATS) return undefined;
  return { ...failing, quiet: failing.quiet + 1 };
}

function countOf(entry: HeartbeatEntry | undefined, component: string): number {
  return entry?.object.errors.find((before) => before.component === component)?.count ?? 0;
}
