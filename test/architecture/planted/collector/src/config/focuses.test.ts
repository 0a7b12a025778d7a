import { expect, it } from 'vitest';

it.only('is run alone', () => {
  // caught: vitest/no-focused-tests
  expect(1).toBe(1);
});
