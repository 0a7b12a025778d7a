/** A policy's summary for the tests of this folder: ten nodes, all covered. */
import type { PolicySummary } from '@rollcall/contract';

/** The summary, with what a case is about. */
export function summary(changes: Partial<PolicySummary> = {}): PolicySummary {
  return {
    namespace: 'agents',
    daemonset: 'a',
    policy: { uid: 'uid-a', name: 'a', namespace: 'agents', origin: 'API' },
    denominator: 'inferred',
    counts: {
      expected: 10,
      covered: 10,
      uncovered: 0,
      unobserved: 0,
      excused: 0,
      current: 10,
      eligible: 10,
      stray: 0,
      excluded: 0,
    },
    coverage: 1,
    worstReason: null,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Evaluated', message: '' }],
    purpose: '',
    team: '',
    contact: '',
    ...changes,
  };
}
