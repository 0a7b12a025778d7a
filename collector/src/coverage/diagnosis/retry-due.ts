/** When Kubernetes tries again by itself: the back-offs of the kubelet and of the DaemonSet controller, as far as objects tell how often they failed. */
import type { ContainerObject } from '@rollcall/contract';
import type { EventEntry } from '../../inventory/index.ts';
import type { Subject } from '../subject.ts';

// pkg/kubelet/kubelet.go (10 s to 5 min for images and for containers that end), pkg/volume/util/exponentialbackoff (0.5 s to 2 min 2 s),
// and pkg/controller/daemon (1 s to 15 min for pods that fail).
const RESTART = { firstMs: 10_000, longestMs: 300_000 };
const MOUNT = { firstMs: 500, longestMs: 122_000 };
/** The kubelet syncs a pod again that could not be synced. */
const SYNC_MS = 10_000;
/** kube-scheduler looks again at what it could not place, even if nothing has changed. */
const FLUSH_MS = 300_000;
const REPLACEMENT = { firstMs: 1_000, longestMs: 900_000 };

/** How long a back-off is after that many failures. */
function waitMs({ firstMs, longestMs }: typeof RESTART, failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
}

/** When an image is pulled again after the failure that the event tells, which counts them. */
export function pullDueMono({ object, lastMono }: EventEntry): number {
  return lastMono + waitMs(RESTART, object.count);
}

/** When a volume is mounted again after the failure that the event tells, which counts them. */
export function mountDueMono({ object, lastMono }: EventEntry): number {
  return lastMono + waitMs(MOUNT, object.count);
}

/** When a sandbox is tried again after the failure that the event tells. */
export function sandboxRetryMono({ lastMono }: EventEntry): number {
  return lastMono + SYNC_MS;
}

/** When the scheduler looks at the pod again, at the latest, after the attempt that the event tells. */
export function scheduleDueMono({ lastMono }: EventEntry): number {
  return lastMono + FLUSH_MS;
}

/** When the kubelet starts a container again that waits in CrashLoopBackOff: its own words for how long it waits go before the count of restarts. */
export function restartDueMono(container: ContainerObject, subject: Subject): number | undefined {
  const { waiting, lastTerminated, restarts } = container;
  if (waiting?.reason !== 'CrashLoopBackOff' || lastTerminated?.finishedAt === undefined) return undefined;
  const wait = readBackOff(waiting.message) ?? waitMs(RESTART, restarts);
  return toMono(subject, lastTerminated.finishedAt + wait);
}

/**
 * When the DaemonSet controller replaces a pod that has failed: counted from when it removed the one before, after twice the time for which
 * it had left that one there, or at once if that one had not failed, or there was none. Where the row began unseen nobody knows.
 */
export function replacementDueMono({ pod, gone, past }: Subject): number | undefined {
  if (pod === undefined) return undefined;
  const failedMono = Math.max(pod.createdMono, pod.readySinceMono);
  if (gone === undefined) return isFirst(pod.createdMono, past) ? failedMono : undefined;
  return gone.failed === undefined ? failedMono : Math.max(failedMono, pod.createdMono + nextWaitMs(gone.failed.forMs));
}

/** True for the first pod since the node became eligible before our eyes; a creationTimestamp has whole seconds. */
function isFirst(createdMono: number, { eligibleSinceMono }: Subject['past']): boolean {
  return eligibleSinceMono !== undefined && createdMono + 1_000 > eligibleSinceMono;
}

/** The wait before lasted at least as long as its back-off, which doubles; the first pod of a row is removed without any. */
function nextWaitMs(lastMs: number): number {
  const { firstMs, longestMs } = REPLACEMENT;
  const step = Math.floor(Math.log2(Math.max(lastMs, firstMs / 2) / firstMs));
  return Math.min(longestMs, firstMs * 2 ** (step + 1));
}

/** What a kubelet says as "back-off 2m40s restarting failed container", in milliseconds; undefined where it does not say. */
function readBackOff(message: string): number | undefined {
  const [, hours, minutes, seconds] =
    /back-off (?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)? restarting/.exec(message) ?? [];
  if ((hours ?? minutes ?? seconds) === undefined) return undefined;
  return Math.round((Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000);
}

/** A wall-clock time of an object on the monotonic clock. */
export function toMono({ now }: Subject, wallMs: number): number {
  return now.monoMs + (wallMs - now.wallMs);
}
