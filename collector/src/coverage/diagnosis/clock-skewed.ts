/** The Daemon's lastProbeAt lay ahead of our clock when it arrived. */
import type { Predicate } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { sayDuration } from '../say-duration.ts';
import { sentence } from './wording.ts';

const TOLERATED_MS = 60_000;

/** A finding: it never is the primary reason, since a probe is dated by its arrival. */
export const clockSkewed: Predicate = (subject) => {
  const match = subject.daemon?.judged;
  if (match === undefined || match.daemon.aheadMs <= TOLERATED_MS) return undefined;
  const ahead = sayDuration(match.daemon.aheadMs);
  return {
    code: 'ClockSkewed',
    message: sentence(`lastProbeAt is ${ahead} ahead of our clock in ${describeDaemon(match, subject)}`),
  };
};
