import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairSharer, type SplitPairs } from './pair-sharer.ts';

const split = (sharer: PairSharer, map: Readonly<Record<string, string>>): SplitPairs => {
  sharer.begin();
  for (const [key, value] of Object.entries(map)) sharer.add(key, value);
  return sharer.take();
};
const nodeLabels = (n: number): Readonly<Record<string, string>> => ({
  arch: 'amd64',
  'kubernetes.io/hostname': `node-${n}`,
  zone: `zone-${n % 3}`,
});

test('equal maps are one object', () => {
  const sharer = new PairSharer();
  expect(split(sharer, { a: '1', b: '2' }).shared).toBe(split(sharer, { a: '1', b: '2' }).shared);
  expect(split(sharer, { a: '1' })).toEqual({ shared: { a: '1' }, own: {} });
  expect(split(sharer, {})).toEqual({ shared: {}, own: {} });
});

test('a key whose values are hardly ever the same is kept for each map alone, and all else is shared', () => {
  const sharer = new PairSharer();
  const splits = Array.from({ length: 1000 }, (_, n) => split(sharer, nodeLabels(n)));
  expect(new Set(splits.slice(0, 64).map(({ shared }) => shared)).size).toBe(64);
  expect(new Set(splits.slice(65).map(({ shared }) => shared)).size).toBe(3);
  expect(splits[999]).toEqual({
    shared: { arch: 'amd64', zone: 'zone-0' },
    own: { 'kubernetes.io/hostname': 'node-999' },
  });
});

test('where no two maps are alike and much is forgotten, every answer is right', () => {
  const sharer = new PairSharer();
  const splits = Array.from({ length: 50_000 }, (_, n) => split(sharer, { [`key-${n}`]: 'x', same: `${n % 2}` }));
  const last = splits.slice(-1000).map(({ shared, own }) => ({ ...shared, ...own }));
  expect(last).toEqual(Array.from({ length: 1000 }, (_, n) => ({ [`key-${49_000 + n}`]: 'x', same: `${n % 2}` })));
});

test('both parts together are the map that was given, whatever its keys', () => {
  const texts = fc.constantFrom('__proto__', 'constructor', 'a', 'b', 'c', '', '\ud800', '1', '0');
  const maps = fc.array(fc.array(fc.tuple(texts, fc.nat(200).map(String))), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(maps, (all) => {
      const sharer = new PairSharer();
      for (const pairs of all) {
        const map = new Map(pairs);
        sharer.begin();
        for (const [key, value] of map) sharer.add(key, value);
        const { shared, own } = sharer.take();
        const found = [...Object.entries(shared), ...Object.entries(own)];
        expect(found.length).toBe(map.size);
        expect(new Map(found)).toEqual(map);
      }
    }),
    { seed: 36, numRuns: 50 },
  );
});
