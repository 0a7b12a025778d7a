import { expect, it } from 'vitest';

it('never asserts', () => {
  expect(1); // caught: vitest/valid-expect
});
