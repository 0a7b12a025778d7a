/**
 * When the DaemonSet controller tries again. Its work queue waits 5 ms after the first failed sync of a DaemonSet, then twice as long each time, up
 * to 1000 s (client-go, DefaultTypedControllerRateLimiter). Syncs that something else brings about fail as well and double the
 * wait, but do not put off what is due. Not every failure is told: events are sampled, and a process may begin in the middle.
 */

const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 1_000_000;
/** Failures that are nearer to each other are one: the pods of one batch, or the first steps, which are of no use to anybody. */
const ONE_SYNC_MS = 300;
/** How far a sync that was due may seem to come before its time: as a share of the wait where that is guessed, else since times of events are cut to seconds. */
const EARLY = 0.1;
const CUT_MS = 1_100;

/** What is known of the failures beside their times. */
interface Failing {
  /** How long each sync took. */
  readonly syncMs: number;
  /** How many syncs have failed, those included whose times are not known; undefined where that cannot be told. */
  readonly total: number | undefined;
}

interface Rung {
  readonly atMono: number;
  /** The wait after this failure. */
  readonly waitMs: number;
  readonly dueMono: number;
}

/** When the next sync is due after failures at these times, which must rise; undefined without any. */
export function nextSyncMono(failures: readonly number[], { syncMs, total }: Failing): number | undefined {
  const times = total === undefined ? mergeBursts(failures) : failures;
  let rung: Rung | undefined;
  for (const [index, atMono] of times.entries()) {
    // Which failure it was: what is not known of was before what is.
    const counted = total === undefined ? 0 : waitAfter(total - (times.length - 1 - index));
    rung = climb(rung, { atMono, syncMs, leastMs: counted });
  }
  return rung?.dueMono;
}

function mergeBursts(failures: readonly number[]): readonly number[] {
  return failures.filter((at, index) => (failures[index + 1] ?? Infinity) - at > ONE_SYNC_MS);
}

interface Failure {
  readonly atMono: number;
  readonly syncMs: number;
  /** What the wait after it is at least. */
  readonly leastMs: number;
}

function climb(before: Rung | undefined, { atMono, syncMs, leastMs }: Failure): Rung {
  const wait = (ms: number): number => Math.min(LONGEST_WAIT_MS, Math.max(ms, leastMs));
  if (before === undefined) {
    const waitMs = wait(FIRST_WAIT_MS);
    return { atMono, waitMs, dueMono: atMono + waitMs };
  }
  const early = Math.max(ONE_SYNC_MS, Math.min(EARLY * before.waitMs, leastMs > 0 ? CUT_MS : Infinity));
  const isDue = atMono - syncMs >= before.dueMono - early;
  const waited = isDue ? findWait(atMono - before.atMono - syncMs) : 0;
  const waitMs = wait(leastMs > 0 && !isDue ? leastMs : 2 * Math.max(leastMs > 0 ? 0 : before.waitMs, waited));
  return { atMono, waitMs, dueMono: isDue ? atMono + waitMs : Math.min(before.dueMono, atMono + waitMs) };
}

/** The wait after the nth failure. */
function waitAfter(nth: number): number {
  return nth < 1 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (nth - 1));
}

/** The longest wait of the ladder that fits in: where failures were not told, the last one was the longest. */
function findWait(passedMs: number): number {
  const room = passedMs * (1 + EARLY);
  if (room >= LONGEST_WAIT_MS) return LONGEST_WAIT_MS;
  return room < FIRST_WAIT_MS ? 0 : FIRST_WAIT_MS * 2 ** Math.floor(Math.log2(room / FIRST_WAIT_MS));
}
