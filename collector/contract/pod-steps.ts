/** When a pod took its first steps, in one small number: joins ask for it, and two times of its own would cost each pod four words more. */
import type { PodObject } from './objects.ts';

/** Seconds that are told apart; what took longer took that long. */
const MOST_SECONDS = 32_766;
const RADIX = 32_768;

/** Both steps as seconds since the pod was made; 0 where neither is known. */
export function packSteps(
  createdAt: number | undefined,
  { scheduledAt, startedAt }: { readonly scheduledAt: number | undefined; readonly startedAt: number | undefined },
): number {
  return secondsFrom(createdAt, scheduledAt) * RADIX + secondsFrom(createdAt, startedAt);
}

/** When the pod was bound to its node, wall-clock milliseconds. */
export function scheduledAtOf({ createdAt, steps = 0 }: Pick<PodObject, 'createdAt' | 'steps'>): number | undefined {
  return timeOf(createdAt, Math.floor(steps / RADIX));
}

/** When the last of its containers was started, wall-clock milliseconds. */
export function startedAtOf({ createdAt, steps = 0 }: Pick<PodObject, 'createdAt' | 'steps'>): number | undefined {
  return timeOf(createdAt, steps % RADIX);
}

/** One more than the seconds, so that 0 says that it is not known. */
function secondsFrom(createdAt: number | undefined, at: number | undefined): number {
  if (createdAt === undefined || at === undefined) return 0;
  return 1 + Math.min(MOST_SECONDS, Math.max(0, Math.floor((at - createdAt) / 1_000)));
}

function timeOf(createdAt: number | undefined, seconds: number): number | undefined {
  return createdAt === undefined || seconds === 0 ? undefined : createdAt + (seconds - 1) * 1_000;
}
