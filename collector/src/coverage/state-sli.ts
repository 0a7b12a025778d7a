/** The port of the state SLIs beside coverage. */
import type { Mark, MarkedSli, Policy } from '@rollcall/contract';
import type { Subject } from './subject.ts';

/** What an SLI says of a node: `lookAgainMono` is when that may change by itself. */
export interface MarkAnswer {
  readonly mark: Mark;
  readonly lookAgainMono?: number;
}

/** What can be seen of an SLI's sources. */
export interface MarkSight {
  isLive(source: string): boolean;
}

/**
 * A state SLI. Pure; asked at every change of an expected node and when it asked to be. `sources` are the watches on which its marks
 * depend beside those of the layers: when the state of one changes, every node is marked anew.
 */
export interface StateSli {
  readonly name: MarkedSli;
  /** False for a policy that does not ask for it: then nothing else here is called, and it has no series. */
  isAsked(policy: Policy): boolean;
  sources(policy: Policy): readonly string[];
  mark(subject: Subject, sight: MarkSight): MarkAnswer;
  /** What a node is marked that the policy promises and that is not there, while nodes are observed. */
  readonly ofMissing: Mark;
}
