import { expect, it } from 'vitest';
import { SCENARIO } from '../../../test/e2e/scenario.ts'; // caught: tests-see-embedded-kube-only, through-the-door

// Wrong: a test beside its file borrows from the tests at the top.
it('borrows', () => {
  expect(SCENARIO).toBe(1);
});
