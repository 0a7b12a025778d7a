/** Layer 5: the backend acknowledged the node's telemetry up to a short while ago. */
import { telemetrySource, WATCH, type Policy } from '@rollcall/contract';
import { OUTCOMES } from './heartbeat-layer.ts';
import type { HeartbeatSight } from './heartbeat-sight.ts';
import { sayDuration } from './say-duration.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';
import { describeWord, originsOf } from './telemetry-sight.ts';

const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/** The ingestion layer. */
export const ingestionLayer: Layer = {
  name: 'ingestion',
  isAsked: (policy) => policy.ingestionLayer !== undefined,
  sources: () => [WATCH.nodes],
  aids: lagSources,
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

/** The watches that may tell of lags beside heartbeats: without them those count alone. */
export function lagSources(policy: Policy): readonly string[] {
  return originsOf(policy).map((origin) => telemetrySource(policy.uid, origin));
}

/** Whether the lag is below a limit, by all who know: one that it is not for is enough, one that it is for is enough where nobody else knows. */
export function judgeLag(subject: Subject, limitMs: number): LayerAnswer {
  const own = judgeAcked(subject, limitMs);
  if (own.answer === 'bad') return own;
  const lags = subject.telemetry.flatMap(({ lagMs }) => (lagMs === undefined ? [] : [lagMs]));
  if (lags.length === 0) return own;
  const answer = lags.some((lag) => lag >= limitMs) ? 'bad' : 'good';
  return own.lookAgainMono === undefined ? { answer } : { answer, lookAgainMono: own.lookAgainMono };
}

/** By heartbeats; by silence alone only where silence is known to be silence. */
function judgeAcked({ heartbeat: sight, now }: Subject, limitMs: number): LayerAnswer {
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

/** What the daemon and the backends say of its telemetry. */
export function describeLag({ heartbeat: sight, telemetry, now, policy }: Subject): string {
  const lag = sight === undefined ? undefined : lagMs(sight, now.monoMs);
  const words = telemetry.map(describeWord);
  if (lag !== undefined) words.unshift(`the newest record that the backend acknowledged is ${sayDuration(lag)} old`);
  if (words.length === 0) {
    const origins = originsOf(policy);
    const asked = origins.length === 0 ? '' : `, and of the ${origins.join(' and the ')} nothing is known here`;
    return `no heartbeat tells what the backend has acknowledged${asked}`;
  }
  const limit = policy.ingestionLayer === undefined ? '' : `, ${sayDuration(policy.ingestionLayer.maxLagMs)} allowed`;
  return `${words.join('; ')}${limit}`;
}
