/** The commonest panel with what most of them have: lines from zero up, three in a row. */
import type { TimeSeries } from './board.ts';
import { PLAIN } from './thresholds.ts';

type Said = Pick<TimeSeries, 'title' | 'description' | 'unit' | 'queries'> & Partial<TimeSeries>;

/** The panel; what is said goes before what is usual. */
export function lines(panel: Said): TimeSeries {
  return { kind: 'time-series', width: 8, min: 0, steps: PLAIN, ...panel };
}
