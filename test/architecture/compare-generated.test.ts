import { expect, it } from 'vitest';
import { listChanges } from './compare-generated.ts';

it('names every file that a generator changed, added or no longer writes', () => {
  const before = new Map([
    ['same.md', '1'],
    ['stale.md', '1'],
    ['gone.md', '1'],
  ]);
  const after = new Map([
    ['same.md', '1'],
    ['stale.md', '2'],
    ['new.md', '1'],
  ]);
  expect(listChanges(before, after)).toEqual(['gone.md', 'new.md', 'stale.md']);
});
