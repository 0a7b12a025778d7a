import type { PolicyCondition, PolicySummary } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { makeStatus, saysTheSame } from './policy-status.ts';
import { summary } from './test-summary.ts';

const [NOW, LATER] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'];
const READY: PolicyCondition = { type: 'Ready', status: 'True', reason: 'Evaluated', message: '' };
const CONFLICT: PolicyCondition = { type: 'Ready', status: 'False', reason: 'Conflict', message: 'two of them' };
const DOWN: PolicyCondition = { type: 'SourceDown', status: 'True', reason: 'Stale', message: 'silent' };

function make(changes: Partial<PolicySummary> = {}, before?: unknown, now = NOW) {
  return makeStatus({ summary: summary(changes), generation: 3, before, now });
}

describe('the status of a policy', () => {
  test('has counts, coverage, the worst reason and conditions, each of the generation that it is about', () => {
    const counts = { ...summary().counts, expected: 400, covered: 398, uncovered: 1, unobserved: 1, excused: 2 };
    expect(make({ counts, worstReason: 'CrashLoop', conditions: [READY, DOWN] })).toEqual({
      observedGeneration: 3,
      counts: { expected: 400, covered: 398, uncovered: 1, unobserved: 1, excused: 2 },
      coverage: '99.50%',
      worstReason: 'CrashLoop',
      conditions: [
        { ...READY, observedGeneration: 3, lastTransitionTime: NOW },
        { ...DOWN, observedGeneration: 3, lastTransitionTime: NOW },
        {
          type: 'Conflict',
          status: 'False',
          reason: 'NoOtherPolicy',
          message: '',
          observedGeneration: 3,
          lastTransitionTime: NOW,
        },
      ],
    });
  });

  test.each([
    [2, 3, '66.66%'],
    [99_999, 100_000, '99.99%'],
    [7, 7, '100.00%'],
    [0, 9, '0.00%'],
    [0, 0, undefined],
  ])('cuts the coverage of %i in %i to %s', (covered, expected, coverage) => {
    expect(make({ counts: { ...summary().counts, covered, expected } }).coverage).toBe(coverage);
  });

  test('says Conflict of the younger of two policies, with who the other one is', () => {
    expect(make({ conditions: [CONFLICT] }).conditions?.at(-1)).toMatchObject({
      type: 'Conflict',
      status: 'True',
      message: 'two of them',
    });
  });

  test('keeps the time of a transition while the status of the condition stays', () => {
    const before = make({ conditions: [READY] });
    const times = make({ conditions: [CONFLICT] }, before, LATER).conditions?.map((own) => own.lastTransitionTime);
    expect(times).toEqual([LATER, LATER]);
    const again = make({ conditions: [{ ...READY, message: 'other words' }] }, before, LATER);
    expect(again.conditions?.map((own) => own.lastTransitionTime)).toEqual([NOW, NOW]);
  });

  test.each([
    [1, '100.0%'],
    [0.99999, '99.9%'],
    [-0.5, '-50.0%'],
  ])('says of a budget of which %d is left %s', (budgetRemaining, said) => {
    const parts = { summary: summary(), generation: 1, before: {}, now: NOW };
    const status = makeStatus({ ...parts, budgetRemaining });
    expect(status.budgetRemaining).toBe(said);
    expect(saysTheSame(makeStatus(parts), status)).toBe(false);
  });

  test('says the same whatever others wrote beside it, in whatever order', () => {
    const status = make({ conditions: [READY, DOWN] });
    const conditions = [{ type: 'Reviewed', status: 'True' }, ...(status.conditions ?? []).toReversed()];
    expect(saysTheSame({ ...status, conditions, others: '7%' }, make({ conditions: [READY, DOWN] }, {}, LATER))).toBe(
      true,
    );
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['nonsense', { conditions: 'none', counts: 7 }],
    ['another count', { ...make(), counts: { ...make().counts, excused: 99 } }],
    ['another generation', { ...make(), observedGeneration: 2 }],
    ['a reason that is no more', { ...make(), worstReason: 'CrashLoop' }],
    ['a condition that is no more', { ...make(), conditions: [...(make().conditions ?? []), { ...DOWN }] }],
  ])('says something else than %s', (_, before) => {
    expect(saysTheSame(before, make())).toBe(false);
  });
});
