import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookmark, bytes, envelope, event, fixed, frame, integer, list, object, status, varint } from '../test-wire.ts';
import { createDecoder } from './protobuf-decoder.ts';
import { TextTable } from './text-table.ts';
import type { Wire } from './wire.ts';

const TYPE = 'application/vnd.kubernetes.protobuf';
const NOTE = 9;

/** Reads all of the message, and the note in it. */
function project(wire: Wire): string {
  let note = '';
  for (let field = wire.next(); field !== 0; field = wire.next()) if (field === NOTE) note = wire.ownText();
  return note;
}

const complaints: string[] = [];
const decoder = createDecoder<string>(
  { fromJson: () => 'from JSON', fromProtobuf: project },
  { texts: new TextTable(), wantsProtobuf: () => true, unreadable: ({ message }) => void complaints.push(message) },
);

function readList(chunks: readonly Buffer[]): unknown {
  const items: string[] = [];
  const reader = decoder.openList(TYPE, (item) => items.push(`${item.uid}@${item.version} ${item.project()}`));
  for (const chunk of chunks) reader.push(chunk);
  return { items, ...reader.end() };
}

function readWatch(chunks: readonly Buffer[]): unknown[] {
  const events: unknown[] = [];
  const reader = decoder.openWatch(`${TYPE};stream=watch`, (one) =>
    events.push('object' in one ? `${one.type} ${one.object.uid}@${one.object.version} ${one.object.project()}` : one),
  );
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return events;
}

const noted = (uid: string, note: string): Buffer => object(uid, 7, integer(3, 1), bytes(NOTE, note), fixed(11, 8));
const things = [noted('a', 'one'), noted('b', ''), object('c', '9'), noted('d', 'x'.repeat(3000))];
const told = ['a@7 one', 'b@7 ', 'c@9 ', `d@7 ${'x'.repeat(3000)}`];
const whole = list(12, things, 'more');
const stream = Buffer.concat([
  event('ADDED', noted('a', 'one')),
  event('MODIFIED', noted('b', 'two')),
  bookmark(8),
  event('DELETED', object('c', '9')),
  bookmark(10, true),
  event('ERROR', statusFields(410, 'too old'), 'Status'),
]);
const happened = [
  'ADDED a@7 one',
  'MODIFIED b@7 two',
  { type: 'BOOKMARK', version: '8', complete: false },
  'DELETED c@9 ',
  { type: 'BOOKMARK', version: '10', complete: true },
  { type: 'ERROR', status: expect.objectContaining({ code: 410, message: 'too old', reason: 'Test' }) },
];

function statusFields(code: number, message: string): Buffer {
  // The same without its envelope, which `event` adds.
  return Buffer.concat([bytes(3, message), bytes(4, 'Test'), integer(6, code)]);
}

/** In two at each place, and in bytes. */
function cuts(body: Buffer): Buffer[][] {
  const ways = Array.from({ length: body.length + 1 }, (_, at) => [body.subarray(0, at), body.subarray(at)]);
  return [...ways, Array.from(body, (_, at) => body.subarray(at, at + 1))];
}

const malformed = (words = ''): unknown =>
  expect.objectContaining({ code: 'Malformed', message: expect.stringContaining(words) });

