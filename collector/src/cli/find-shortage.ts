/** Which resources of a node do not suffice for a pod, as the scheduler sums them up (NodeResourcesFit), and who holds them. */
import type { Tenancy, Tenant } from '../control/look-up-tenants.ts';
import { asFields } from '../watch/read-field.ts';
import { toComparable } from './plan-quantity.ts';
import { readAmounts, sumRequests } from './plan-requests.ts';

/** One resource; amounts as the scheduler compares them. `holders` have the most first, of equals those of lower priority. */
export interface Shortage {
  readonly resource: string;
  readonly asked: bigint;
  readonly allocatable: bigint;
  readonly left: bigint;
  readonly holders: readonly Holder[];
}

interface Holder {
  readonly tenant: Tenant;
  readonly amount: bigint;
}

/** A pod is one of `pods`, whatever it asks for. */
const COUNT = 'pods';

/** The resources of which less is left than the daemon's pod asks for. */
export function findShortages({ tenants, own, allocatable }: Omit<Tenancy, 'more'>): readonly Shortage[] {
  const given = amountsOf(readAmounts(asFields(allocatable)));
  const taken = tenants.map((tenant) => ({ tenant, amounts: askedBy(tenant) }));
  const shortages = [...askedBy(own)].map(([resource, asked]): Shortage => {
    const holders = taken
      .map(({ tenant, amounts }) => ({ tenant, amount: amounts.get(resource) ?? 0n }))
      .filter(({ amount }) => amount > 0n)
      .toSorted(compareHolders);
    const total = given.get(resource) ?? 0n;
    const left = holders.reduce((rest, { amount }) => rest - amount, total);
    return { resource, asked, allocatable: total, left, holders };
  });
  return shortages.filter(({ asked, left }) => asked > left);
}

function compareHolders(one: Holder, other: Holder): number {
  const byAmount = Number(other.amount - one.amount);
  const byPriority = one.tenant.priority - other.tenant.priority;
  return byAmount || byPriority || (one.tenant.name < other.tenant.name ? -1 : 1);
}

function askedBy({ spec }: Tenant): ReadonlyMap<string, bigint> {
  const requests = amountsOf(sumRequests(asFields(spec)));
  const positive = [...requests].filter(([, amount]) => amount > 0n);
  return new Map([...positive, [COUNT, 1n]]);
}

function amountsOf(nano: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  return new Map([...nano].map(([resource, amount]) => [resource, toComparable(resource, amount)]));
}
