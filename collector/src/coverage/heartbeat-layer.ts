/** Layer 3: the daemon on the node gave a sign of life a few periods ago. Who reported twice and falls silent is bad; node states alone cannot tell silence from death. */
import { WATCH } from '@rollcall/contract';
import { describeHeartbeat } from './describe-witness.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';

const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/** The heartbeat layer. */
export const heartbeatLayer: Layer = {
  name: 'heartbeat',
  isAsked: (policy) => policy.heartbeatLayer !== undefined,
  sources: () => [WATCH.nodes],
  aids: () => [WATCH.nodeStates],
  judge: ({ heartbeat: sight, now }) => {
    if (sight === undefined) return UNKNOWN;
    const aliveUntil = Math.max(sight.expiresMono, sight.staleMono);
    if (now.monoMs < aliveUntil) return { answer: 'good', lookAgainMono: aliveUntil };
    if (sight.silenceMono === Infinity) return UNKNOWN;
    if (now.monoMs < sight.silenceMono) return { answer: 'unknown', lookAgainMono: sight.silenceMono };
    return { answer: 'bad' };
  },
  judgeBlind: () => UNKNOWN,
  check: (subject) => {
    const { answer } = heartbeatLayer.judge(subject);
    return [{ check: 'heartbeat', outcome: OUTCOMES[answer], seen: describeHeartbeat(subject) ?? '' }];
  },
};

/** How a check of a layer that has one ends. */
export const OUTCOMES = { good: 'pass', bad: 'fail', unknown: 'unknown', notAsked: 'skipped' } as const;

/** True while the daemon's own heartbeats count as those of one that lives. */
export function isReporting({ heartbeat, now }: Subject): boolean {
  return heartbeat !== undefined && now.monoMs < heartbeat.staleMono;
}
