/** Under which names a policy's figures tell its pools: a bounded number, so that a label with a value for each node makes no series for each. */
import { NO_POOL, OTHER_POOL, POOL_LIMIT, type Policy } from '@rollcall/contract';

/**
 * The names of one policy's pools. A pool that was once counted under its name, or among the others, stays there: no counter falls.
 * The first that are seen have names; those that the policy promises nodes for have one in any case.
 */
export interface PoolNames {
  /** Under which name the nodes of a pool are told. */
  nameOf(pool: string): string;
  /** Nodes are counted under that name from now on. */
  keep(name: string): void;
  /** True once nodes of a pool without a name were counted. */
  overflows(): boolean;
}

/** The names before any node was seen. */
export function createPoolNames({ minimum }: Pick<Policy, 'minimum'>): PoolNames {
  const names = new Set([...minimum.keys(), NO_POOL]);
  let overflows = false;
  return {
    nameOf: (pool) => (names.has(pool) || names.size < POOL_LIMIT ? pool : OTHER_POOL),
    keep: (name) => {
      if (names.has(name)) return;
      if (names.size < POOL_LIMIT) names.add(name);
      else overflows = true;
    },
    overflows: () => overflows,
  };
}
