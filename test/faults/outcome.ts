/** What came of a fault, and the sums over many. */
import type { Fault } from './fault.ts';

/** One fault, played. */
export interface Outcome {
  readonly fault: Fault;
  readonly nodes: number;
  /** Nodes of which the expected code was said, with a message that names the cause, and that did not change their mind. */
  readonly right: number;
  readonly unexplained: number;
  /** From the cause, and from when the objects showed it and its deadline had passed; undefined if it never was shown on all nodes. */
  readonly shownMs?: number;
  readonly afterEvidenceMs?: number;
  /** Other codes that nodes were given between the cause and the expected one. */
  readonly via: readonly string[];
  /** From the end of the cause until all nodes were covered again; undefined where it was not taken away. */
  readonly returnedMs?: number;
  /** Nodes of the scene that died of a crowded machine while it played. */
  readonly starved: number;
  /** How often it was played before, in vain, since nodes died that the fault does not touch. */
  readonly spoiled?: number;
  /** What was wrong, in words. */
  readonly wrongs: readonly string[];
}

/** Sums over a run. */
export interface Totals {
  readonly faults: number;
  readonly wrongFaults: number;
  readonly nodes: number;
  readonly right: number;
  readonly unexplained: number;
}

/** Adds up. */
export function addUp(outcomes: readonly Outcome[]): Totals {
  const sum = (pick: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + pick(one), 0);
  return {
    faults: outcomes.length,
    wrongFaults: outcomes.filter(({ wrongs }) => wrongs.length > 0).length,
    nodes: sum(({ nodes }) => nodes),
    right: sum(({ right }) => right),
    unexplained: sum(({ unexplained }) => unexplained),
  };
}

/** A share in percent, with two digits. */
export function sayShare(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(2)} %`;
}
