/** A standing: everything about a node under a policy that is counted or integrated; equal standings are one object. */
import type { ExcuseCode, LayerName, NodeState, Owner, ReasonCode, Verdict } from '@rollcall/contract';

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
}

/** Gives one object for equal standings, so that they compare and count by identity. */
export type Standings = (standing: Standing) => Standing;

/** An empty set of standings; it grows with pools times what can be true of a node, never with nodes. */
export function createStandings(): Standings {
  const known = new Map<string, Standing>();
  return (standing) => {
    const key = describe(standing);
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, standing);
    return standing;
  };
}

function describe(s: Standing): string {
  const flags = `${s.eligible ? 'e' : ''}${s.current ? 'c' : ''}`;
  return `${s.state}|${s.verdict}|${s.reason}|${s.excuse}|${flags}|${s.layers.join()}|${s.rule}|${s.pool}`;
}

/** True for a node that the policy is about: counted as expected, or excused. */
export function isInScope({ state }: Standing): boolean {
  return state === 'covered' || state === 'uncovered' || state === 'unobserved' || state === 'excused';
}
