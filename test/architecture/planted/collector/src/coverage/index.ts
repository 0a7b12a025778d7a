/** Right: coverage may import the inventory. */
import { enter, type Entry } from '../inventory/index.ts';

/** Judges nothing. */
export function judge(): Entry {
  return enter('covered');
}
