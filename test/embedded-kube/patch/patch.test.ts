import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMerge } from './strategic-merge.ts';

describe('JSON patch', () => {
  it.each([
    ['add to a list', [{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2] }],
    ['append', [{ op: 'add', path: '/list/-', value: 9 }], { list: [1, 2, 9] }],
    ['replace an item', [{ op: 'replace', path: '/list/0', value: 9 }], { list: [9, 2] }],
    ['remove an item', [{ op: 'remove', path: '/list/0' }], { list: [2] }],
    ['copy', [{ op: 'copy', from: '/list', path: '/twin' }], { list: [1, 2], twin: [1, 2] }],
    ['move', [{ op: 'move', from: '/list/0', path: '/first' }], { list: [2], first: 1 }],
    ['an escaped name', [{ op: 'add', path: '/a~1b~0', value: 1 }], { list: [1, 2], 'a/b~': 1 }],
  ])('%s', (_, patch, result) => {
    expect(applyJsonPatch({ list: [1, 2] }, patch)).toEqual(result);
  });

  it.each([
    [{ op: 'add', path: '/list/3', value: 1 }],
    [{ op: 'remove', path: '/none' }],
    [{ op: 'test', path: '/list/0', value: 2 }],
    [{ op: 'add', path: '/none/deep', value: 1 }],
    [{ op: 'sing', path: '/list' }],
    [{ op: 'remove', path: 'list' }],
  ])('does not apply %j', (operation) => {
    expect(() => applyJsonPatch({ list: [1, 2] }, [operation])).toThrow(/rejected our request/);
  });
});

describe('merge patch', () => {
  it.each([
    [{ a: { b: 1, c: 2 } }, { a: { b: null, d: 3 } }, { a: { c: 2, d: 3 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: 1 }, { a: { b: null, c: 2 } }, { a: { c: 2 } }],
    [{ a: 1 }, { b: null }, { a: 1 }],
  ])('%j with %j is %j', (document, patch, result) => {
    expect(applyMergePatch(document, patch)).toEqual(result);
  });
});

describe('strategic merge patch', () => {
  const pod = {
    containers: [
      { name: 'a', image: '1', env: [{ name: 'X', value: '1' }] },
      { name: 'b', image: '1' },
    ],
    tolerations: [{ key: 'x' }],
    finalizers: ['one'],
  };

  it.each([
    [
      'merges containers and what is in them by name',
      { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }] },
      {
        containers: [
          {
            ...pod.containers[0],
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '2' },
            ],
          },
          pod.containers[1],
        ],
      },
    ],
    ['adds an item of a new key', { containers: [{ name: 'c' }] }, { containers: [...pod.containers, { name: 'c' }] }],
    ['deletes an item', { containers: [{ $patch: 'delete', name: 'a' }] }, { containers: [pod.containers[1]] }],
    ['replaces a list', { containers: [{ $patch: 'replace' }, { name: 'z' }] }, { containers: [{ name: 'z' }] }],
    ['takes tolerations as a whole', { tolerations: [{ key: 'y' }] }, { tolerations: [{ key: 'y' }] }],
    ['adds to finalizers', { finalizers: ['two', 'one'] }, { finalizers: ['one', 'two'] }],
    ['deletes from finalizers', { '$deleteFromPrimitiveList/finalizers': ['one'] }, { finalizers: [] }],
    ['ignores an order', { '$setElementOrder/containers': [{ name: 'b' }] }, {}],
    ['removes by null', { tolerations: null }, { tolerations: undefined }],
  ])('%s', (_, patch, changed) => {
    expect(applyStrategicMerge(pod, patch)).toEqual({ ...pod, ...changed });
  });

  it('refuses an item without its merge key', () => {
    expect(() => applyStrategicMerge(pod, { containers: [{ image: '2' }] })).toThrow('merge key: name');
  });
});
