import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoder } from './decoder.ts';
import { createJsonDecoder } from './json-decoder.ts';

const decoder = createJsonDecoder({ fromJson: (raw) => raw });

function watch(chunks: readonly Buffer[], from: Decoder<unknown> = decoder): unknown[] {
  const events: unknown[] = [];
  const reader = from.openWatch('application/json', (event) =>
    events.push('object' in event ? { type: event.type, object: event.object.project() } : event),
  );
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return events;
}

function list(text: string, contentType = 'application/json'): unknown {
  const reader = decoder.openList(contentType, () => undefined);
  reader.push(Buffer.from(text));
  return reader.end();
}

describe('a watch in JSON', () => {
  it('gives each event once, wherever the stream is cut', () => {
    const event = fc.record({ type: fc.constantFrom('ADDED', 'DELETED'), object: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(event), fc.array(fc.nat()), (events, cuts) => {
        const bytes = Buffer.from(events.map((one) => `${JSON.stringify(one)}\n`).join(''));
        const marks = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const chunks = marks.slice(1).map((end, index) => bytes.subarray(marks[index], end));
        expect(watch(chunks)).toEqual(JSON.parse(JSON.stringify(events)));
      }),
    );
  });

  it('says who each object is', () => {
    const seen: unknown[] = [];
    const reader = decoder.openWatch('application/json', (event) => {
      if ('object' in event) seen.push([event.object.uid, event.object.version]);
    });
    for (const metadata of [{ uid: 'a', resourceVersion: '7' }, { uid: 1 }, null])
      reader.push(Buffer.from(`${JSON.stringify({ type: 'ADDED', object: { metadata } })}\n`));
    expect(seen).toEqual([
      ['a', '7'],
      ['', ''],
      ['', ''],
    ]);
  });

  it('gives lists that are not read empty', () => {
    const trimming = createJsonDecoder({ fromJson: (raw) => raw, unread: ['volumes'] });
    const line = Buffer.from('{"type":"ADDED","object":{"spec":{"volumes":[{"name":"a"}],"nodeName":"n"}}}\n');
    expect(watch([line], trimming)).toEqual([{ type: 'ADDED', object: { spec: { volumes: [], nodeName: 'n' } } }]);
  });

  it('leaves out empty lines and a last event that is cut short, even inside a character', () => {
    const cut = Buffer.from('{"type":"ADDED","object":{"name":"é"}}').subarray(0, 35);
    expect(watch([Buffer.from('\n\n{"type":"ADDED","object":1}\n\n'), cut])).toEqual([{ type: 'ADDED', object: 1 }]);
  });

  it('tells bookmarks and errors', () => {
    const end = { 'k8s.io/initial-events-end': 'true' };
    const lines = [
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } },
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '8', annotations: end } } },
      { type: 'ERROR', object: { code: 410 } },
    ];
    expect(watch(lines.map((line) => Buffer.from(`${JSON.stringify(line)}\n`)))).toEqual([
      { type: 'BOOKMARK', version: '7', complete: false },
      { type: 'BOOKMARK', version: '8', complete: true },
      { type: 'ERROR', status: { code: 410 } },
    ]);
  });

  it.each([
    ['garbage', 'HTTP/1.1 500\n', '12 characters that are not JSON'],
    ['an event without type', '{"object":{}}\n', 'without a type'],
    ['an event of another type', '{"type":"GONE"}\n', 'of type "GONE"'],
    ['a bookmark without version', '{"type":"BOOKMARK","object":{}}\n', 'without resourceVersion'],
    ['an event that is no object', 'null\n', 'without a type'],
    ['an object on two lines', '{"type":"ADDED",\n"object":{}}\n', 'not JSON'],
  ])('refuses %s', (_, text, message) => {
    expect(() => watch([Buffer.from(text)])).toThrow(
      expect.objectContaining({ code: 'Malformed', message: expect.stringContaining(message) }),
    );
  });

  it('never quotes what it could not read', () => {
    expect(() => watch([Buffer.from('{"token":"s3cret"\n')])).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('s3cret') }),
    );
  });

  it('refuses a line above 16 MiB', () => {
    expect(() => watch(Array.from({ length: 17 }, () => Buffer.alloc(1 << 20, 'x')))).toThrow(
      'larger than 16777216 bytes',
    );
  });
});

describe('a list in JSON', () => {
  it.each([
    ['the last page', '{"metadata":{"resourceVersion":"7","continue":""},"items":[]}', { resourceVersion: '7' }],
    [
      'a page with a next',
      '{"items":[],"metadata":{"continue":"x","resourceVersion":"7"}}',
      { resourceVersion: '7', continueToken: 'x' },
    ],
  ])('ends with version and token of %s', (_, text, end) => {
    expect(list(text)).toEqual({ continueToken: undefined, ...end });
  });

  it('is refused without a resourceVersion', () => {
    expect(() => list('{"items":[],"metadata":{}}')).toThrow('a list without metadata.resourceVersion');
  });

  it.each(['text/html', '', 'application/vnd.kubernetes.protobuf'])(
    'is refused when the server calls it %j',
    (type) => {
      expect(() => list('{}', type)).toThrow('not application/json');
    },
  );
});
