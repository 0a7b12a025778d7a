/** Wrong: two files in a circle. */
import { used } from './first.ts';

/** Used by the first. */
export function second(): string {
  return typeof used;
}
