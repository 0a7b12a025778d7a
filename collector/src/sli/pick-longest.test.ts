import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeRecord, Standing } from '../coverage/index.ts';
import { createRecord } from '../coverage/record.ts';
import { START } from '../test-objects.ts';
import { pickLongest } from './pick-longest.ts';

function uncovered(name: string, sinceMono: number, pool = 'p'): NodeRecord {
  const standing: Standing = {
    pool,
    state: 'uncovered',
    verdict: 'uncovered',
    reason: name === '' ? 'NodeMissing' : 'CrashLoop',
    owner: 'agent',
    excuse: '',
    rule: '',
    eligible: true,
    current: false,
    layers: [],
    marks: [],
  };
  return Object.assign(createRecord(name, `uid-${name}`, { now: START }), { standing, sinceMono });
}

describe('the longest-uncovered nodes', () => {
  test('come the longest first, equal ones by name, whatever order they are found in', () => {
    const records = [uncovered('b', 2), uncovered('d', 1), uncovered('c', 2), uncovered('a', 3)];
    for (const order of [records, records.toReversed()]) {
      const { picked, others } = pickLongest(order, 3);
      expect(picked.map(({ node }) => node)).toEqual(['d', 'b', 'c']);
      expect(others).toBe(1);
    }
  });

  test('are those that sorting all of them would give', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 });
    const property = fc.property(ages, fc.integer({ min: 1, max: 10 }), (since, limit) => {
      const records = since.map((sinceMono, index) => uncovered(`n${100 + index}`, sinceMono));
      const sorted = records.toSorted(
        (one, other) => one.sinceMono - other.sinceMono || (one.name < other.name ? -1 : 1),
      );
      const { picked, others } = pickLongest(records, limit);
      expect(picked.map(({ node }) => node)).toEqual(sorted.slice(0, limit).map(({ name }) => name));
      expect(others).toBe(Math.max(0, records.length - limit));
    });
    fc.assert(property, { numRuns: 300, seed: 815 });
  });

  test('show the phantoms of a pool once, since they have no name to tell them apart', () => {
    const phantoms = [uncovered('', 1, 'a'), uncovered('', 2, 'a'), uncovered('', 3, 'b')];
    const { picked, others } = pickLongest(phantoms, 9);
    expect(picked.map(({ pool, sinceMono }) => [pool, sinceMono])).toEqual([
      ['a', 1],
      ['b', 3],
    ]);
    expect(others).toBe(0);
  });

  test('are none among records that have no reason', () => {
    const record = uncovered('a', 1);
    expect(pickLongest([record], 9).picked).toHaveLength(1);
    record.standing = undefined;
    expect(pickLongest([record], 9)).toEqual({ picked: [], others: 0 });
  });
});
