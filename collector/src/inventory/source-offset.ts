/** Where a source's clock stands on our monotonic one: its skew and the way of its news together. */

/** So many of the newest values are kept of a source. */
const KEPT = 31;

/** The newest differences, monotonic arrival minus own time, of values that changed under our eyes; milliseconds. */
export interface SourceOffset {
  readonly recent: number[];
  next: number;
}

/** A source of which no value has changed yet. */
export function createSourceOffset(): SourceOffset {
  return { recent: [], next: 0 };
}

/** Notes a value that changed: its arrival on the monotonic clock, which no step of ours moves, minus its own time. */
export function noteOffset(offset: SourceOffset, ms: number): void {
  offset.recent[offset.next] = ms;
  offset.next = (offset.next + 1) % KEPT;
}

/** The median of what was noted, the lower one of two; undefined before anything was. */
export function medianOffset({ recent }: SourceOffset): number | undefined {
  return recent.toSorted((one, other) => one - other)[(recent.length - 1) >> 1];
}
