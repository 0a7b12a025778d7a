/**
 * The state SLIs beside coverage: each marks a node as good, bad or unobserved for as long as its time is valid for it. Marks are part of
 * the standing, so that the ledger integrates them like everything else; time for which a node is excused is in no ratio and has none.
 */
import { MARKED_SLIS, type Mark, type MarkedSli, type Policy } from '@rollcall/contract';
import { freshnessSli } from './freshness-sli.ts';
import { resourcesSli } from './resources-sli.ts';
import { stability } from './stability.ts';
import type { MarkSight, StateSli } from './state-sli.ts';
import type { Subject } from './subject.ts';

/** The marks of a node, in the order of MARKED_SLIS, and when to look at them again. */
export interface Marks {
  readonly marks: readonly Mark[];
  readonly lookAgainMono: number;
}

/** Of a node that no state SLI is about; one object for all of them. */
export const NO_MARKS: readonly Mark[] = Object.freeze([]);

const UNMARKED: Marks = { marks: NO_MARKS, lookAgainMono: Infinity };

/** Every state SLI that exists. */
export const STATE_SLIS: readonly StateSli[] = [stability, freshnessSli, resourcesSli];

/** Those that a policy asks for. */
export function askedSlis(policy: Policy): readonly StateSli[] {
  return STATE_SLIS.filter((sli) => sli.isAsked(policy));
}

/** Marks an expected node. */
export function markNode(asked: readonly StateSli[], subject: Subject, sight: MarkSight): Marks {
  if (asked.length === 0) return UNMARKED;
  const answers = asked.map((sli) => ({ name: sli.name, ...sli.mark(subject, sight) }));
  return {
    marks: inOrder(answers),
    lookAgainMono: Math.min(...answers.map(({ lookAgainMono }) => lookAgainMono ?? Infinity)),
  };
}

/** Marks a node that is missing; `observed` says whether nodes are. */
export function markMissing(asked: readonly StateSli[], observed: boolean): readonly Mark[] {
  if (asked.length === 0) return NO_MARKS;
  return inOrder(asked.map(({ name, ofMissing }) => ({ name, mark: observed ? ofMissing : dim(ofMissing) })));
}

/** What a mark is while nobody looks. */
export function dim(mark: Mark): Mark {
  return mark === '' ? '' : 'unobserved';
}

/** The mark of an SLI. */
export function markOf(marks: readonly Mark[], sli: MarkedSli): Mark {
  return marks[MARKED_SLIS.indexOf(sli)] ?? '';
}

function inOrder(answers: readonly { readonly name: MarkedSli; readonly mark: Mark }[]): readonly Mark[] {
  if (answers.every(({ mark }) => mark === '')) return NO_MARKS;
  return MARKED_SLIS.map((sli) => answers.find(({ name }) => name === sli)?.mark ?? '');
}
