/** A clock that is off: of a Daemon, whose lastProbeAt lay ahead of ours when it arrived, or of an agent that sends heartbeats. */
import type { Hit, Predicate, Subject } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { sayDuration } from '../say-duration.ts';
import { sentence } from './wording.ts';

const TOLERATED_MS = 60_000;

/** A finding: it never is the primary reason, since probes and heartbeats are dated by their arrival. */
export const clockSkewed: Predicate = (subject) => skewOfAgent(subject) ?? skewOfDaemon(subject);

function skewOfAgent({ heartbeat }: Subject): Hit | undefined {
  const report = heartbeat?.report;
  if (report === undefined || Math.abs(report.skewMs) <= TOLERATED_MS) return undefined;
  const side = report.skewMs > 0 ? 'ahead of' : 'behind';
  const how =
    report.roundTripMs === undefined ? 'by the time of its heartbeat' : `by a round trip of ${report.roundTripMs} ms`;
  const by = sayDuration(Math.abs(report.skewMs));
  return { code: 'ClockSkewed', message: sentence(`the clock of the node is ${by} ${side} ours, ${how}`) };
}

function skewOfDaemon(subject: Subject): Hit | undefined {
  const match = subject.daemon?.judged;
  if (match === undefined || match.daemon.aheadMs <= TOLERATED_MS) return undefined;
  const ahead = sayDuration(match.daemon.aheadMs);
  return {
    code: 'ClockSkewed',
    message: sentence(`lastProbeAt is ${ahead} ahead of our clock in ${describeDaemon(match, subject)}`),
  };
}
