/** What of the network decides whether a daemon may send to its sink: NetworkPolicies as far as they are about Egress, and labels of namespaces. */
import type { LabelSelector, StringMap } from './objects.ts';

/** One entry of a rule's `to`: a block of addresses, or pods by the labels of their namespace, of themselves, or of both. */
export interface EgressPeer {
  readonly block?: { readonly cidr: string; readonly except: readonly string[] } | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly podSelector?: LabelSelector | undefined;
}

/** One entry of a rule's `ports`: all of the protocol without `port`; up to `endPort` with one; a name is one of the pods that are sent to. */
export interface EgressPort {
  readonly protocol: string;
  readonly port?: number | string | undefined;
  readonly endPort?: number | undefined;
}

/** What one rule allows: any of `to` at any of `ports`; an empty list stands for all. */
export interface EgressRule {
  readonly to: readonly EgressPeer[];
  readonly ports: readonly EgressPort[];
}

/** A NetworkPolicy (networking.k8s.io/v1), projected. `limitsEgress`: the pods that it selects may send only what some rule allows. */
export interface NetworkPolicyObject {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly podSelector: LabelSelector;
  readonly limitsEgress: boolean;
  readonly egress: readonly EgressRule[];
}

/** The labels of a Namespace. */
export interface NamespaceLabelsObject {
  readonly uid: string;
  readonly name: string;
  readonly labels: StringMap;
}
