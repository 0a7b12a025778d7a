/** A standing: everything about a node under a policy that is counted or integrated; equal standings are one object. */
import type { ExcuseCode, LayerName, Mark, NodeState, Owner, ReasonCode, Verdict } from '@rollcall/contract';

/** What is counted of a node. `verdict` is what it is, or would be if it were not excused; `reason` and `owner` belong to that verdict. */
export interface Standing {
  readonly pool: string;
  readonly state: NodeState;
  readonly verdict: Verdict;
  readonly reason: ReasonCode | '';
  readonly owner: Owner | '';
  readonly excuse: ExcuseCode | '';
  /** The exclusion rule of an excluded node, else ''. */
  readonly rule: string;
  readonly eligible: boolean;
  readonly current: boolean;
  /** The layers that are good, asked of a node in scope. */
  readonly layers: readonly LayerName[];
  /** What it is to each of MARKED_SLIS, in that order; empty where it is nothing to any. */
  readonly marks: readonly Mark[];
}

/** Gives one object for equal standings, so that they compare and count by identity. */
export type Standings = (standing: Standing) => Standing;

/** An empty set of standings; it grows with pools times what can be true of a node, never with nodes. */
export function createStandings(): Standings {
  // Few things are true of the nodes of a pool at a time: to compare with each of them is cheaper than to describe one in a key.
  const known = new Map<string, Standing[]>();
  return (standing) => {
    const own = known.get(standing.pool);
    if (own === undefined) known.set(standing.pool, [standing]);
    for (const other of own ?? []) if (isEqual(standing, other)) return other;
    own?.push(standing);
    return standing;
  };
}

/** True for standings that say the same; the owner follows from the reason. */
function isEqual(one: Standing, other: Standing): boolean {
  return (
    one.state === other.state &&
    one.verdict === other.verdict &&
    one.reason === other.reason &&
    one.excuse === other.excuse &&
    one.eligible === other.eligible &&
    one.current === other.current &&
    one.pool === other.pool &&
    one.rule === other.rule &&
    areEqual(one.layers, other.layers) &&
    areEqual(one.marks, other.marks)
  );
}

function areEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}

/** True for a node that the policy is about: counted as expected, or excused. */
export function isInScope({ state }: Standing): boolean {
  return state === 'covered' || state === 'uncovered' || state === 'unobserved' || state === 'excused';
}
