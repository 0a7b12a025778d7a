import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTimers } from './timers.ts';

describe('the queue of timers', () => {
  test('is empty at first', () => {
    const timers = createTimers<string>();
    expect(timers.next()).toBe(Infinity);
    expect(timers.take()).toBeUndefined();
  });

  test('gives items by their due time, in whatever order they came and while others come', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 50 }) },
      { weight: 2, arbitrary: fc.constant('take' as const) },
    );
    const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const timers = createTimers<number>();
      const model: number[] = [];
      for (const next of steps) {
        if (next === 'take') {
          model.sort((one, other) => one - other);
          const due = model.shift();
          expect(timers.take()).toEqual(due === undefined ? undefined : { dueMono: due, item: -due });
        } else {
          timers.add(next, -next);
          model.push(next);
        }
        expect(timers.next()).toBe(Math.min(Infinity, ...model));
      }
    });
    fc.assert(property, { numRuns: 300, seed: 4_711 });
  });
});
