/** Variables are filled as Grafana's documentation and its Prometheus data source say. */
import { expect, test } from 'vitest';
import { interpolate, type Filling } from './interpolate.ts';

const filling = (over: Partial<Filling> = {}): Filling => ({
  variables: {},
  rangeMs: 3_600_000,
  stepMs: 15_000,
  scrapeIntervalMs: 15_000,
  ...over,
});

const variables = {
  node: 'ip-10.eu',
  node_pool: ['gpu', 'a.b'],
  one: ['a.b'],
  cluster: { raw: '.*' },
  quoted: 'say "hi"',
};

test.each([
  ['rate(x[$__rate_interval])', 'rate(x[1m])'],
  ['rate(x[${__rate_interval}])', 'rate(x[1m])'],
  ['x[$__interval]', 'x[15s]'],
  ['x[$__range] + $__range_s + ${__range_ms}', 'x[3600s] + 3600 + 3600000'],
  ['x{node="$node"}', 'x{node="ip-10.eu"}'],
  ['x{node_pool=~"$node_pool"}', 'x{node_pool=~"(gpu|a\\\\.b)"}'],
  ['x{node_pool=~"${one}"}', 'x{node_pool=~"a\\\\.b"}'],
  ['x{cluster=~"$cluster",a=~"[[cluster]]"}', 'x{cluster=~".*",a=~".*"}'],
  ['${node_pool:regex} ${node_pool:pipe} ${node_pool:csv}', '(gpu|a\\.b) gpu|a.b gpu,a.b'],
  ['x{a="$quoted"}', 'x{a="say \\"hi\\""}'],
  ['$nodes ${other} $1', '$nodes ${other} $1'],
])('%s', (text, expected) => {
  expect(interpolate(text, filling({ variables }))).toBe(expected);
});

test.each([
  // A step longer than four scrapes: the step and one scrape more.
  [{ stepMs: 3_600_000 }, '1h 3615s'],
  [{ stepMs: 60_000, scrapeIntervalMs: 60_000 }, '1m 4m'],
  [{ stepMs: 500, scrapeIntervalMs: 1000 }, '500ms 4s'],
])('intervals of %j', (over, expected) => {
  expect(interpolate('$__interval $__rate_interval', filling(over))).toBe(expected);
});

test('a format that is not known is no text', () => {
  expect(() => interpolate('${node:glob}', filling({ variables }))).toThrow(
    'the format glob of a variable is not known',
  );
});
