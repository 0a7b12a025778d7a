import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES } from './decoder.ts';
import { ListScanner } from './list-scanner.ts';
import { createTrimmer, type ToText } from './trim-lists.ts';

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const marks = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return marks.slice(1).map((end, index) => bytes.subarray(marks[index], end));
}

function scan(
  text: string,
  cuts: readonly number[] = [],
  toText: ToText = String,
): { items: unknown[]; members: ReadonlyMap<string, unknown> } {
  const items: unknown[] = [];
  const scanner = new ListScanner((item) => items.push(item), toText);
  for (const chunk of cutAt(Buffer.from(text), cuts)) scanner.push(chunk);
  return { items, members: scanner.end() };
}

const cuts = fc.array(fc.nat(), { maxLength: 40 });
// Every character that the scanner looks at, in every string.
const tricky = fc.string({
  unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'é', '😀', 'a', '\n', '\u2028'),
});
const json = fc.jsonValue({ stringUnit: 'grapheme' }) as fc.Arbitrary<unknown>;
const item = fc.oneof(json, tricky, fc.record({ metadata: fc.dictionary(tricky, tricky), spec: json }));
const list = fc.record({
  before: fc.dictionary(tricky, json),
  items: fc.array(item, { maxLength: 6 }),
  after: fc.dictionary(tricky, json),
  indent: fc.constantFrom(undefined, 1, '\t'),
});

describe('a list cut into chunks', () => {
  it('gives what JSON.parse gives, wherever it is cut', () => {
    fc.assert(
      fc.property(list, cuts, ({ before, items, after, indent }, at) => {
        // `items` may stand anywhere among the other members.
        const text = JSON.stringify({ ...before, items, ...after }, undefined, indent);
        const whole = JSON.parse(text) as Record<string, unknown>;
        const { items: found, members } = scan(text, at);
        expect(found).toEqual(whole['items']);
        expect(new Set(members.keys())).toEqual(new Set(Object.keys(whole)));
        for (const [name, value] of members) if (name !== 'items') expect(value).toEqual(whole[name]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives what JSON.parse gives when cut after every single byte', () => {
    const text = JSON.stringify(
      { items: [{ a: '\\"é😀' }, 'x\\', 12, true, null, []], metadata: { continue: '"' } },
      undefined,
      2,
    );
    const every = [...Buffer.from(text).keys()];
    expect(scan(text, every).items).toEqual([{ a: '\\"é😀' }, 'x\\', 12, true, null, []]);
    expect(scan(text, every).members.get('metadata')).toEqual({ continue: '"' });
  });

  it('gives items whose unread lists are empty, wherever it is cut', () => {
    const unread = fc.record({ metadata: fc.record({ a: tricky, managedFields: fc.array(json) }), b: tricky });
    fc.assert(
      fc.property(fc.array(unread, { maxLength: 6 }), cuts, (items, at) => {
        const empty = items.map(({ metadata, b }) => ({ metadata: { ...metadata, managedFields: [] }, b }));
        expect(scan(JSON.stringify({ items }), at, createTrimmer(['managedFields'])).items).toEqual(empty);
      }),
    );
  });

  it('is not misled by nested objects that look like the next item', () => {
    const nested = fc.record({
      metadata: fc.record({ name: tricky, owners: fc.array(fc.record({ metadata: fc.record({ name: tricky }) })) }),
      template: fc.array(fc.record({ metadata: fc.record({ name: fc.constant('a name') }) })),
    });
    fc.assert(
      fc.property(fc.array(nested, { maxLength: 30 }), cuts, (items, at) => {
        expect(scan(JSON.stringify({ items, metadata: {} }), at).items).toEqual(items);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps prototype keys as own properties and the last of duplicated keys, as JSON.parse does', () => {
    const { items } = scan('{"items":[{"__proto__":{"polluted":true},"a":1,"a":2}]}', [14, 20]);
    expect(Object.hasOwn(items[0] as object, '__proto__')).toBe(true);
    expect(items[0]).toHaveProperty('a', 2);
    expect({}).not.toHaveProperty('polluted');
  });

  it('reads an item of a megabyte in many chunks', () => {
    const big = { metadata: { labels: { long: 'x'.repeat(1 << 20) } } };
    const text = JSON.stringify({ items: [{ metadata: {} }, big, { metadata: {} }], metadata: {} });
    const chunks = [...Array(40).keys()].map((index) => index * 30_011);
    expect(scan(text, chunks).items).toEqual([{ metadata: {} }, big, { metadata: {} }]);
  });

  it('hands an item over as soon as its last byte is in', () => {
    const items: unknown[] = [];
    const scanner = new ListScanner((found) => items.push(found), String);
    scanner.push(Buffer.from('{"items":[{"a":1}'));
    expect(items).toEqual([{ a: 1 }]);
  });

  it.each([
    ['null items', '{"items":null,"metadata":{}}', []],
    ['no items', '{"items":[ ],"metadata":{}}', []],
    ['null among the items', '{"items":[null]}', [null]],
    ['an escaped key', '{"\\u0069tems":[1]}', [1]],
  ])('reads a list with %s', (_, text, expected) => {
    expect(scan(text).items).toEqual(expected);
  });

  it('refuses every text that stops early', () => {
    const text = '{"kind":"NodeList","items":[{"a":"b\\\\"},{"a":[1]}],"metadata":{"resourceVersion":"1"}}';
    for (let end = 0; end < text.length; end++)
      expect(() => scan(text.slice(0, end)), text.slice(0, end)).toThrow('stops in');
  });

  it.each([
    ['an HTML page', '<html>', 'has "<" where list is expected'],
    ['an array', '[]', 'has "[" where list is expected'],
    ['a Status', '{"kind":"Status"}', 'it has no items'],
    ['items that are an object', '{"items":{}}', 'whose items are no array'],
    ['two fields named items', '{"items":[],"items":[]}', 'two fields named items'],
    ['a missing comma', '{"items":[{} {}]}', 'has "{" where item comma is expected'],
    ['two commas', '{"items":[1,,2]}', 'not JSON'],
    ['a comma at the end', '{"items":[1,]}', 'not JSON'],
    ['a missing colon', '{"items"[]}', 'has "[" where colon is expected'],
    ['a key that is no string', '{1:2}', 'has "1" where first key is expected'],
    ['text behind the list', '{"items":[]} x', 'has "x" where end is expected'],
    ['brackets that do not match', '{"items":[{"a":1]]}', 'not JSON'],
    ['a word that is none', '{"items":[nul]}', 'not JSON'],
  ])('refuses %s', (_, text, message) => {
    expect(() => scan(text)).toThrow(
      expect.objectContaining({ code: 'Malformed', message: expect.stringContaining(message) }),
    );
  });

  it('refuses an item above 16 MiB before it is all in memory', () => {
    const scanner = new ListScanner(() => undefined, String);
    scanner.push(Buffer.from('{"items":["'));
    const megabyte = Buffer.alloc(1 << 20, 'x');
    let pushed = 0;
    const push = (): void => {
      for (; pushed < 64; pushed++) scanner.push(megabyte);
    };
    expect(push).toThrow('an object larger than 16777216 bytes');
    expect(pushed).toBe(MAX_FRAME_BYTES / (1 << 20) - 1);
  });
});
