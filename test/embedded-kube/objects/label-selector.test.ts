import { describe, expect, it } from 'vitest';
import { matchesLabels, parseLabelSelector } from './label-selector.ts';

describe('label selectors', () => {
  it.each([
    ['', true],
    ['a=1', true],
    ['a = 1 , b', true],
    ['a=', false],
    ['c=', false],
    ['empty=', true],
    ['a!=1', false],
    ['c!=1', true],
    ['a in (1, 2)', true],
    ['a notin (1,2)', false],
    ['c notin (1)', true],
    ['empty in ()', true],
    ['!c', true],
    ['! a', false],
    ['b>4', true],
    ['b<5', false],
    ['c>0', false],
    ['example.com/x==y', true],
  ])('%j matches: %s', (text, matches) => {
    const labels = { a: '1', b: '5', empty: '', 'example.com/x': 'y' };
    expect(matchesLabels(parseLabelSelector(text), labels)).toBe(matches);
  });

  it.each(['=a', 'a,', 'a b', 'a in 1', 'a in (1', 'a in (1 2)', 'a>x', '!', 'a=b=c', ',a', '(a)'])(
    'refuses %j',
    (text) => {
      expect(() => parseLabelSelector(text)).toThrow(/unable to parse requirement/);
    },
  );

  it('does not take a prototype for a label', () => {
    expect(matchesLabels(parseLabelSelector('constructor'), {})).toBe(false);
  });
});
