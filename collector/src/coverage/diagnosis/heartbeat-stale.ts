/** The daemon reported, and has fallen silent: so many periods that it counts as stale, or as offline. */
import { describeHeartbeat } from '../describe-witness.ts';
import { heartbeatLayer } from '../heartbeat-layer.ts';
import type { Predicate } from '../subject.ts';
import { sentence } from './wording.ts';

/** By our own clock since the last heartbeat arrived. */
export const heartbeatStale: Predicate = (subject) => {
  if (!heartbeatLayer.isAsked(subject.policy) || heartbeatLayer.judge(subject).answer !== 'bad') return undefined;
  const { periodMs = 0, staleAfter = 0 } = subject.policy.heartbeatLayer ?? {};
  const terms = `one is due every ${periodMs / 1000} s, and ${staleAfter} may be missed`;
  return { code: 'HeartbeatStale', message: sentence(`the daemon is ${describeHeartbeat(subject) ?? ''}; ${terms}`) };
};
