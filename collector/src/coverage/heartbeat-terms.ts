/** How often the agents of a policy report, and when their silence counts. */
import type { Policy } from '@rollcall/contract';

/** Periods in milliseconds, the others in missed periods. */
export type HeartbeatTerms = Pick<
  NonNullable<Policy['heartbeatLayer']>,
  'periodMs' | 'staleAfter' | 'offlineAfter' | 'serviceAccounts'
>;

/** Where only a layer is asked that heartbeats tell of, they come by the defaults of the policy's schema. */
const DEFAULT_TERMS: HeartbeatTerms = { periodMs: 10_000, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };

/** The terms; undefined for a policy that asks nothing of heartbeats. */
export function heartbeatTerms({ heartbeatLayer, meshLayer, ingestionLayer }: Policy): HeartbeatTerms | undefined {
  return heartbeatLayer ?? (meshLayer === undefined && ingestionLayer === undefined ? undefined : DEFAULT_TERMS);
}
