/** The order of history. */
import type { MomentRow } from '@rollcall/contract';

/** The newest first; of one millisecond the transition that came later. */
export function byAge(one: MomentRow, other: MomentRow): number {
  if (one.wallMs !== other.wallMs) return other.wallMs - one.wallMs;
  return one.kind === 'transition' && other.kind === 'transition' ? other.sequence - one.sequence : 0;
}
