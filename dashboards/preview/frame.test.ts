/** Prometheus' answers become the frames that Grafana makes of them. */
import { expect, test } from 'vitest';
import { frameSeries, frameTable, splitBuckets, type Series } from './frame.ts';

const series = (metric: Record<string, string>, ...points: readonly [number, string][]): Series => ({ metric, points });

test('each series is a frame; a hole of more than a step breaks it; NaN is no value', () => {
  const [frame] = frameSeries([series({ pool: 'gpu' }, [0, '1'], [15, 'NaN'], [60, '+Inf'])], {
    refId: 'A',
    legendFormat: 'pool {{pool}}{{ other }}',
    stepMs: 15_000,
  });
  expect(frame?.fields.map(({ values }) => values)).toEqual([
    [0, 15_000, 30_000, 60_000],
    [1, null, null, Infinity],
  ]);
  expect(frame?.fields[1]).toMatchObject({ name: 'Value', displayName: 'pool gpu', labels: { pool: 'gpu' } });
});

test.each([
  [[{ __name__: 'up' }], ['up']],
  [
    [
      { a: '1', b: 'x' },
      { a: '2', b: 'x' },
    ],
    ['1', '2'],
  ],
  [
    [
      { a: '1', b: 'x' },
      { a: '2', b: 'y' },
    ],
    ['{a="1", b="x"}', '{a="2", b="y"}'],
  ],
] as const)('series without a legend are named by what tells them apart: %j', (metrics, names) => {
  const frames = frameSeries(
    metrics.map((metric) => series(metric)),
    { refId: 'A', legendFormat: '', stepMs: 0 },
  );
  expect(frames.map(({ fields }) => fields[1]?.displayName)).toEqual(names);
});

test('a table has a column for each label of any series', () => {
  const answer = [series({ node: 'n1' }, [1, '2']), series({ node: 'n2', reason: 'LabelDrift' }, [1, '3'])];
  const { fields } = frameTable(answer, 'B', true);
  expect(fields.map(({ name, values }) => [name, ...values])).toEqual([
    ['Time', 1000, 1000],
    ['node', 'n1', 'n2'],
    ['reason', null, 'LabelDrift'],
    ['Value #B', 2, 3],
  ]);
  expect(frameTable(answer, 'A', false).fields.at(-1)?.name).toBe('Value');
});

test('buckets are what is between their bounds, in rising order', () => {
  const buckets = splitBuckets([
    series({ le: '+Inf' }, [1, '9']),
    series({ le: '10' }, [1, '7'], [2, '1']),
    series({ le: '2' }, [1, '4']),
  ]);
  expect(buckets.map(({ metric, points }) => [metric['le'], points])).toEqual([
    ['2', [[1, '4']]],
    [
      '10',
      [
        [1, '3'],
        [2, '1'],
      ],
    ],
    ['+Inf', [[1, '2']]],
  ]);
});
