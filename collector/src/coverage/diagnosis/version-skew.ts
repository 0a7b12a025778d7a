/** The daemon and its driver have versions that differ in more than their last number. */
import type { Predicate } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { quote, sentence } from './wording.ts';

/** A finding: it never is the primary reason. Versions of no such form are compared as they stand. */
export const versionSkew: Predicate = (subject) => {
  const match = subject.daemon?.judged;
  if (match === undefined) return undefined;
  const { daemonVersion, driverVersion } = match.daemon.object;
  if (daemonVersion === '' || driverVersion === '' || release(daemonVersion) === release(driverVersion))
    return undefined;
  const seen = `the daemon is ${quote(daemonVersion)} and its driver ${quote(driverVersion)} in ${describeDaemon(match, subject)}`;
  return { code: 'VersionSkew', message: sentence(seen) };
};

function release(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version.trim())?.[1] ?? version.trim();
}
