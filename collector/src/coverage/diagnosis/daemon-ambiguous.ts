/** Several Daemons speak for the node, or its only one speaks for other nodes too: which is right would be a guess. */
import type { Predicate } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { sentence } from './wording.ts';

/** Most Daemons that a message describes. */
const MOST = 5;

/** Names every candidate, or the other nodes. Stale duplicates of a fresh Daemon are no candidates. */
export const daemonAmbiguous: Predicate = (subject) => {
  const sight = subject.daemon;
  const [only, second] = sight?.candidates ?? [];
  if (sight === undefined || only === undefined || sight.judged !== undefined) return undefined;
  const { name } = subject.node.object;
  if (second === undefined) {
    const others = sight.otherNodes.slice(0, MOST).join(', ');
    const more = sight.otherNodes.length > MOST ? ` and ${sight.otherNodes.length - MOST} more` : '';
    const seen = `${describeDaemon(only, subject)} matches node ${name} and also ${others}${more}`;
    return { code: 'DaemonAmbiguous', message: sentence(seen) };
  }
  const named = sight.candidates.slice(0, MOST).map((match) => describeDaemon(match, subject));
  const more = sight.candidates.length > MOST ? `; and ${sight.candidates.length - MOST} more` : '';
  const kind = sight.expiresMono === Infinity ? 'none of them fresh' : 'all of them fresh';
  const message = `${sight.candidates.length} Daemons match node ${name}, ${kind}: ${named.join('; ')}${more}`;
  return { code: 'DaemonAmbiguous', message: sentence(message) };
};
