import { describe, expect, test } from 'vitest';
import type { SelectorRequirement } from '@rollcall/contract';
import { splitLabels } from '../test-objects.ts';
import { isValidRequirement, matchesLabels, matchesRequirement, parseInt64 } from './selector.ts';

const read = (text: string): SelectorRequirement => {
  const [key = '', operator = '', ...values] = text.split(' ');
  return { key, operator, values };
};

describe('a requirement', () => {
  test.each([
    ['a In x y', { a: 'y' }, true],
    ['a In x', { a: 'y' }, false],
    ['a In x', {}, false],
    ['a NotIn x', {}, true],
    ['a NotIn x', { a: 'x' }, false],
    ['a Exists', { a: '' }, true],
    ['a DoesNotExist', { a: '' }, false],
    ['a Gt -9223372036854775808', { a: '-9223372036854775807' }, true],
    ['a Gt 9223372036854775806', { a: '9223372036854775808' }, false],
    ['a Lt 10', { a: '+009' }, true],
    ['a Lt 10', { a: '9.5' }, false],
    ['a Gt 1 2', { a: '3' }, false],
    ['a gt 1', { a: '3' }, false],
    ['constructor Exists', {}, false],
    ['toString DoesNotExist', {}, true],
    ['__proto__ Exists', JSON.parse('{"__proto__": "x"}') as Record<string, string>, true],
  ])('%s against %j is %s', (text, labels, expected) => {
    expect(matchesRequirement(read(text), splitLabels(labels as Record<string, string>))).toBe(expected);
  });
});

test('an integer is what Go reads as one in 64 bits', () => {
  const texts = ['0', '-0', '+7', '007', '9223372036854775807', '-9223372036854775808', '0'.repeat(60) + '1'];
  expect(texts.map(parseInt64)).toEqual([0n, 0n, 7n, 7n, 2n ** 63n - 1n, -(2n ** 63n), 1n]);
  const others = ['', '+', ' 1', '1 ', '1\n', '1_0', '0x1', '1e1', '1.0', '--1', '٥', '9223372036854775808'];
  expect(others.map(parseInt64)).toEqual(others.map(() => undefined));
});

test('a requirement is valid only with a well-formed key and as many well-formed values as its operator takes', () => {
  const valid = ['a In x', 'a.b/c NotIn x y', 'a Exists', 'a DoesNotExist', 'a Gt 4', 'A_b Lt 04', 'a In '];
  expect(valid.filter((text) => !isValidRequirement(read(text)))).toEqual([]);
  const invalid = [
    'a In',
    'a Exists x',
    'a Gt',
    'a Gt 1 2',
    'a Gt x',
    'a Gt +4',
    'a Near 4',
    '-a Exists',
    'A.b/c Exists',
  ];
  const long = [`${'a'.repeat(64)} Exists`, `a In ${'x'.repeat(64)}`, `${'a.'.repeat(127)}/b Exists`, 'a/b/c Exists'];
  expect([...invalid, ...long].filter((text) => isValidRequirement(read(text)))).toEqual([]);
});

test('a label selector holds if both of its parts do, and an empty one always', () => {
  const selector = { matchLabels: { a: 'x' }, matchExpressions: [read('b Exists')] };
  expect(matchesLabels(selector, splitLabels({ a: 'x', b: '' }))).toBe(true);
  expect(matchesLabels(selector, splitLabels({ a: 'x' }))).toBe(false);
  expect(matchesLabels(selector, splitLabels({ a: 'y', b: '' }))).toBe(false);
  expect(matchesLabels({ matchLabels: {}, matchExpressions: [] }, splitLabels({}))).toBe(true);
});
