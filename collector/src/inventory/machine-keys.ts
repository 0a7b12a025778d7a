/**
 * The keys by which a Node and a Daemon know the same machine. A cloud's instance id and the Node's UID name it alone; a host name
 * and an address do so only together, since each of them is used again.
 */
import { annotationOf, labelOf, type DaemonObject, type NodeObject } from '@rollcall/contract';

/** So many host names and addresses of one object are looked at, so that none has millions of pairs. */
const MOST_HOSTS = 8;
const MOST_IPS = 32;

const HOSTNAME_LABEL = 'kubernetes.io/hostname';
/** GKE writes the instance's number here; its providerID has only the name. */
const GCE_NUMBER = 'container.googleapis.com/instance_id';

/** The keys of a Node against those of Daemons. */
export function keysOfNode(node: NodeObject): readonly string[] {
  const hosts = hostsOf(node);
  const instances = [...instancesOf(node.providerId, hosts), fold(annotationOf(node, GCE_NUMBER) ?? '')];
  return joinKeys({ instances, uids: [node.uid], hosts, ips: node.ips });
}

/** The keys of a Daemon against those of Nodes. */
export function keysOfDaemon({ instanceIds, nodeUids, hosts, ips }: DaemonObject): readonly string[] {
  return joinKeys({ instances: instanceIds.map(bareId), uids: nodeUids, hosts: hosts.map(foldHost), ips });
}

/** The host names of a Node: its name, its addresses, its label, in one spelling. */
export function hostsOf(node: NodeObject): readonly string[] {
  const all = [node.name, ...node.hosts, labelOf(node, HOSTNAME_LABEL) ?? ''].map(foldHost);
  return [...new Set(all)].filter((host) => host !== '');
}

interface Parts {
  readonly instances: readonly string[];
  readonly uids: readonly string[];
  readonly hosts: readonly string[];
  readonly ips: readonly string[];
}

function joinKeys({ instances, uids, hosts, ips }: Parts): readonly string[] {
  const keys = new Set<string>();
  for (const id of instances) if (id !== '') keys.add(`instance ${id}`);
  for (const uid of uids) if (fold(uid) !== '') keys.add(`uid ${fold(uid)}`);
  const addresses = ips.slice(0, MOST_IPS).map(foldIp);
  for (const host of hosts.slice(0, MOST_HOSTS)) {
    for (const ip of addresses) if (host !== '' && ip !== '') keys.add(`host ${host} ip ${ip}`);
  }
  return [...keys];
}

/**
 * What a providerID says of the instance: all of it, and its last segment where that is a cloud's own id. A last segment that is only
 * the host's name again (kind, k3s, Azure's single VMs) names no instance, and neither does the name of a Google instance without
 * its project and zone, or the bare number in an Azure scale set.
 */
function instancesOf(providerId: string, hosts: readonly string[]): readonly string[] {
  const whole = bareId(providerId);
  const segments = whole.split('/');
  const last = segments.at(-1) ?? '';
  if (/^gce:/i.test(providerId)) return [whole];
  const set = segments.at(-3);
  const inScaleSet = /^azure:/i.test(providerId) && segments.at(-4) === 'virtualmachinescalesets';
  const ids = [whole, inScaleSet ? `${set}_${last}` : last];
  return /^aws:/i.test(providerId) ? ids : ids.filter((id) => !hosts.includes(id));
}

/** An instance id without the cloud's scheme and in lower case: no cloud tells two ids apart by case, and some fold it. */
function bareId(id: string): string {
  return fold(id)
    .replace(/^[a-z0-9.+-]+:\/+/, '')
    .replace(/^\/+/, '');
}

/** A host name in lower case and without the dot of the DNS root. */
export function foldHost(host: string): string {
  return fold(host).replace(/\.$/, '');
}

/** An address in its one spelling: IPv6 as RFC 5952 has it, IPv4 out of IPv6, without zone and prefix length. */
export function foldIp(ip: string): string {
  const bare = fold(ip).replace(/[%/].*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined || !bare.includes(':')) return mapped ?? bare;
  const url = `http://[${bare}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : bare;
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
