/** NetworkPolicies leave the daemon no way to where the policy says that it sends. */
import { describeCut } from '../egress/egress-words.ts';
import { heartbeatLayer } from '../heartbeat-layer.ts';
import { ingestionLayer } from '../ingestion-layer.ts';
import type { Layer, Predicate, Subject } from '../subject.ts';
import { sentence } from './wording.ts';

/** Why a layer is bad that lives on what the daemon sends; asked of a policy with a heartbeat layer only, as the contract says. */
export const egressBlocked: Predicate = (subject) => (isUnheard(subject) ? egressCut(subject) : undefined);

/** The same as a finding: it also holds while what is sent still arrives, since a connection that was open may stay so. */
export const egressCut: Predicate = (subject) => {
  // Whose pods are on the host network is not blamed: most plugins do not apply policies to it.
  if (subject.daemonSet?.object.placement.hostNetwork === true) return undefined;
  const cut = describeCut(subject);
  return cut === undefined ? undefined : { code: 'EgressBlocked', message: sentence(cut) };
};

function isUnheard(subject: Subject): boolean {
  if (!heartbeatLayer.isAsked(subject.policy)) return false;
  const isBad = (layer: Layer): boolean => layer.isAsked(subject.policy) && layer.judge(subject).answer === 'bad';
  return isBad(heartbeatLayer) || isBad(ingestionLayer);
}
