/** Layer 2: exactly one Daemon speaks for the node, calls itself and its driver ok, and was probed a short while ago. */
import { daemonSource, WATCH } from '@rollcall/contract';
import { checkDaemons } from './check-daemons.ts';
import { isHealthy } from './daemon-sight.ts';
import type { Layer, LayerAnswer } from './subject.ts';

const BAD: LayerAnswer = { answer: 'bad' };
const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/** The Daemon layer. While its source, or the nodes, cannot be seen it knows nothing: a Daemon that is not seen then is not missing. */
export const daemonLayer: Layer = {
  name: 'daemon',
  isAsked: (policy) => policy.daemonLayer !== undefined,
  sources: ({ policy }) => [WATCH.nodes, daemonSource(policy.daemonLayer?.source ?? '')],
  judge: ({ daemon: sight }) => {
    if (sight === undefined) return UNKNOWN;
    const { judged, expiresMono } = sight;
    const object = judged?.fresh === true ? judged.daemon.object : undefined;
    const good = object !== undefined && isHealthy(object.daemonHealth) && isHealthy(object.driverHealth);
    if (expiresMono === Infinity) return BAD;
    return { answer: good ? 'good' : 'bad', lookAgainMono: expiresMono };
  },
  judgeBlind: () => UNKNOWN,
  check: checkDaemons,
};
