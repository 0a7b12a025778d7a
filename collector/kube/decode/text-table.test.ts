import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heapUsed } from '../test-heap.ts';
import { TextTable } from './text-table.ts';

function read(table: TextTable, text: string | Buffer): string {
  const bytes = Buffer.concat([Buffer.from('before'), Buffer.from(text), Buffer.from('behind')]);
  return table.read(bytes, 6, bytes.length - 6);
}

describe('a text table', () => {
  it('answers what the bytes say, whatever it was asked before', () => {
    // Few slots and alike texts, so that they meet.
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'Ã', '©', '\u{1f600}'), maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 60, maxLength: 70 }),
      fc.string({ minLength: 250, maxLength: 260 }),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
        const table = new TextTable(2);
        for (const one of [...texts, ...texts]) expect(read(table, one)).toBe(one);
      }),
    );
  });

  it('does not take the bytes of one text for the characters of another', () => {
    const table = new TextTable(1);
    expect([read(table, 'Ã©'), read(table, 'é'), read(table, Buffer.from([0xc3, 0xa9, 0xff]))]).toEqual([
      'Ã©',
      'é',
      'é\u{fffd}',
    ]);
  });

  it('gives equal texts as one object: 100,000 of them cost what their list costs', () => {
    const table = new TextTable();
    const bytes = Buffer.from('a common message of forty bytes or so');
    const texts = Array.from({ length: 100_000 }, () => '');
    const before = heapUsed();
    for (let index = 0; index < texts.length; index++) texts[index] = table.read(bytes, 0, bytes.length);
    expect(heapUsed() - before).toBeLessThan(1e6);
    expect(new Set(texts).size).toBe(1);
  });

  it('does not grow with the texts that it was asked for', () => {
    const table = new TextTable(4);
    const before = heapUsed();
    for (let index = 0; index < 100_000; index++) read(table, `one text among many others ${index}`);
    expect(heapUsed() - before).toBeLessThan(1e6);
  });
});
