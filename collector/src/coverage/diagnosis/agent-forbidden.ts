/** The daemon's newest errors say that it is refused: 401 or 403. */
import type { Predicate } from '../subject.ts';
import { sayDuration } from '../say-duration.ts';
import { describeError } from './telemetry-words.ts';
import { sentence } from './wording.ts';

// gRPC's words; "permission denied" alone is what the operating system says of a file.
const WORDS =
  /\b(unauthori[sz]ed|unauthenticated|forbidden|permission_?denied)\b|\b(?:rpc|grpc|status|code)\b.*\bpermission denied\b/i;
// A status stands by itself: no part of a longer number, no port or address, and no amount of what a word behind it names.
const STATUS = /(?<![\w.:-])40[13](?!\w|[.:-]\w| (?!(?:from|for|on|by|at|to|with|when|after)\b)[a-z%])/;

/** As long as errors keep coming; a backend that acknowledges something new meanwhile does not refuse. */
export const agentForbidden: Predicate = ({ heartbeat, now }) => {
  const failing = heartbeat?.report?.failing;
  if (failing === undefined || !isRefusal(failing.newest.last)) return undefined;
  const since = sayDuration(now.monoMs - failing.sinceMono);
  return {
    code: 'AgentForbidden',
    message: sentence(`the daemon reports for ${since} that it is refused: ${describeError(failing.newest)}`),
  };
};

function isRefusal(text: string): boolean {
  return WORDS.test(text) || STATUS.test(text);
}
