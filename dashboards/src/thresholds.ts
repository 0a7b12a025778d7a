/** Where colours change, as Grafana writes it. */
import type { Step } from './board.ts';
import { PALETTE } from './palette.ts';

/** Steps as thresholds; the first one holds below all others and has no value. */
export function toThresholds(steps: readonly Step[]): { value: number | null; color: string }[] {
  return steps.map(({ from, colour }) => ({ value: from ?? null, color: PALETTE[colour] }));
}
