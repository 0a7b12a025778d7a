import { expect, test } from 'vitest';
import { buildNode, buildPod } from '../test-objects.ts';
import { isSame, isSameNode, isSamePod } from './is-same.ts';

test.each([
  ['labels in another order', { a: '1', b: '2' }, { b: '2', a: '1' }, true],
  ['another value', { a: '1' }, { a: '2' }, false],
  ['one more', { a: '1' }, { a: '1', b: '2' }, false],
  ['one fewer', { a: '1', b: '2' }, { a: '1' }, false],
  ['a key of every object', { a: '1' }, { a: '1', constructor: 'x' }, false],
  ['the same, the other way round', { constructor: 'x' }, {}, false],
  ['a field that is undefined', { a: '1', b: undefined }, { a: '1' }, true],
  ['the same, the other way round', { a: '1' }, { a: '1', b: undefined }, true],
  ['lists of the same', [{ a: 1 }, 'x'], [{ a: 1 }, 'x'], true],
  ['lists of other lengths', [1], [1, 2], false],
  ['nothing against an empty map', undefined, {}, false],
])('two values with %s', (_, one, other, same) => {
  expect(isSame(one, other)).toBe(same);
});

test('a node or pod is another by any of its fields', () => {
  const node = { ...buildNode('a'), deletedAt: 1, editor: { manager: 'x', at: 1 }, readySince: 1 };
  expect(isSameNode(node, structuredClone(node))).toBe(true);
  for (const field of Object.keys(node))
    expect([field, isSameNode(node, { ...node, [field]: 'other' })]).toEqual([field, false]);
  const pod = {
    ...buildPod('a'),
    deletedAt: 1,
    disruption: { status: 'True', reason: '', message: '' },
    readySince: 1,
  };
  expect(isSamePod(pod, structuredClone(pod))).toBe(true);
  for (const field of Object.keys(pod))
    expect([field, isSamePod(pod, { ...pod, [field]: 'other' })]).toEqual([field, false]);
});
