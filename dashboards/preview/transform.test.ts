/** Transformations give what Grafana's give. */
import { expect, test } from 'vitest';
import type { Frame } from './frame.ts';
import { orderRows, transformFrames } from './transform.ts';

const frame = (refId: string, columns: Readonly<Record<string, readonly (string | number | null)[]>>): Frame => ({
  refId,
  fields: Object.entries(columns).map(([name, values]) => ({
    name,
    type: typeof values[0] === 'number' ? 'number' : 'string',
    values,
  })),
});

function show(frames: readonly Frame[]): unknown {
  return frames.map(({ fields }) => Object.fromEntries(fields.map(({ name, values }) => [name, values])));
}

test('merge joins rows that agree in what all tables have, and keeps the others', () => {
  const left = frame('A', { node: ['n1', 'n2'], reason: ['Drift', 'Crash'], 'Value #A': [1, 2] });
  const right = frame('B', { node: ['n2', 'n3'], 'Value #B': [20, 30] });
  expect(show(transformFrames([left, right], [{ id: 'merge' }]))).toEqual([
    {
      node: ['n1', 'n2', 'n3'],
      reason: ['Drift', 'Crash', null],
      'Value #A': [1, 2, null],
      'Value #B': [null, 20, 30],
    },
  ]);
});

test('merge of tables with the same columns appends, unless a row is there already', () => {
  const left = frame('A', { node: ['n1'], Value: [1] });
  const right = frame('B', { node: ['n1', 'n1'], Value: [1, 2] });
  expect(show(transformFrames([left, right], [{ id: 'merge' }]))).toEqual([{ node: ['n1', 'n1'], Value: [1, 2] }]);
});

test('columns are chosen, ordered and renamed, in the order of the steps', () => {
  const table = frame('A', { Time: [1], node: ['n1'], pod: ['p1'], Value: [2] });
  const steps = [
    { id: 'filterFieldsByName', options: { include: { names: ['node', 'Value', 'Time'] } } },
    {
      id: 'organize',
      options: { indexByName: { Value: 0, node: 1 }, renameByName: { node: 'Node' }, excludeByName: { Time: true } },
    },
    { id: 'merge', disabled: true },
  ];
  const [organized] = transformFrames([table], steps);
  expect(organized?.fields.map(({ name }) => name)).toEqual(['Value', 'Node']);
});

test('a step that is not known is refused', () => {
  expect(() => transformFrames([], [{ id: 'calculateField' }])).toThrow(
    'the transformation calculateField is not known',
  );
});

test.each([
  [[2, null, 10], false, [0, 2, 1]],
  [[2, null, 10], true, [2, 0, 1]],
  [['b', 'a'], false, [1, 0]],
] as const)('rows of %j, descending %s: %j', (values, descending, order) => {
  expect(orderRows(values, descending)).toEqual(order);
});
