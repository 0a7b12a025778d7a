/** Where colours change, as Grafana writes it. */
import type { Step } from './board.ts';
import { PALETTE } from './palette.ts';

/** Steps as thresholds; the first one holds below all others and has no value. */
export function toThresholds(steps: readonly Step[]): { value: number | null; color: string }[] {
  return steps.map(({ from, colour }) => ({ value: from ?? null, color: PALETTE[colour] }));
}

/** For what is neither good nor bad by its value. */
export const PLAIN: readonly [Step] = [{ colour: 'good' }];

/** None is well, any is worth a look. */
export const NONE_IS_WELL: readonly [Step, Step] = [{ colour: 'good' }, { from: 1, colour: 'warning' }];

/** None is well, any is an incident. */
export const ANY_IS_BAD: readonly [Step, Step] = [{ colour: 'good' }, { from: 1, colour: 'bad' }];
