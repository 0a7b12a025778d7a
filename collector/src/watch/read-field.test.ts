import { expect, test } from 'vitest';
import { readCount, readInteger, readList, readMessage, readString, readTime, takeStringMap } from './read-field.ts';

const same = (text: string): string => text;

test.each([
  ['2026-03-13T13:14:17Z', Date.UTC(2026, 2, 13, 13, 14, 17)],
  ['2026-03-13T13:14:17.25Z', Date.UTC(2026, 2, 13, 13, 14, 17, 250)],
  ['2026-03-13T13:14:17.123456789Z', Date.UTC(2026, 2, 13, 13, 14, 17, 123)],
  ['2026-03-13T15:14:17+02:00', Date.UTC(2026, 2, 13, 13, 14, 17)],
  ['1970-01-01T00:00:00Z', 0],
  ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
])('the time %s is read', (text, ms) => expect(readTime({ at: text }, 'at')).toBe(ms));

test.each([
  ...['', 'yesterday', '2026-03-13', '2026-03-13T13:14:17', '20260313T131417Z', '2026-03-13 13:14:17Z'],
  ...['1969-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00', '+275760-09-13T00:00:00Z'],
  ...['2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z', '2026-01-01T00:00:00Z\n', ' 2026-01-01T00:00:00Z'],
  ...['2026-01-01T00:00:00.Z', `2026-01-01T00:00:00.${'0'.repeat(10)}Z`, 0, 1e300, null, true, [], {}],
])('the time %j counts as absent', (value) => expect(readTime({ at: value }, 'at')).toBeUndefined());

test('a field of the wrong type counts as absent', () => {
  const wrong = { text: 1, list: { 0: 'a', length: 1 }, count: -1, big: 2 ** 60, fraction: 1.5, word: '7' };
  expect(readString(wrong, 'text')).toBe('');
  expect(readList(wrong, 'list')).toEqual([]);
  expect(['count', 'big', 'fraction', 'word', 'none'].map((key) => readCount(wrong, key))).toEqual([0, 0, 0, 0, 0]);
  expect(readInteger(wrong, 'count')).toBe(-1);
  expect(readInteger(wrong, 'word')).toBe(0);
});

test('a message is cut to 1,024 characters', () => {
  expect(readMessage({ message: 'short' }, 'message', same)).toBe('short');
  expect(readMessage({ message: 'x'.repeat(1_000_000) }, 'message', same)).toBe('x'.repeat(1024));
});

test('a map keeps its own texts and loses the rest', () => {
  const labels = JSON.parse(
    '{"a": "1", "b": 2, "c": null, "__proto__": "p", "constructor": "k", "d": ["x"]}',
  ) as object;
  const taken = takeStringMap({ labels }, 'labels', same);
  expect(taken).toBe(labels);
  expect(Object.entries(taken)).toEqual([
    ['a', '1'],
    ['__proto__', 'p'],
    ['constructor', 'k'],
  ]);
  expect(Object.getPrototypeOf(taken)).toBe(Object.prototype);
});

test.each([[[]], ['text'], [7], [null], [undefined], [{}], [{ a: 1 }]])(
  '%j as a map is the shared empty one',
  (labels) => {
    expect(takeStringMap({ labels }, 'labels', same)).toBe(takeStringMap({}, 'labels', same));
  },
);
