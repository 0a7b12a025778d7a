/** Says what Daemons and node states tell of a node, for the API's answer. */
import type { HeartbeatEntry } from '../inventory/index.ts';
import type { HeartbeatSight } from './heartbeat-sight.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';
import type { Subject } from './subject.ts';
import { describeDaemon } from './diagnosis/daemon-words.ts';
import { sayDuration } from './say-duration.ts';

/** The Daemons that count for the node, by name and workloadID; null where the layer is not asked, not seen, or there is none. */
export function describeDaemons(subject: Subject): string | null {
  const candidates = subject.daemon?.candidates ?? [];
  return candidates.length === 0 ? null : candidates.map((match) => describeDaemon(match, subject)).join('; ');
}

/** What is known of the node's heartbeat; null where no layer asks for it. */
export function describeHeartbeat(subject: Subject): string | null {
  if (heartbeatTerms(subject.policy) === undefined) return null;
  const { heartbeat: sight, now } = subject;
  if (sight === undefined) return 'the nodes cannot be seen now';
  const states = describeStates(sight, now.monoMs);
  if (sight.report === undefined) return states ?? 'no heartbeat has come, and the PlexdNodeStates cannot be seen now';
  const report = describeReport(sight, sight.report, now.monoMs);
  return now.monoMs < sight.expiresMono ? `${report}; ${states}` : report;
}

function describeReport(sight: HeartbeatSight, report: HeartbeatEntry, monoMs: number): string {
  const { sequence, bootId } = report.object;
  const age = sayDuration(monoMs - report.arrivedMono);
  const which = `heartbeat ${sequence} of boot ${bootId}`;
  if (monoMs < sight.staleMono) return `${which} came ${age} ago`;
  const state = monoMs < sight.offlineMono ? 'stale' : 'offline';
  const note = report.heardTwice ? '' : ', which means nothing of a sender that was heard once';
  return `${state}: nothing came since ${which} ${age} ago${note}`;
}

function describeStates(sight: HeartbeatSight, monoMs: number): string | undefined {
  if (sight.matches === undefined) return undefined;
  const names = sight.matches.map(({ object }) => `PlexdNodeState ${object.namespace}/${object.name}`);
  if (sight.newest === undefined) {
    if (names.length === 0) return 'no PlexdNodeState names this node';
    return `${names.join(', ')} names other nodes too, so that it counts for none`;
  }
  const { object, signMono } = sight.newest;
  const name = `PlexdNodeState ${object.namespace}/${object.name}`;
  if (signMono === undefined) return `${name} has no sign of life`;
  const age = sayDuration(monoMs - signMono);
  if (monoMs < sight.expiresMono) return `${name} was alive ${age} ago`;
  return `${name} is silent for ${age}, which a node state cannot tell from death`;
}
