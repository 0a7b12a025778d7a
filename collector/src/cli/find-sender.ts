/** Who may report: a pod of a policy's DaemonSet by what the cluster says now, about the node that it is on. */
import type { BoundTo } from '../control/verify-token.ts';
import { heartbeatTerms, type PolicyRoll } from '../coverage/index.ts';
import type { PodEntry } from '../inventory/index.ts';
import type { Pipeline } from '../pipeline.ts';

/** A pod that may report. */
export interface Sender {
  readonly ownerUid: string;
  readonly podUid: string;
  readonly node: string;
}

/** What mends a token that is not good. */
export const TOKEN_MEND = "send that of a projected volume of the daemon's pod with the audience rollcall";

/** So long the token of a pod goes on that should be gone, as with the API server. */
const LEEWAY_MS = 60_000;

/** The pod that a token was made for; or why that one may not report. The time is monotonic milliseconds. */
export function findSender({ roll }: Pick<Pipeline, 'roll'>, token: BoundTo, nowMono: number): Sender | string {
  const { podUid, namespace, serviceAccount } = token;
  if (podUid === '') return `The token of ${namespace}/${serviceAccount} is bound to no pod; ${TOKEN_MEND}.`;
  const entry = roll.inventory.pods.get(podUid);
  const pod = entry?.object;
  const policy = pod?.namespace === namespace ? findPolicy(roll.policies.values(), pod.ownerUid) : undefined;
  if (entry === undefined || pod === undefined || policy === undefined)
    return `No policy asks for heartbeats of the pod ${podUid} in ${namespace}; set health.heartbeat in the policy of its DaemonSet, or try again if the pod is new.`;
  if (!accountsOf(policy).includes(serviceAccount)) return refuseAccount(policy, serviceAccount);
  const fault = findPodFault(entry, token.node, nowMono);
  return fault === '' ? { ownerUid: pod.ownerUid, podUid, node: pod.target } : fault;
}

function findPodFault({ object: pod, deletedMono }: PodEntry, node: string, nowMono: number): string {
  const name = `${pod.namespace}/${pod.name}`;
  if (!pod.bound || !['', pod.target].includes(node))
    return `The pod ${name} is not on the node ${JSON.stringify(node)} of its token; ${TOKEN_MEND}.`;
  if (deletedMono !== undefined && nowMono - deletedMono > LEEWAY_MS)
    return `The pod ${name} was deleted and its grace period is over, so its token is not taken any more.`;
  return '';
}

function refuseAccount(roll: PolicyRoll, account: string): string {
  const { namespace, daemonset } = roll.policy;
  const named = accountsOf(roll).join(', ');
  return `The policy about ${namespace}/${daemonset} takes heartbeats of ServiceAccount ${named}, not of ${account}; name it in health.heartbeat.serviceAccounts.`;
}

function findPolicy(rolls: Iterable<PolicyRoll>, ownerUid: string): PolicyRoll | undefined {
  for (const roll of rolls)
    if (roll.daemonSet?.object.uid === ownerUid && heartbeatTerms(roll.policy) !== undefined) return roll;
  return undefined;
}

function accountsOf({ policy, daemonSet }: PolicyRoll): readonly string[] {
  const named = heartbeatTerms(policy)?.serviceAccounts ?? [];
  return named.length > 0 ? named : [daemonSet?.object.serviceAccount ?? 'default'];
}
