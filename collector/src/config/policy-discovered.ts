/** The policy of a DaemonSet that nobody has written one for (`--discover`). */
import { defaultSpec, type Policy } from '@rollcall/contract';
import { derivePolicyUid, type PolicyIdentity } from './policy-identity.ts';
import { toPolicy } from './policy-resolve.ts';

/** The policy with inferred scope and all defaults for a DaemonSet; `namespace` and `name` are the DaemonSet's. */
export function discoveredPolicy({ cluster, namespace, name }: PolicyIdentity): Policy {
  // The slash, which no policy's name holds, tells it from a policy of that name about another DaemonSet.
  const uid = derivePolicyUid({ cluster, namespace, name: `daemonset/${name}` });
  const head = { uid, name, namespace, origin: 'Discover', createdAt: 0, generation: 1 } as const;
  return toPolicy(head, { ...defaultSpec(), daemonSet: { name } });
}
