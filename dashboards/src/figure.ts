/** A single figure with what most of them have: six in a row. */
import type { Stat } from './board.ts';

/** What is said of one; the unit is a plain number unless it is said too. */
interface Figure {
  readonly title: string;
  readonly description: string;
  readonly expr: string;
  readonly steps: Stat['steps'];
  readonly unit?: string;
}

/** The panel. */
export function figure({ title, description, expr, steps, unit = 'short' }: Figure): Stat {
  const queries: Stat['queries'] = [{ expr, legend: title.toLowerCase() }];
  return { kind: 'stat', title, description, unit, width: 4, decimals: 0, queries, steps };
}
