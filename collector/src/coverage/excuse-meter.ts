/** Counts how long a node has been excused by one code within the last 24 h, so that no excuse lasts for ever by flapping. */

/** Over which time excused milliseconds add up. */
export const METER_WINDOW_MS = 86_400_000;

/** Closed spells `[start, end)` and the start of the open one, on the monotonic clock. */
export interface ExcuseMeter {
  spells: readonly (readonly [number, number])[];
  openMono: number | undefined;
}

/** A meter that has counted nothing yet, or `usedMs` of a former process life just before `nowMono`. */
export function createMeter(usedMs = 0, nowMono = 0): ExcuseMeter {
  return { spells: usedMs > 0 ? [[nowMono - usedMs, nowMono]] : [], openMono: undefined };
}

/**
 * Milliseconds used by spells that ended within the 24 h before `nowMono`, each counted whole: an excuse that is used up comes back
 * at once and not by the millisecond, so a node cannot flap in and out of it.
 */
export function usedMs(meter: ExcuseMeter, nowMono: number): number {
  return spentMs(meter, nowMono) + (meter.openMono === undefined ? 0 : nowMono - meter.openMono);
}

/** The same without the open spell: what a journal should keep, since the object itself tells when the open one began. */
export function spentMs(meter: ExcuseMeter, nowMono: number): number {
  let spent = 0;
  for (const [start, end] of meter.spells) if (end > nowMono - METER_WINDOW_MS) spent += end - start;
  return spent;
}

/** When the oldest spell stops counting; Infinity without one. */
export function regainMono(meter: ExcuseMeter, nowMono: number): number {
  const spell = meter.spells.find(([, end]) => end > nowMono - METER_WINDOW_MS);
  return spell === undefined ? Infinity : spell[1] + METER_WINDOW_MS;
}

/** Whether it counts nothing, so that a new one would do as well. */
export function isEmpty(meter: ExcuseMeter, nowMono: number): boolean {
  return meter.openMono === undefined && regainMono(meter, nowMono) === Infinity;
}

/** Starts a spell; does nothing when one is open. */
export function openSpell(meter: ExcuseMeter, nowMono: number): void {
  meter.openMono ??= nowMono;
}

/** Ends the open spell, if any, and forgets what is older than the window. */
export function closeSpell(meter: ExcuseMeter, nowMono: number): void {
  if (meter.openMono === undefined) return;
  const kept = meter.spells.filter(([, end]) => end > nowMono - METER_WINDOW_MS);
  meter.spells = nowMono > meter.openMono ? [...kept, [meter.openMono, nowMono]] : kept;
  meter.openMono = undefined;
}
