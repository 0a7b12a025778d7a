/** What is seen of the way from a policy's daemon to its sink: the same for all its nodes, so it is found out once for each change. */
import { namespaceLabelsSource, networkPolicySource, type Policy, type Sink } from '@rollcall/contract';
import type { DaemonSetEntry, Inventory } from '../../inventory/index.ts';
import { judgeEgress, type EgressVerdict } from './judge-egress.ts';

/** The policies' verdict. On the host network most plugins apply no policy to a pod. */
export interface EgressSight extends EgressVerdict {
  readonly hostNetwork: boolean;
}

/** Why nothing can be said: what is not seen, in words. */
export interface EgressUnseen {
  readonly unseen: string;
}

/** The last verdict, and what it was made of. */
export interface KeptEgress {
  readonly version: number;
  readonly policy: Policy;
  readonly daemonSet: DaemonSetEntry;
  readonly sight: EgressSight | EgressUnseen;
}

/** Of whom; `egress` is kept from one look to the next. */
export interface EgressAsker {
  readonly policy: Policy;
  readonly daemonSet: DaemonSetEntry | undefined;
  egress: KeptEgress | undefined;
}

/** The watches by which the way is judged; none without a sink. */
export function egressSources({ namespace, telemetry }: Policy): readonly string[] {
  const sink = telemetry?.sink;
  if (sink === undefined) return [];
  const far = sink.namespace === undefined ? [] : [namespaceLabelsSource(sink.namespace)];
  return [networkPolicySource(namespace), ...far];
}

/** Looks; undefined where the policy names no sink, or there is no DaemonSet. */
export function sightEgress(inventory: Inventory, asker: EgressAsker): EgressSight | EgressUnseen | undefined {
  const { policy, daemonSet, egress } = asker;
  if (policy.telemetry?.sink === undefined || daemonSet === undefined) return undefined;
  const dark = egressSources(policy).filter((source) => inventory.watches.get(source) !== 'live');
  if (dark.length > 0) return { unseen: `the collector does not see ${dark.join(', ')}` };
  const { version } = inventory.network;
  const isKept = egress?.version === version && egress.policy === policy && egress.daemonSet === daemonSet;
  const sight = isKept ? egress.sight : look(inventory, policy.telemetry.sink, daemonSet);
  if (!isKept) asker.egress = { version, policy, daemonSet, sight };
  return sight;
}

function look({ network }: Inventory, sink: Sink, daemonSet: DaemonSetEntry): EgressSight | EgressUnseen {
  const far = [...network.namespaces.values()].find(({ name }) => name === sink.namespace);
  if (sink.namespace !== undefined && far === undefined) return { unseen: `there is no namespace ${sink.namespace}` };
  const { namespace, podLabels, placement } = daemonSet.object;
  const policies = [...network.policies.values()];
  const verdict = judgeEgress({ namespace, podLabels, policies, sink, sinkLabels: far?.labels ?? {} });
  return { ...verdict, hostNetwork: placement.hostNetwork };
}
