import { expect, it } from 'vitest';
import { ONE } from './lives-for-its-test.ts';

it('is tested and never used', () => {
  expect(ONE).toBe(1);
});
