import { expect, test } from 'vitest';
import { formatLine, formatTable } from './format-table.ts';

test('columns are as wide as their widest cell and three spaces apart, the last one ragged', () => {
  const rows = [
    ['NAME', 'STATE', 'MESSAGE'],
    ['n1', 'covered', ''],
    ['a-long-name', '-', 'a long message'],
  ];
  expect(formatTable(rows)).toBe(
    ['NAME          STATE     MESSAGE', 'n1            covered', 'a-long-name   -         a long message', ''].join(
      '\n',
    ),
  );
});

test('rows may be of different lengths', () => {
  expect(formatTable([['a', 'b'], ['long']])).toBe('a      b\nlong\n');
  expect(formatTable([])).toBe('');
});

test.each([
  ['line breaks', 'one\r\ntwo\n', 'one two'],
  ['tabs', 'one\ttwo', 'one two'],
  ['escape sequences', 'a\u001b[2Jb\u009b31m\u0007', 'a [2Jb 31m'],
  ['null characters', 'a\u0000b', 'a b'],
])('%s stay inside their cell, and inside a line', (_, text, shown) => {
  expect(formatTable([[text]])).toBe(`${shown}\n`);
  expect(formatTable([[text, 'x']])).toMatch(/^\S.* {3,4}x\n$/);
  expect(formatLine(text)).toBe(`${shown}\n`);
});
