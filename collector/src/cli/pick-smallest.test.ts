import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pickSmallest } from './pick-smallest.ts';

it('picks what sorting all of them would put first', () => {
  const keys = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 20 }), (all, count) => {
      expect(pickSmallest(all, count)).toEqual(all.toSorted().slice(0, count));
    }),
  );
});
