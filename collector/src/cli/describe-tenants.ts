/** Says who on a node has what the daemon's pod was refused for: its host ports, or the room that it asks for. */
import type { Tenancy, Tenant } from '../control/look-up-tenants.ts';
import { asFields } from '../watch/read-field.ts';
import { findShortages, type Shortage } from './find-shortage.ts';
import { formatAmount } from './plan-quantity.ts';
import { findPortConflict, listHostPorts, type HostPort } from './plan-requests.ts';

/** So many holders are named. */
const MOST_NAMED = 5;

/** One line for each pod that holds a host port of the daemon's, or one that says that nobody does any more. */
export function describePortHolders({ tenants, own, more }: Tenancy): readonly string[] {
  const wanted = listHostPorts(asFields(own.spec));
  const held = tenants.filter(isCounted).flatMap((tenant) => {
    const port = findPortConflict(wanted, listHostPorts(asFields(tenant.spec)));
    return port === undefined ? [] : [{ tenant, port }];
  });
  if (held.length === 0) {
    const asked = wanted.map(sayPort).join(', ') || 'no host port';
    return [`no pod on the node holds what ${namePod(own)} asks for now (${asked})${sayUnseen(more)}`];
  }
  const lines = held
    .slice(0, MOST_NAMED)
    .map(({ tenant, port }) => `host port ${sayPort(port)} is held by ${describeTenant(tenant, own)}`);
  return [...lines, ...sayMore(held.length - MOST_NAMED, 'pods hold host ports of it')];
}

/** For each resource that is short: how much of it is asked for, given and left, and who has the most of it. */
export function describeRoom(tenancy: Tenancy): readonly string[] {
  const { own, more } = tenancy;
  const shortages = findShortages({ ...tenancy, tenants: tenancy.tenants.filter(isCounted) });
  if (shortages.length === 0) return [`the node has room for ${namePod(own)} now${sayUnseen(more)}`];
  return shortages.flatMap((shortage) => describeShortage(shortage, own));
}

function describeShortage({ resource, asked, allocatable, left, holders }: Shortage, own: Tenant): readonly string[] {
  const say = (amount: bigint): string => formatAmount(resource, amount);
  const room = `${say(asked)} is asked for, ${say(left > 0n ? left : 0n)} of ${say(allocatable)} is left`;
  if (asked > allocatable) return [`${resource}: ${room}: it never fits`];
  const named = holders
    .slice(0, MOST_NAMED)
    .map(({ tenant, amount }) => `${resource}: ${say(amount)} is held by ${describeTenant(tenant, own)}`);
  return [`${resource}: ${room}`, ...named, ...sayMore(holders.length - MOST_NAMED, `pods hold ${resource}`)];
}

function isCounted({ ended }: Tenant): boolean {
  return !ended;
}

function describeTenant(tenant: Tenant, own: Tenant): string {
  const owner = tenant.owner === '' ? '' : ` (${tenant.owner})`;
  return `${namePod(tenant)}${owner}, ${comparePriority(tenant.priority, own.priority)}`;
}

function comparePriority(theirs: number, ours: number): string {
  if (theirs === ours) return `of equal priority (${theirs})`;
  return `of ${theirs > ours ? 'higher' : 'lower'} priority (${theirs}, the daemon's is ${ours})`;
}

function namePod({ namespace, name }: Tenant): string {
  return `pod ${namespace}/${name}`;
}

function sayPort({ ip, protocol, port }: HostPort): string {
  return `${protocol} ${ip === '0.0.0.0' ? '' : `${ip}:`}${port}`;
}

function sayMore(count: number, what: string): readonly string[] {
  return count > 0 ? [`and ${count} more ${what}`] : [];
}

function sayUnseen(more: number): string {
  return more > 0 ? `; ${more} pods more were not looked at` : '; the scheduler tries again by itself';
}
