import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinParts } from './join-parts.ts';

it('joins all parts in order, in memory that nothing else shares', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { minLength: 2 }), (arrays) => {
      const joined = joinParts(arrays.map((array) => Buffer.from(array)));
      expect([...joined]).toEqual(arrays.flatMap((array) => [...array]));
      expect(joined.buffer.byteLength).toBe(joined.length);
    }),
  );
});

it('gives a single part back as it is, and no bytes for no part', () => {
  const part = Buffer.from('{}');
  expect(joinParts([part])).toBe(part);
  expect(joinParts([])).toHaveLength(0);
});
