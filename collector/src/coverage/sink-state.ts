/** Whether a policy's sink itself is away: then nearly all nodes lag at once, which is one fault and not one of each node. */
import type { Standing } from './standing.ts';

/** How many nodes' telemetry is fresh and how many's lags, and what that means. Owned and changed by the roll. */
export interface SinkState {
  fresh: number;
  lagging: number;
  away: boolean;
}

/** So few nodes that lag may each have a fault of their own. */
const FEWEST = 3;
/** From this share of lagging nodes on the sink is away, and until it falls below the other: no node's reason goes back and forth. */
const AWAY_SHARE = 0.9;
const BACK_SHARE = 0.5;

/** A sink of which nobody has told anything. */
export function createSinkState(): SinkState {
  return { fresh: 0, lagging: 0, away: false };
}

/** True for a node whose primary reason is that its telemetry lags, be it the sink's fault or its own. */
export function isLagging({ state, reason }: Standing): boolean {
  return state === 'uncovered' && (reason === 'IngestionLagging' || reason === 'SinkUnavailable');
}

/** Counts a node that stands so, or no longer does. */
export function countSink(sink: SinkState, standing: Standing | undefined, by: number): void {
  if (standing === undefined) return;
  if (isLagging(standing)) sink.lagging += by;
  else if (standing.layers.includes('ingestion')) sink.fresh += by;
}

/** Decides anew; true when that is another answer than before. */
export function settleSink(sink: SinkState): boolean {
  const share = sink.lagging === 0 ? 0 : sink.lagging / (sink.lagging + sink.fresh);
  const away = sink.lagging >= FEWEST && share >= (sink.away ? BACK_SHARE : AWAY_SHARE);
  if (away === sink.away) return false;
  sink.away = away;
  return true;
}
