/** Right: sli may import coverage. */
import { judge } from '../coverage/index.ts';

/** A figure. */
export type Figure = number;

/** Reads a figure. */
export function read(): Figure {
  return judge().word === 'covered' ? 1 : 0;
}
