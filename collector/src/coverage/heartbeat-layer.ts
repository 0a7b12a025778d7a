/** Layer 3: the agent on the node gave a sign of life a few periods ago. Node states cannot tell silence from death, so it is never bad. */
import { WATCH } from '@rollcall/contract';
import { describeHeartbeat } from './describe-witness.ts';
import type { Layer, LayerAnswer } from './subject.ts';

const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/** The heartbeat layer. */
export const heartbeatLayer: Layer = {
  name: 'heartbeat',
  isAsked: (policy) => policy.heartbeatLayer !== undefined,
  sources: () => [WATCH.nodes, WATCH.nodeStates],
  judge: ({ heartbeat: sight, now }) => {
    if (sight === undefined || now.monoMs >= sight.expiresMono) return UNKNOWN;
    return { answer: 'good', lookAgainMono: sight.expiresMono };
  },
  judgeBlind: () => UNKNOWN,
  check: (subject) => {
    const alive = subject.heartbeat !== undefined && subject.now.monoMs < subject.heartbeat.expiresMono;
    return [{ check: 'heartbeat', outcome: alive ? 'pass' : 'unknown', seen: describeHeartbeat(subject) ?? '' }];
  },
};
