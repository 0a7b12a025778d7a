/** The pod is available for less than the start deadline, and its daemon has not registered as a Daemon yet. */
import type { Predicate } from '../subject.ts';
import { registrationDueMono } from './deadlines.ts';
import { sayDuration } from '../say-duration.ts';
import { namePod, sentence } from './wording.ts';

/** Only while there is no Daemon at all: one that is there and unwell is not starting. */
export const registering: Predicate = (subject) => {
  const { pod, daemon, now } = subject;
  const due = registrationDueMono(subject);
  if (pod === undefined || due === undefined || now.monoMs >= due) return undefined;
  const age = sayDuration(now.monoMs - pod.readySinceMono);
  const seen = `${namePod(pod.object)} is Ready for ${age}, and no Daemon of the source ${daemon?.source} names its node yet`;
  return { code: 'Starting', message: sentence(seen) };
};
