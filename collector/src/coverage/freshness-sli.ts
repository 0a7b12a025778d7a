/** M4, freshness: the telemetry of a node is no older than the policy allows. */
import { judgeLag, lagSources } from './ingestion-layer.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';
import type { StateSli } from './state-sli.ts';

/** Where the policy does not ask for the ingestion layer. */
const MAX_LAG_MS = 30_000;

/** The freshness SLI; a node of which neither a heartbeat nor a backend tells is unobserved. */
export const freshnessSli: StateSli = {
  name: 'freshness',
  isAsked: (policy) =>
    policy.objectives.some(({ sli }) => sli === 'freshness') &&
    (heartbeatTerms(policy) !== undefined || lagSources(policy).length > 0),
  sources: lagSources,
  mark: (subject) => {
    const { answer, lookAgainMono = Infinity } = judgeLag(
      subject,
      subject.policy.ingestionLayer?.maxLagMs ?? MAX_LAG_MS,
    );
    return { mark: answer === 'good' || answer === 'bad' ? answer : 'unobserved', lookAgainMono };
  },
  ofMissing: 'bad',
};
