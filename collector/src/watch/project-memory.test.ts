/** What projections promise about memory; measured after a forced garbage collection, in amounts far above its noise. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createNodeSharing, projectNode } from './project-node.ts';
import { createInterner } from './read-field.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const MIB = 2 ** 20;

function measureKept(make: () => unknown): { readonly kept: unknown; readonly bytes: number } {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = make();
  collectGarbage();
  return { kept, bytes: process.memoryUsage().heapUsed - before };
}

// A fresh string each time, as a parser makes them.
const copy = (text: string): string => JSON.parse(JSON.stringify(text)) as string;
const LONG = 'x'.repeat(200);

test('equal texts are kept once', () => {
  const intern = createInterner(100);
  const { kept, bytes } = measureKept(() => Array.from({ length: 50_000 }, () => intern(copy(LONG))));
  expect(kept).toHaveLength(50_000);
  expect(bytes).toBeLessThan(2 * MIB);
});

test('texts that occur once wash through, and do not push out those in use', () => {
  const intern = createInterner(100);
  const { kept, bytes } = measureKept(() =>
    Array.from({ length: 50_000 }, (_, index) => {
      intern(`${index}${LONG}`);
      return intern(copy(LONG));
    }),
  );
  expect(kept).toHaveLength(50_000);
  expect(bytes).toBeLessThan(2 * MIB);
});

test('a projected node keeps nothing of what was parsed', () => {
  const bulk = { images: Array.from({ length: 50 }, (_, index) => `${index}${LONG}`), message: 'm'.repeat(10_000) };
  const conditions = [{ type: 'Ready', status: 'False', reason: 'r', message: bulk.message }];
  const parsed = JSON.stringify({
    metadata: { uid: 'u', name: 'n', labels: { a: 'b' } },
    status: { ...bulk, conditions },
  });
  const sharing = createNodeSharing(createInterner(100));
  const { kept, bytes } = measureKept(() =>
    Array.from({ length: 1000 }, () => projectNode(JSON.parse(parsed), sharing)),
  );
  expect(kept).toHaveLength(1000);
  // Some 30 MB were parsed; 1 kB of each node's message may stay.
  expect(bytes).toBeLessThan(3 * MIB);
});