describe('a list in protobuf', () => {
  it('gives its items and its end, wherever the stream is cut', () => {
    for (const chunks of cuts(whole))
      expect(readList(chunks)).toEqual({ items: told, resourceVersion: '12', continueToken: 'more' });
  });

  it('may be empty, without a token, and carry fields that nobody knows', () => {
    expect(readList([list(3, [])])).toEqual({ items: [], resourceVersion: '3', continueToken: undefined });
    const content = [
      integer(15, -1),
      bytes(1, bytes(2, '4'), fixed(77, 4)),
      bytes(9, 'x'),
      bytes(2, things[0] ?? ''),
      fixed(3, 8),
    ];
    const strange = Buffer.concat([envelope('ThingList', Buffer.concat(content)), integer(99, 1), bytes(98, 'tail')]);
    for (const chunks of cuts(strange))
      expect(readList(chunks)).toEqual({ items: ['a@7 one'], resourceVersion: '4', continueToken: undefined });
  });

  it('takes metadata behind the items, the last of what comes twice, and items without a byte', () => {
    const content = [bytes(2, things[0] ?? ''), bytes(1, bytes(2, '4')), bytes(2, ''), bytes(1, bytes(2, '5'))];
    for (const chunks of cuts(envelope('ThingList', Buffer.concat(content))))
      expect(readList(chunks)).toMatchObject({ items: ['a@7 one', '@ '], resourceVersion: '5' });
  });

  it('that stops is malformed at each byte, up to the empty ends of its envelope', () => {
    for (let length = 0; length < whole.length - 4; length++)
      expect(() => readList([whole.subarray(0, length)]), `${length} bytes`).toThrow(malformed('stops in the middle'));
    expect(complaints).toEqual([]);
  });

  const tag = (field: number): Buffer => varint(field * 8 + 2);
  it.each([
    ['JSON', Buffer.from('{"kind":"ThingList"}'), 'does not begin as'],
    ['another magic', Buffer.from('k8t\0....'), 'does not begin as'],
    ['an object', envelope('Thing', things[0] ?? Buffer.alloc(0)), 'no list: it is a Thing'],
    ['two lists', Buffer.concat([whole, bytes(2, '')]), 'two lists'],
    ['a compressed list', Buffer.concat([Buffer.from('k8s\0'), bytes(3, 'gzip'), bytes(2, 'x')]), 'compressed'],
    ['no resourceVersion', envelope('ThingList', Buffer.from([])), 'without metadata.resourceVersion'],
    ['a group', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x0b])]), 'wire type 3'],
    [
      'an item longer than its list',
      Buffer.concat([Buffer.from('k8s\0'), bytes(2, Buffer.concat([tag(2), varint(9)])), Buffer.alloc(9)]),
      'longer than',
    ],
    [
      'an integer that leaves the list',
      Buffer.concat([Buffer.from('k8s\0'), bytes(2, Buffer.from([0x18, 0x80])), Buffer.from([1])]),
      'longer than',
    ],
    [
      'eleven bytes of a length',
      Buffer.concat([Buffer.from('k8s\0'), tag(2), Buffer.alloc(10, 0x80), Buffer.from([1])]),
      '64 bits',
    ],
    [
      'an item above 16 MiB',
      Buffer.concat([Buffer.from('k8s\0'), tag(2), varint(2n ** 40n), tag(2), varint(2n ** 24n + 1n)]),
      'larger than',
    ],
    [
      'an item of 2^63 bytes',
      Buffer.concat([Buffer.from('k8s\0'), tag(2), varint(2n ** 64n - 1n), tag(2), varint(2n ** 63n)]),
      'larger than',
    ],
  ])('is refused: %s', (_, body, words) => {
    expect(() => readList([body])).toThrow(malformed(words));
    expect(() => readList(Array.from(body, (byte) => Buffer.from([byte])))).toThrow(malformed(words));
  });
});

