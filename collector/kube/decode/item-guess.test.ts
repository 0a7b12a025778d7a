import { describe, expect, it } from 'vitest';
import { createItemGuess } from './item-guess.ts';

const cut = (text: string, at = 0): unknown => createItemGuess(String).cut(Buffer.from(text), at);

describe('the guess of an item', () => {
  it('gives the item and its end where the next one begins alike', () => {
    expect(cut('  {"metadata":{"a":"é"}},{"metadata":{}}]', 2)).toEqual({ item: { metadata: { a: 'é' } }, end: 25 });
  });

  it.each([
    ['the last item', '{"metadata":{"a":1}}]'],
    ['an item with a lookalike inside', '{"metadata":[{"metadata":1},{"metadata":2}]},{"metadata":{}}'],
    ['an item followed by another sort', '{"metadata":{"a":1}},{"apiVersion":"v1"}'],
    ['a text', '"metadata,metadata","metadata,metadata"'],
    ['too few bytes', '{"a":1}'],
  ])('is none for %s', (_, text) => {
    expect(cut(text)).toBeUndefined();
  });

  it('is given up after eight misses in a chunk, until the next one', () => {
    const guess = createItemGuess(String);
    const misleading = Buffer.from('{"metadata":[{"metadata":1},{"metadata":2}]}');
    const good = Buffer.from('{"metadata":[]},{"metadata":[]}');
    for (let miss = 0; miss < 7; miss++) guess.cut(misleading, 0);
    expect(guess.cut(good, 0)).toEqual({ item: { metadata: [] }, end: 15 });
    guess.cut(misleading, 0);
    expect(guess.cut(good, 0)).toBeUndefined();
    guess.reset();
    expect(guess.cut(good, 0)).toBeDefined();
  });
});
