/** Logic with three values, for what is not known in full (Kleene): `maybe` is neither yes nor no. */

/** Whether something holds. */
export type Answer = 'yes' | 'no' | 'maybe';

/** Yes if any is, no if all are (of none: no). */
export function anyOf(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('maybe') ? 'maybe' : 'no';
}

/** No if any is, yes if all are (of none: yes). */
export function allOf(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('maybe') ? 'maybe' : 'yes';
}

/** A plain truth as an answer. */
export function toAnswer(holds: boolean): Answer {
  return holds ? 'yes' : 'no';
}