describe('a watch in protobuf', () => {
  it('gives its events, wherever the stream is cut', () => {
    for (const chunks of cuts(stream)) expect(readWatch(chunks)).toEqual(happened);
  });

  it('gives what is whole when it stops: the rest comes again', () => {
    for (let length = 0; length <= stream.length; length++) {
      const events = readWatch([stream.subarray(0, length)]);
      expect(events).toEqual(happened.slice(0, events.length));
    }
  });

  it('passes over what it does not know, and takes the last of what comes twice', () => {
    const twice = [
      bytes(1, 'ERROR'),
      fixed(9, 4),
      bytes(1, 'ADDED'),
      bytes(2, bytes(1, 'x'), bytes(1, envelope('Thing', noted('a', 'one')))),
    ];
    expect(readWatch([frame(Buffer.concat(twice))])).toEqual(['ADDED a@7 one']);
  });

  it('gives an object without uid and version as such', () => {
    expect(readWatch([event('ADDED', bytes(NOTE, 'n')), event('ADDED', bytes(1, bytes(1, 'x')))])).toEqual([
      'ADDED @ n',
      'ADDED @ ',
    ]);
  });

  it.each([
    ['a frame of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0a]), 'larger than'],
    ['a frame of 2 GB', Buffer.from([0x80, 0, 0, 0]), 'larger than'],
    ['JSON', Buffer.from('{"type":"ADDED"}\n'), 'larger than'],
    ['an empty frame', frame(Buffer.alloc(0)), 'without a type'],
    ['an event of another type', event('GONE', Buffer.alloc(0)), 'of type "GONE"'],
    ['an event without an object', frame(bytes(1, 'ADDED')), 'does not begin as'],
    [
      'an object with another magic',
      frame(Buffer.concat([bytes(1, 'ADDED'), bytes(2, bytes(1, 'k8t\0'))])),
      'does not begin as',
    ],
    [
      'an object cut in its magic',
      frame(Buffer.concat([bytes(1, 'ADDED'), bytes(2, bytes(1, 'k8'))])),
      'does not begin as',
    ],
    [
      'a compressed object',
      frame(Buffer.concat([bytes(1, 'ADDED'), bytes(2, bytes(1, 'k8s\0', bytes(3, 'gzip')))])),
      'compressed',
    ],
    ['a bookmark without version', event('BOOKMARK', bytes(1, '')), 'without resourceVersion'],
    ['a group', frame(Buffer.from([0x0b])), 'wire type 3'],
  ])('is refused: %s', (_, body, words) => {
    complaints.length = 0;
    expect(() => readWatch([body])).toThrow(malformed(words));
    expect(complaints).toEqual([expect.stringContaining(words)]);
  });

  it('sets no memory aside on the word of a length', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 200 }, () => decoder.openWatch(TYPE, () => undefined));
    for (const reader of readers) reader.push(Buffer.from([0x00, 0xff, 0xff, 0xff, 0x0a]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 70_000);
  });
});

describe('bytes that were changed at random', () => {
  const mutation = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });

  it.each([
    ['list', whole, readList],
    ['watch', stream, readWatch],
  ] as const)('of a %s are read or refused', (_, body, read) => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.nat(), (mutations, cut) => {
        const changed = Buffer.from(body);
        for (const { at, byte } of mutations) changed[at % changed.length] = byte;
        const at = cut % changed.length;
        try {
          read([changed.subarray(0, at), changed.subarray(at)]);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'KubeError', code: 'Malformed' });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['list', readList],
    ['watch', readWatch],
  ] as const)('from the first on are no %s, or one', (_, read) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (random, enveloped) => {
        try {
          read([Buffer.from(enveloped ? 'k8s\0' : ''), Buffer.from(random)]);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'KubeError', code: 'Malformed' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is asked for', () => {
  const json = { fromJson: () => 0 };
  const host = { texts: new TextTable(1), unreadable: () => undefined };

  it('is protobuf with JSON as second best, for kinds that can be read in it and as long as it is wanted', () => {
    expect(decoder.accept).toBe('application/vnd.kubernetes.protobuf, application/json');
    const both = { ...json, fromProtobuf: () => 0 };
    expect(createDecoder(both, { ...host, wantsProtobuf: () => false }).accept).toBe('application/json');
    expect(createDecoder(json, { ...host, wantsProtobuf: () => true }).accept).toBe('application/json');
  });

  it('is read by what the server answers', () => {
    const seen: unknown[] = [];
    const reader = decoder.openWatch('application/json', (one) => seen.push('object' in one && one.object.project()));
    reader.push(Buffer.from('{"type":"ADDED","object":{}}\n'));
    expect(seen).toEqual(['from JSON']);
    expect(() => decoder.openList('text/html', () => undefined)).toThrow(malformed('not application/json'));
  });
});

describe('a status', () => {
  it('is no watch and no list', () => {
    expect(() => readList([status(404, 'gone')])).toThrow(malformed('no list: it is a Status'));
  });
});
