/** Layer 5: the backend acknowledged the node's telemetry up to a short while ago. */
import { WATCH } from '@rollcall/contract';
import { OUTCOMES } from './heartbeat-layer.ts';
import type { HeartbeatSight } from './heartbeat-sight.ts';
import { sayDuration } from './say-duration.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';

const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/** The ingestion layer. */
export const ingestionLayer: Layer = {
  name: 'ingestion',
  isAsked: (policy) => policy.ingestionLayer !== undefined,
  sources: () => [WATCH.nodes],
  judge: (subject) => judgeLag(subject, subject.policy.ingestionLayer?.maxLagMs ?? Infinity),
  judgeBlind: () => UNKNOWN,
  check: (subject) => [
    { check: 'ingestion', outcome: OUTCOMES[ingestionLayer.judge(subject).answer], seen: describeLag(subject) },
  ],
};

/**
 * The telemetry lag: for two periods after the backend was seen to acknowledge something new, the age that this had then; later on, how
 * long ago it was written. Undefined where the daemon tells of none. Milliseconds.
 */
export function lagMs({ report, lagsFromMono }: HeartbeatSight, monoMs: number): number | undefined {
  const acked = report?.acked;
  if (acked === undefined) return undefined;
  return monoMs < lagsFromMono ? acked.lagMs : acked.lagMs + (monoMs - acked.atMono);
}

/** Whether the lag is below a limit; by silence alone only where silence is known to be silence. */
export function judgeLag({ heartbeat: sight, now }: Subject, limitMs: number): LayerAnswer {
  const acked = sight?.report?.acked;
  if (sight === undefined || acked === undefined) return UNKNOWN;
  if (acked.lagMs >= limitMs) return { answer: 'bad' };
  const goodUntil = Math.max(sight.lagsFromMono, acked.atMono + limitMs - acked.lagMs);
  if (now.monoMs < goodUntil) return { answer: 'good', lookAgainMono: goodUntil };
  // Who still reports says itself that nothing is acknowledged.
  if (now.monoMs < sight.staleMono || now.monoMs >= sight.silenceMono)
    return { answer: 'bad', lookAgainMono: sight.staleMono };
  return sight.silenceMono === Infinity ? UNKNOWN : { answer: 'unknown', lookAgainMono: sight.silenceMono };
}

/** What the daemon says of its telemetry. */
export function describeLag({ heartbeat: sight, now, policy }: Subject): string {
  const lag = sight === undefined ? undefined : lagMs(sight, now.monoMs);
  if (lag === undefined) return 'no heartbeat tells what the backend has acknowledged';
  const limit = policy.ingestionLayer === undefined ? '' : `, ${sayDuration(policy.ingestionLayer.maxLagMs)} allowed`;
  return `the newest record that the backend acknowledged is ${sayDuration(lag)} old${limit}`;
}
