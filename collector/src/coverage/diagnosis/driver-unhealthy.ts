/** The Daemon calls its kernel driver something other than ok. */
import { isHealthy } from '../daemon-sight.ts';
import type { Predicate } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { quote, sentence } from './wording.ts';

/** With the word that it uses. */
export const driverUnhealthy: Predicate = (subject) => {
  const match = subject.daemon?.judged;
  if (match === undefined || isHealthy(match.daemon.object.driverHealth)) return undefined;
  const word = quote(JSON.stringify(match.daemon.object.driverHealth));
  return { code: 'DriverUnhealthy', message: sentence(`driverHealth is ${word} in ${describeDaemon(match, subject)}`) };
};
