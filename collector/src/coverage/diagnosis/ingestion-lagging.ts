/** What the backend has acknowledged of the node's telemetry is older than the policy allows. */
import { describeLag, ingestionLayer } from '../ingestion-layer.ts';
import type { Predicate } from '../subject.ts';
import { describeTelemetry } from './telemetry-words.ts';
import { sentence } from './wording.ts';

/** By the daemon's own clock, so that no skew is in it. */
export const ingestionLagging: Predicate = (subject) => {
  if (!ingestionLayer.isAsked(subject.policy) || ingestionLayer.judge(subject).answer !== 'bad') return undefined;
  return { code: 'IngestionLagging', message: sentence(`${describeLag(subject)}${describeTelemetry(subject)}`) };
};
