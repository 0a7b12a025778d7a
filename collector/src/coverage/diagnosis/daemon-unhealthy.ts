/** The Daemon calls its own process something other than ok. */
import { isHealthy } from '../daemon-sight.ts';
import type { Predicate } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { quote, sentence } from './wording.ts';

/** With the word that it uses. */
export const daemonUnhealthy: Predicate = (subject) => {
  const match = subject.daemon?.judged;
  if (match === undefined || isHealthy(match.daemon.object.daemonHealth)) return undefined;
  const word = quote(JSON.stringify(match.daemon.object.daemonHealth));
  return { code: 'DaemonUnhealthy', message: sentence(`daemonHealth is ${word} in ${describeDaemon(match, subject)}`) };
};
