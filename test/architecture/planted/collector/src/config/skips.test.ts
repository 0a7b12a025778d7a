import { expect, it } from 'vitest';

it.skip('is not run', () => {
  // caught: vitest/no-disabled-tests
  expect(1).toBe(2);
});
