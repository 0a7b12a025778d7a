import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, fixed, integer, varint } from '../test-wire.ts';
import { TextTable } from './text-table.ts';
import { Wire } from './wire.ts';

function open(...fields: readonly Buffer[]): Wire {
  const wire = new Wire(new TextTable());
  const message = Buffer.concat(fields);
  // What lies around a message is none of its business.
  wire.open(Buffer.concat([Buffer.from([0xff]), message, Buffer.from([0x08, 0x07])]), 1, 1 + message.length);
  return wire;
}

function readAll(wire: Wire): number[] {
  const fields: number[] = [];
  for (let field = wire.next(); field !== 0; field = wire.next()) fields.push(field);
  return fields;
}

const malformed = (words: string): unknown =>
  expect.objectContaining({ code: 'Malformed', message: expect.stringContaining(words) });

describe('a message', () => {
  it('gives its fields in order, read or not, of whatever type', () => {
    const fields = [integer(1, 5), bytes(2, 'x'), fixed(3, 4), fixed(4, 8), bytes(2 ** 29 - 1, ''), integer(1, 6)];
    expect(readAll(open(...fields))).toEqual([1, 2, 3, 4, 2 ** 29 - 1, 1]);
    expect(readAll(open())).toEqual([]);
  });

  it('gives integers of either sign as far as numbers are safe', () => {
    const safe = fc.oneof(
      fc.maxSafeInteger(),
      fc.constantFrom(0, -1, 127, 128, 2 ** 31, 2 ** 32, -(2 ** 31), -(2 ** 32)),
    );
    fc.assert(
      fc.property(safe, (value) => {
        const wire = open(integer(1, value));
        expect(wire.next()).toBe(1);
        expect(wire.value()).toBe(value);
        expect(wire.isTrue()).toBe(value !== 0);
      }),
    );
    for (const large of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n]) {
      const wire = open(integer(1, large));
      wire.next();
      expect([wire.value(), wire.isTrue()]).toEqual([0, true]);
    }
  });

  it('gives texts as JSON would, and one object for equal ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const wire = open(bytes(1, text), bytes(2, text));
        wire.next();
        expect(wire.text()).toBe(text.toWellFormed());
        wire.next();
        expect(wire.ownText()).toBe(text.toWellFormed());
        expect(wire.size()).toBe(Buffer.byteLength(text));
      }),
    );
    const broken = open(bytes(1, Buffer.from([0x61, 0xff, 0x62])));
    broken.next();
    expect(broken.text()).toBe('a\u{fffd}b');
  });

  it('tells whether a text is another', () => {
    const wire = open(bytes(1, 'status'));
    wire.next();
    expect(['status', 'statu', 'statuz', 'statuss', ''].map((text) => wire.isText(text))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('reads a field of another type as absent', () => {
    const wire = open(integer(1, 5), bytes(2, 'five'));
    wire.next();
    expect([wire.text(), wire.ownText(), wire.size(), wire.isText('')]).toEqual(['', '', 0, false]);
    wire.leave(wire.enter());
    expect(wire.next()).toBe(2);
    expect([wire.value(), wire.isTrue()]).toEqual([0, false]);
  });

  it('is entered and left, read to its end or not', () => {
    const inner = bytes(1, bytes(7, 'deep'), integer(8, 1));
    for (const reads of [0, 1, 2, 3]) {
      const wire = open(inner, integer(2, 9));
      wire.next();
      const mark = wire.enter();
      const seen = Array.from({ length: reads }, () => wire.next());
      wire.leave(mark);
      expect([seen, wire.next(), wire.value(), wire.next()]).toEqual([[7, 8, 0].slice(0, reads), 2, 9, 0]);
    }
  });
});

describe('what is no message', () => {
  it.each([
    ['field 0', Buffer.from([0x00, 0x01]), 'without a number'],
    ['a field of 2^29', Buffer.concat([varint(2n ** 32n), Buffer.from([1])]), 'without a number'],
    ['the start of a group', Buffer.from([0x0b]), 'wire type 3'],
    ['the end of a group', Buffer.from([0x0c]), 'wire type 4'],
    ['wire type 6', Buffer.from([0x0e]), 'wire type 6'],
    ['wire type 7', Buffer.from([0x0f]), 'wire type 7'],
    ['a tag cut short', Buffer.from([0x80]), 'longer than'],
    ['an integer cut short', Buffer.from([0x08, 0x80]), 'longer than'],
    ['an integer that is missing', Buffer.from([0x08]), 'longer than'],
    [
      'an integer of eleven bytes',
      Buffer.concat([Buffer.from([0x08]), Buffer.alloc(10, 0x80), Buffer.from([1])]),
      '64 bits',
    ],
    ['four bytes cut short', fixed(1, 4).subarray(0, 4), 'longer than'],
    ['eight bytes cut short', fixed(1, 8).subarray(0, 8), 'longer than'],
    ['a length that is missing', Buffer.from([0x0a]), 'longer than'],
    ...[1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n].map((length): [string, Buffer, string] => [
      `a length of ${length}`,
      Buffer.concat([Buffer.from([0x0a]), varint(length)]),
      'longer than',
    ]),
  ])('%s is refused', (_, message, words) => {
    expect(() => readAll(open(message))).toThrow(malformed(words));
  });

  it('a message inside that is longer than the one around it is refused, though there are more bytes', () => {
    const wire = open(Buffer.from([0x0a, 0x02, 0x12, 0x05]), bytes(9, 'other'));
    wire.next();
    wire.enter();
    expect(() => wire.next()).toThrow(malformed('longer than'));
  });

  it('random bytes are read or refused, and never beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        const wire = open(Buffer.from(random));
        let steps = 0;
        const walk = (depth: number): void => {
          for (let field = wire.next(); field !== 0; field = wire.next()) {
            expect(++steps).toBeLessThan(1000);
            expect(wire.size()).toBeLessThanOrEqual(random.length);
            if (depth > 3 || wire.size() === 0) continue;
            const mark = wire.enter();
            walk(depth + 1);
            wire.leave(mark);
          }
        };
        try {
          walk(0);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'KubeError', code: 'Malformed' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
