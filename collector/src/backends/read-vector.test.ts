import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BackendError } from './backend-error.ts';
import { createIncreases, createWholes, sumAmounts } from './count-increases.ts';
import { readVector } from './read-vector.ts';

function vector(...result: readonly unknown[]): unknown {
  return { status: 'success', data: { resultType: 'vector', result } };
}

function sample(labels: Readonly<Record<string, string>>, value: string): unknown {
  return { metric: labels, value: [1_700_000_000, value] };
}

test('a vector gives a value for each series that names its node', () => {
  const answer = vector(sample({ node: 'a', pod: 'x' }, '1.5'), sample({ pod: 'y' }, '2'), sample({ node: '' }, '3'));
  expect(readVector(answer, 'node')).toEqual({
    values: [{ node: 'a', series: '[["node","a"],["pod","x"]]', value: 1.5 }],
    partial: false,
    nameless: 2,
  });
});

test.each(['NaN', '+Inf', '-Inf', '', ' ', 'x', '1e999'])('the value %j says nothing', (text) => {
  expect(readVector(vector(sample({ node: 'a' }, text)), 'node').values).toEqual([]);
});

test('an answer with warnings is partial, and a nil list is an empty one', () => {
  const data = { resultType: 'vector', result: null };
  expect(readVector({ status: 'success', data, warnings: ['store gone'] }, 'node').values).toEqual([]);
  const answer = { ...Object(vector(sample({ node: 'a' }, '1'))), warnings: ['store gone'] };
  expect(readVector(answer, 'node').partial).toBe(true);
});

test.each<[string, unknown, string]>([
  ['a matrix', { status: 'success', data: { resultType: 'matrix', result: [] } }, 'gives a matrix, not a vector'],
  ['an error', { status: 'error', error: 'parse error at char 3' }, 'parse error at char 3'],
  ['a page of something else', { hello: 1 }, 'no status "success"'],
  ['no list', { status: 'success', data: {} }, 'no list data.result'],
  ['null', null, 'no status "success"'],
  ['only nameless series', vector(sample({ instance: 'a:1' }, '1')), 'none of 1 series has the label "node"'],
])('%s is refused', (_, answer, words) => {
  expect(() => readVector(answer, 'node')).toThrow(words);
});

test('no answer whatever throws anything but a BackendError, and no value is not finite', () => {
  const labels = fc.dictionary(fc.constantFrom('node', 'pod', '__proto__', 'x'), fc.oneof(fc.string(), fc.anything()));
  const value = fc.oneof(fc.anything(), fc.tuple(fc.double(), fc.oneof(fc.double().map(String), fc.string())));
  const result = fc.array(fc.oneof(fc.anything(), fc.record({ metric: labels, value })));
  const data = fc.record({
    resultType: fc.constantFrom('vector', 'matrix', 7),
    result: fc.oneof(result, fc.anything()),
  });
  const answers = fc.oneof(fc.anything(), fc.record({ status: fc.constantFrom('success', 'error'), data }));
  fc.assert(
    fc.property(answers, (answer) => {
      try {
        const { values } = readVector(answer, 'node');
        return values.every((own) => Number.isFinite(own.value) && own.node !== '');
      } catch (error) {
        return error instanceof BackendError;
      }
    }),
  );
});

test('100,000 nodes are read', () => {
  const many = Array.from({ length: 100_000 }, (_, at) => sample({ node: `n${at}` }, String(at)));
  expect(readVector(vector(...many), 'node').values).toHaveLength(100_000);
});

const series = (name: string, value: number, node = 'a') => ({ node, series: name, value });

test('counters rise by what came since they were last seen, each series by itself', () => {
  const increases = createIncreases();
  expect([...increases.take([series('x', 100)])]).toEqual([]);
  expect([...increases.take([series('x', 103), series('y', 50)])]).toEqual([['a', 3]]);
  // x ended: no fall of the sum. y began anew.
  expect([...increases.take([series('y', 2)])]).toEqual([['a', 2]]);
  // The replicas behind one backend do not agree.
  expect([...increases.take([series('y', 6), series('y', 5)])]).toEqual([['a', 4]]);
  expect([...increases.take([series('y', 6), series('y', 6)])]).toEqual([['a', 0]]);
});

test('a series that ended long ago is forgotten', () => {
  const increases = createIncreases();
  increases.take([series('x', 1)]);
  for (let round = 0; round < 30; round++) increases.take([]);
  expect([...increases.take([series('x', 9)])]).toEqual([]);
});

test('whatever the counters do, the sum of their rises is what they counted', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(50), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (events) => {
      const increases = createIncreases();
      const now = new Map(['x', 'y', 'z'].map((name) => [name, 0]));
      let truth = 0;
      let seen = 0;
      const look = (): void => {
        for (const rise of increases.take([...now].map(([name, value]) => series(name, value))).values()) seen += rise;
      };
      look();
      for (const [name, more, restarts] of events) {
        const before = now.get(name) ?? 0;
        // A restart shows as a fall only.
        const value = restarts ? Math.min(more, Math.max(0, before - 1)) : before + more;
        truth += restarts && value < before ? value : value - before;
        now.set(name, value);
        look();
      }
      return seen === truth;
    }),
  );
});

test('what is cut off a whole number is kept', () => {
  const wholes = createWholes();
  expect([0.4, 0.4, 0.4, 1.8, 1 / 3, 1 / 3, 1 / 3].map((amount) => wholes.take('x', amount))).toEqual([
    0, 0, 1, 2, 0, 0, 1,
  ]);
});

test('amounts are added up for each node', () => {
  expect([...sumAmounts([series('x', 1.5), series('y', 2), series('z', -1), series('x', 4, 'b')])]).toEqual([
    ['a', 3.5],
    ['b', 4],
  ]);
});
