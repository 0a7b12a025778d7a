import { expect, test } from 'vitest';
import { createWholes } from './count-increases.ts';

test('what is cut off an amount is counted when it adds up, and forgotten with its node', () => {
  const wholes = createWholes();
  const thirds = [1, 2, 3].map(() => wholes.take('a', 4 / 3));
  expect(thirds).toEqual([1, 1, 2]);
  wholes.take('a', 0.5);
  wholes.take('gone', 0.5);
  wholes.keepOnly((name) => name === 'a');
  expect(['a', 'gone'].map((node) => wholes.take(node, 0.5))).toEqual([1, 0]);
});
