/** All boards, in the order in which they are asked for. */
import type { Board, BoardSettings } from './board.ts';
import { debug } from './boards/debug.ts';
import { executive } from './boards/executive.ts';
import { onCall } from './boards/on-call.ts';
import { rollout } from './boards/rollout.ts';
import { slo } from './boards/slo.ts';

/** The boards; those about burn rates read recorded series, whose names have the speed in them. */
export function listBoards(settings: BoardSettings): readonly Board[] {
  return [executive(settings), onCall, debug, rollout(settings), slo(settings)];
}
