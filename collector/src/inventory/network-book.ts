/** What is known of NetworkPolicies and of the labels of namespaces. */
import type { NamespaceLabelsObject, NetworkPolicyObject } from '@rollcall/contract';

/** What is known of the network. `version` rises with every change. */
export interface NetworkBook {
  /** By UID. */
  readonly policies: Map<string, NetworkPolicyObject>;
  /** By UID. */
  readonly namespaces: Map<string, NamespaceLabelsObject>;
  version: number;
}

/** A book that knows nothing yet. */
export function createNetworkBook(): NetworkBook {
  return { policies: new Map(), namespaces: new Map(), version: 0 };
}
