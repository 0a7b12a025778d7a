/** No Daemon of the policy's source speaks for the node. */
import type { Predicate, Subject } from '../subject.ts';
import { sentence } from './wording.ts';

/** Says by what a Daemon would have been known. Never holds while the source cannot be seen. */
export const daemonMissing: Predicate = (subject) => {
  const sight = subject.daemon;
  if (sight === undefined || sight.matches.length > 0) return undefined;
  const message = `no Daemon of the source ${sight.source} names node ${subject.node.object.name}: ${describeNames(subject)}`;
  return { code: 'DaemonMissing', message: sentence(message) };
};

function describeNames({ node }: Subject): string {
  const { providerId, name, hosts, ips } = node.object;
  const machine = providerId === '' ? 'the Node has no providerID' : `its providerID is ${providerId}`;
  const addresses = ips.length === 0 ? 'it has no InternalIP' : `its InternalIP is ${ips.join(', ')}`;
  return `${machine}, its host name ${[name, ...hosts].join(', ')}, ${addresses}`;
}
