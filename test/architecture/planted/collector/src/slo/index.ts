/** Right: slo may import sli. */
import { read } from '../sli/index.ts';

/** What is left of the budget. */
export function budget(): number {
  return read();
}
