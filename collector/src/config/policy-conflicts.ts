/** Settles which policy speaks for a DaemonSet when there are several, and which are evaluated when there are too many. */
import { POLICY_LIMIT, type Policy, type PolicyOrigin } from '@rollcall/contract';

/** A policy that is not evaluated, and the one that is evaluated in its place. */
export interface PolicyConflict {
  readonly policy: Policy;
  readonly winner: Policy;
}

/** What is left of a set of policies: at most one for each DaemonSet. */
export interface SettledPolicies {
  readonly active: readonly Policy[];
  readonly conflicts: readonly PolicyConflict[];
  /** Policies beyond the limit: those that would yield first. */
  readonly excess: readonly Policy[];
}

const RANK: Readonly<Record<PolicyOrigin, number>> = { API: 0, File: 1, Discover: 2 };

/**
 * One policy a DaemonSet: the API's before a file's before a discovered one; among those of one origin the oldest, then the
 * smallest UID, so that every replica and every restart chooses alike. A discovered one yields without being a conflict. Of more than
 * `limit` the same order decides.
 */
export function settlePolicies(policies: readonly Policy[], limit: number = POLICY_LIMIT): SettledPolicies {
  const groups = Map.groupBy(policies, ({ namespace, daemonset }) => `${namespace}/${daemonset}`);
  const ranked = [...groups.values()].map((group) => group.toSorted(comparePrecedence));
  const winners = ranked.flatMap((group) => group.slice(0, 1));
  const inOrder = winners.length > limit ? winners.toSorted(comparePrecedence) : winners;
  return {
    active: inOrder.slice(0, limit),
    excess: inOrder.slice(limit),
    conflicts: ranked.flatMap(([winner, ...losers]) =>
      winner === undefined
        ? []
        : losers.filter(({ origin }) => origin !== 'Discover').map((policy) => ({ policy, winner })),
    ),
  };
}

function comparePrecedence(one: Policy, other: Policy): number {
  return RANK[one.origin] - RANK[other.origin] || one.createdAt - other.createdAt || compareText(one.uid, other.uid);
}

function compareText(one: string, other: string): number {
  return Number(one > other) - Number(one < other);
}
