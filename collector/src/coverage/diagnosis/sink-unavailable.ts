/** Nearly all nodes lag at once: what they send to is away, and none of them is to blame. */
import { ingestionLayer } from '../ingestion-layer.ts';
import type { Predicate } from '../subject.ts';
import { agentForbidden } from './agent-forbidden.ts';
import { describeTelemetry } from './telemetry-words.ts';
import { sentence } from './wording.ts';

/** A sink that refuses is there. */
export const sinkUnavailable: Predicate = (subject) => {
  const { policy, sink } = subject;
  if (!sink.away || !ingestionLayer.isAsked(policy) || ingestionLayer.judge(subject).answer !== 'bad') return undefined;
  if (agentForbidden(subject) !== undefined) return undefined;
  const { lagging, fresh } = sink;
  const all = `${lagging} of ${lagging + fresh} nodes lag at once, so that their sink is away`;
  return { code: 'SinkUnavailable', message: sentence(`${all}${describeTelemetry(subject)}`) };
};
