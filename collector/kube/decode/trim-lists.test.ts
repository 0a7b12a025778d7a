import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrimmer } from './trim-lists.ts';

const NAMES = ['managedFields', 'volumes'];
const trim = (text: string, names = NAMES): string => createTrimmer(names)(Buffer.from(text));

describe('a trimmed document', () => {
  it.each([
    ['a list of texts', '{"volumes":["a","b"],"x":1}', '{"volumes":[],"x":1}'],
    ['nested lists and objects', '{"volumes":[[{"a":[]}],{}],"x":[1]}', '{"volumes":[],"x":[1]}'],
    ['brackets and quotes in texts', String.raw`{"volumes":["]\"]","\\"],"x":"]"}`, '{"volumes":[],"x":"]"}'],
    [
      'lists deep inside',
      '{"a":{"b":[{"managedFields":[1]}]},"volumes":[2]}',
      '{"a":{"b":[{"managedFields":[]}]},"volumes":[]}',
    ],
    ['texts beyond ASCII', '{"é":"😀","volumes":["é"],"ü":"😀"}', '{"é":"😀","volumes":[],"ü":"😀"}'],
  ])('is without %s', (_, text, trimmed) => {
    expect(trim(text)).toBe(trimmed);
  });

  it.each([
    ['other lists', '{"containers":[1],"myvolumes":[2]}'],
    ['what is no list', '{"volumes":{"a":[1]},"managedFields":"["}'],
    ['a name inside of a text', String.raw`{"a":"\"volumes\":[1]","b":"{\"volumes\":[1]}"}`],
    ['a text that equals a name', '{"a":"volumes","b":["volumes",[1]]}'],
    ['a list without end', '{"volumes":[1,"]"'],
    ['a list that ends inside of a text', String.raw`{"volumes":["a\"]`],
    ['no bytes', ''],
  ])('still has %s', (_, text) => {
    expect(trim(text)).toBe(text);
  });

  it('still has a list that comes before one named earlier', () => {
    expect(trim('{"volumes":[1],"managedFields":[2]}')).toBe('{"volumes":[1],"managedFields":[]}');
  });

  it('differs from the whole in those lists only, whatever the texts, names and depths are', () => {
    const tricky = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'é', 'v') });
    const name = fc.oneof(tricky, fc.constantFrom(...NAMES, 'x"volumes', 'volumes"'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, tricky, fc.integer(), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(value, (document) => {
        const text = JSON.stringify(document);
        expect(emptied(JSON.parse(trim(text)))).toEqual(emptied(JSON.parse(text)));
      }),
      { numRuns: 1000 },
    );
  });
});

// Trimmed or not, a list under a name that ends in one of the names reads as empty.
function emptied(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    Array.isArray(inner) && /(^|")(managedFields|volumes)$/.test(key) ? [] : inner,
  );
}
