/** The Daemon's last probe is too old to say anything of now, or it never was probed. */
import type { Predicate } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { sentence } from './wording.ts';

/** By the policy's maxProbeAge, on our own clock. */
export const probeStale: Predicate = (subject) => {
  const match = subject.daemon?.judged;
  if (match === undefined || match.fresh) return undefined;
  const limit = `${(subject.policy.daemonLayer?.maxProbeAgeMs ?? 0) / 1000} s`;
  const seen = `the last probe counts for ${limit}, and there is no younger one of ${describeDaemon(match, subject)}`;
  return { code: 'ProbeStale', message: sentence(seen) };
};
