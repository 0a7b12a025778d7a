import { expect, test } from 'vitest';
import { createEventReader } from './read-event-stream.ts';

const TEXT =
  'retry: 3000\n\n: alive\n\nid: 1\nevent: policy\ndata: {"a":\ndata:  "ä"}\n\nid: 2\r\ndata\r\n\r\nid: 3\n\nevent: lost\n\n';

test.each([1, 2, 3, 7, 1000])('events are the same however the body is cut: in pieces of %d bytes', (size) => {
  const reader = createEventReader('0');
  const bytes = Buffer.from(TEXT);
  const events = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    reader.push(bytes.subarray(at * size, (at + 1) * size)),
  ).flat();
  expect(events).toEqual([
    { event: 'policy', data: '{"a":\n "ä"}' },
    { event: 'message', data: '' },
  ]);
  expect(reader.lastId()).toBe('3');
});

test('an event without its end is not told, and its id is not the last', () => {
  const reader = createEventReader('7');
  expect(reader.push(Buffer.from('id: 8\nevent: a\ndata: b\n'))).toEqual([]);
  expect(reader.lastId()).toBe('7');
  expect(reader.push(Buffer.from('\n'))).toEqual([{ event: 'a', data: 'b' }]);
  expect(reader.lastId()).toBe('8');
});

test('what never ends is refused', () => {
  const reader = createEventReader();
  const piece = Buffer.alloc(1024 * 1024, 'x');
  expect(() => Array.from({ length: 6 }, () => reader.push(piece))).toThrow('is it a Rollcall collector?');
});
