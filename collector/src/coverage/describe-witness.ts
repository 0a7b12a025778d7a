/** Says what Daemons and node states tell of a node, for the API's answer. */
import type { Subject } from './subject.ts';
import { describeDaemon } from './diagnosis/daemon-words.ts';
import { sayDuration } from './say-duration.ts';

/** The Daemons that count for the node, by name and workloadID; null where the layer is not asked, not seen, or there is none. */
export function describeDaemons(subject: Subject): string | null {
  const candidates = subject.daemon?.candidates ?? [];
  return candidates.length === 0 ? null : candidates.map((match) => describeDaemon(match, subject)).join('; ');
}

/** What is known of the node's heartbeat; null where the layer is not asked. */
export function describeHeartbeat({ policy, heartbeat: sight, now }: Subject): string | null {
  if (policy.heartbeatLayer === undefined) return null;
  if (sight === undefined) return 'the nodes or the PlexdNodeStates cannot be seen now';
  const names = sight.matches.map(({ object }) => `PlexdNodeState ${object.namespace}/${object.name}`);
  if (sight.newest === undefined) {
    if (names.length === 0) return 'no PlexdNodeState names this node';
    return `${names.join(', ')} names other nodes too, so that it counts for none`;
  }
  const { object, signMono } = sight.newest;
  const name = `PlexdNodeState ${object.namespace}/${object.name}`;
  if (signMono === undefined) return `${name} has no sign of life`;
  const age = sayDuration(now.monoMs - signMono);
  if (now.monoMs < sight.expiresMono) return `${name} was alive ${age} ago`;
  return `${name} is silent for ${age}, which a node state cannot tell from death`;
}
