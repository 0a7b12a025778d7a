/** The daemon's newest errors say that it is refused: 401 or 403. */
import type { Predicate } from '../subject.ts';
import { sayDuration } from '../say-duration.ts';
import { describeError } from './telemetry-words.ts';
import { sentence } from './wording.ts';

const REFUSAL = /(?<![\d.:])40[13](?![\d.:]\d)|\b(unauthori[sz]ed|unauthenticated|forbidden|permission[ _]denied)\b/i;

/** As long as errors keep coming; a backend that acknowledges something new meanwhile does not refuse. */
export const agentForbidden: Predicate = ({ heartbeat, now }) => {
  const failing = heartbeat?.report?.failing;
  if (failing === undefined || !REFUSAL.test(failing.newest.last)) return undefined;
  const since = sayDuration(now.monoMs - failing.sinceMono);
  return {
    code: 'AgentForbidden',
    message: sentence(`the daemon reports for ${since} that it is refused: ${describeError(failing.newest)}`),
  };
};
