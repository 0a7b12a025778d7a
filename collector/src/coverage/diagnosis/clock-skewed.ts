/** A clock that is off: an agent's, by its heartbeats, a Daemon's, whose lastProbeAt lay ahead of ours when it arrived, or a kubelet's, by when it says that the pod became Ready. */
import type { PodEntry } from '../../inventory/index.ts';
import type { Predicate, Subject } from '../subject.ts';
import { describeDaemon } from './daemon-words.ts';
import { sayDuration } from '../say-duration.ts';
import { namePod, sentence } from './wording.ts';

const TOLERATED_MS = 60_000;
/** The kubelet's clock counts for minReadySeconds: the DaemonSet controller compares its times with a clock of its own. */
const KUBELET_TOLERATED_MS = 10_000;

/** A finding: it never is the primary reason, since all is dated by its arrival. */
export const clockSkewed: Predicate = (subject) => {
  const seen = describeAgent(subject) ?? describeProber(subject) ?? describeKubelet(subject);
  return seen === undefined ? undefined : { code: 'ClockSkewed', message: sentence(seen) };
};

function describeAgent({ heartbeat }: Subject): string | undefined {
  const report = heartbeat?.report;
  if (report === undefined || Math.abs(report.skewMs) <= TOLERATED_MS) return undefined;
  const side = report.skewMs > 0 ? 'ahead of' : 'behind';
  const how =
    report.roundTripMs === undefined ? 'by the time of its heartbeat' : `by a round trip of ${report.roundTripMs} ms`;
  return `the clock of the node is ${sayDuration(Math.abs(report.skewMs))} ${side} ours, ${how}`;
}

function describeProber(subject: Subject): string | undefined {
  const match = subject.daemon?.judged;
  if (match === undefined || match.daemon.aheadMs <= TOLERATED_MS) return undefined;
  return `lastProbeAt is ${sayDuration(match.daemon.aheadMs)} ahead of our clock in ${describeDaemon(match, subject)}`;
}

function describeKubelet(subject: Subject): string | undefined {
  const { node, pod } = subject;
  const ahead = pod === undefined ? 0 : aheadMs(subject, pod);
  if (pod === undefined || ahead <= KUBELET_TOLERATED_MS) return undefined;
  return `the kubelet of node ${node.object.name} is ${sayDuration(ahead)} ahead of our clock, by when Ready of ${namePod(pod.object)} changed`;
}

/** What is dated by its arrival was not written later; behind, it may only have been under way for long. */
function aheadMs({ now }: Subject, { object, readySinceMono }: PodEntry): number {
  const { readySince } = object;
  return readySince === undefined ? 0 : readySince - (now.wallMs - (now.monoMs - readySinceMono));
}
