/** How two rules for the same thing agree, evaluation by evaluation: where they differ, and by which choice of ours. */

/** Where a rule fires: one byte an evaluation. */
export type Firing = Uint8Array;

/**
 * Why ours and theirs differ over some evaluations in a row. `waits`: ours is silent until half of the long window is known. `shifted`: both begin or end,
 * one evaluation apart. `young`: before the long window is whole, where ours weighs the pieces that it has and Sloth stretches one range. All else is a fault.
 */
export type DeviationKind = 'waits' | 'shifted' | 'young' | 'unexplained';

/** Evaluations in a row at which one fires and the other does not; `to` is the last one. */
export interface Deviation {
  readonly kind: DeviationKind;
  readonly from: number;
  readonly to: number;
}

/** The long window in evaluations, and how many of them ours waits for. */
export interface Gate {
  readonly waits: number;
  readonly long: number;
}

/** All deviations of ours from theirs. */
export function findDeviations(own: Firing, theirs: Firing, gate: Gate): readonly Deviation[] {
  const found: Deviation[] = [];
  for (let from = 0; from < own.length; from += 1) {
    if (own[from] === theirs[from]) continue;
    let to = from;
    // What changes sides is another deviation.
    while (to + 1 < own.length && own[to + 1] !== theirs[to + 1] && own[to + 1] === own[from]) to += 1;
    found.push({ kind: classify([own, theirs], { from, to }, gate), from, to });
    from = to;
  }
  return found;
}

type Pair = readonly [own: Firing, theirs: Firing];

function classify([own, theirs]: Pair, { from, to }: Omit<Deviation, 'kind'>, { waits, long }: Gate): DeviationKind {
  if (own[from] === 0 && to <= waits) return 'waits';
  // An edge that moved: before it both are as one of them is, after it as the other. A firing that only one of them has is no shift.
  const [before, after] = [from - 1, to + 1].map((at) => (own[at] === theirs[at] ? own[at] : undefined));
  if (from === to && before !== undefined && after !== undefined && before !== after) return 'shifted';
  return to < long ? 'young' : 'unexplained';
}

/** Beginnings and ends of firings: how many, and at how many the other has the same in the same evaluation. */
export interface Edges {
  readonly all: number;
  readonly same: number;
}

/** The edges of a rule, and how many of them the other has in the same evaluation. Nothing fires before the first one. */
export function countEdges(own: Firing, theirs: Firing): Edges {
  let [all, same] = [0, 0];
  for (let at = 0; at < theirs.length; at += 1) {
    if ((theirs[at - 1] ?? 0) === theirs[at]) continue;
    all += 1;
    if (own[at] === theirs[at] && (own[at - 1] ?? 0) === (theirs[at - 1] ?? 0)) same += 1;
  }
  return { all, same };
}
