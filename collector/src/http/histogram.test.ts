import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHistogram } from './histogram.ts';

it('counts each value in every bucket that it fits into, and sums them', () => {
  const bounds = [0.1, 1, 10];
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
      const histogram = createHistogram(bounds);
      values.forEach(histogram.observe);
      const [sum, count] = histogram.samples('x', { kind: 'k' }).slice(-2);
      const buckets = histogram.samples('x', { kind: 'k' }).slice(0, -2);
      expect(buckets.map(({ labels, value }) => [labels['le'], value])).toEqual([
        ...bounds.map((bound) => [bound, values.filter((value) => value <= bound).length]),
        ['+Inf', values.length],
      ]);
      expect([sum, count]).toEqual([
        { metricName: 'x_sum', value: values.reduce((all, value) => all + value, 0), labels: { kind: 'k' } },
        { metricName: 'x_count', value: values.length, labels: { kind: 'k' } },
      ]);
    }),
  );
});
