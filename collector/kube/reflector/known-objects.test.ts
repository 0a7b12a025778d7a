import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heapUsed } from '../test-heap.ts';
import { KnownVersions } from './known-objects.ts';

function uuid(index: number): string {
  const hex = index.toString(16).padStart(12, '0');
  return `${hex.slice(4)}-aaaa-4bbb-8ccc-${hex}`;
}

/** The same, done simply. */
class Model {
  readonly versions = new Map<string, string>();
  #listed: Set<string> | undefined;

  compare(uid: string, version: string): string {
    const known = this.versions.get(uid);
    if (known === undefined || known === '' || version === '') return 'other';
    if (known === version) return 'same';
    const areDecimals = /^[1-9]\d*$/.test(known) && /^[1-9]\d*$/.test(version);
    return areDecimals && BigInt(version) < BigInt(known) ? 'past' : 'other';
  }

  set(uid: string, version: string): void {
    this.versions.set(uid, version);
    this.#listed?.add(uid);
  }

  delete(uid: string): void {
    this.versions.delete(uid);
  }

  beginList(): void {
    this.#listed = new Set();
  }

  list(uid: string): void {
    this.#listed?.add(uid);
  }

  endList(): string[] {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    return [...this.versions.keys()].filter((uid) => !listed.has(uid));
  }
}

const uid = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }).map(uuid) },
  fc.constantFrom(
    'a',
    'b',
    uuid(1).toUpperCase(),
    uuid(2).replace('-', '_'),
    `${uuid(3)}0`,
    uuid(4).replace('a', 'g'),
    uuid(5).replace('b', '-'),
  ),
);
const version = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }).map(String) },
  fc.constantFrom(
    '',
    'x',
    '007',
    '0',
    '999999999999999',
    '1000000000000000',
    '9007199254740993',
    '9007199254740992',
    '1e3',
  ),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set'), uid, version }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete'), uid }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list'), uid }) },
  fc.record({ do: fc.constantFrom('beginList', 'endList') }),
) as fc.Arbitrary<{
  readonly do: 'set' | 'delete' | 'list' | 'beginList' | 'endList';
  readonly uid: string;
  readonly version: string;
}>;

describe('the known objects', () => {
  it('are those that a Map would hold, whatever their uids and versions', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 150 }),
        fc.array(fc.tuple(uid, version), { maxLength: 5 }),
        (steps, asked) => {
          const known = new KnownVersions();
          const model = new Model();
          for (const { do: action, uid: id, version: its } of steps) {
            // A list ends once, and only a known object is listed without being set.
            if (action === 'endList' && !known.listing) continue;
            if (action === 'list' && !model.versions.has(id)) continue;
            if (action === 'endList') expect([...known.endList()].sort()).toEqual(model.endList().sort());
            else {
              known[action](id, its);
              model[action](id, its);
            }
          }
          expect(known.size).toBe(model.versions.size);
          expect([...known.uids()].sort()).toEqual([...model.versions.keys()].sort());
          for (const [id, its] of [...asked, ...model.versions]) {
            expect(known.has(id)).toBe(model.versions.has(id));
            expect(known.compare(id, its)).toBe(model.compare(id, its));
            expect(known.isPast(id, its)).toBe(model.compare(id, its) === 'past');
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('survive growth and the removal of most of them', () => {
    const known = new KnownVersions();
    for (let index = 0; index < 5000; index++) known.set(uuid(index * 7), String(index + 1));
    for (let index = 0; index < 5000; index++) if (index % 10 !== 0) known.delete(uuid(index * 7));
    expect(known.size).toBe(500);
    for (let index = 0; index < 5000; index++)
      expect(known.compare(uuid(index * 7), String(index + 1))).toBe(index % 10 === 0 ? 'same' : 'other');
  });

  it('cost below 60 bytes each, also while a list is read', () => {
    const before = heapUsed() + process.memoryUsage().arrayBuffers;
    const known = new KnownVersions();
    known.beginList();
    for (let index = 0; index < 100_000; index++) known.set(uuid(index), String(123_456_789 + index));
    expect((heapUsed() + process.memoryUsage().arrayBuffers - before) / known.size).toBeLessThan(60);
  });
});
