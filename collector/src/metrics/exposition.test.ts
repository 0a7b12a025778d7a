import { COMMON_LABELS, COVERAGE_METRICS, type Metric } from '@rollcall/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyReading } from '../sli/reading.ts';
import type { CollectorFamily } from './collector-families.ts';
import { renderExposition, type Exposure } from './exposition.ts';
import { parseExposition, type ParsedSample } from './test-parser.ts';
import { policyReading, poolReading } from './test-readings.ts';
import { baseName, type Format } from './sample-text.ts';

const FORMATS: readonly Format[] = ['text', 'openmetrics'];

function render(overrides: Partial<Exposure> = {}): string {
  return [
    ...renderExposition({ readings: [policyReading()], leads: true, collector: [], format: 'text', ...overrides }),
  ].join('');
}

function samples(metric: Metric, readings: readonly PolicyReading[]): readonly ParsedSample[] {
  const families = parseExposition(render({ readings }), 'text');
  return families.find(({ name }) => name === metric.name)?.samples ?? [];
}

/** The names of its labels but for a bucket's bound. */
function ownLabels(sample: ParsedSample): readonly string[] {
  return Object.keys(sample.labels).filter((label) => label !== 'le');
}

function shuffled(reading: PolicyReading): PolicyReading {
  const pools = reading.pools.toReversed().map((pool) => ({
    ...pool,
    reasons: pool.reasons.toReversed(),
    excuses: pool.excuses.toReversed(),
    slis: pool.slis.toReversed(),
    layers: pool.layers.toReversed(),
    excluded: pool.excluded.toReversed(),
  }));
  const [objectives, uncovered] = [reading.objectives.toReversed(), reading.uncovered.toReversed()];
  return { ...reading, pools, objectives, uncovered };
}

describe.each(FORMATS)('the exposition as %s', (format) => {
  it('is the golden text for a small reading', async () => {
    await expect(render({ cluster: 'prod-1', format })).toMatchFileSnapshot(`exposition.${format}.golden`);
  });

  it('has every family of the catalogue in its order, with the labels that the catalogue names', () => {
    const families = parseExposition(render({ cluster: 'prod-1', format }), format);
    const catalogue: readonly Metric[] = Object.values(COVERAGE_METRICS);
    const names = catalogue.map((metric) => (format === 'text' ? metric.name : baseName(metric)));
    expect(families.map(({ name }) => name)).toEqual(names);
    catalogue.forEach((metric, i) => {
      const ofPolicy = COMMON_LABELS.slice(0, 3);
      const places =
        metric === COVERAGE_METRICS.joinDuration || metric === COVERAGE_METRICS.failedScheduling
          ? [ofPolicy, COMMON_LABELS]
          : [];
      const common = places.length > 0 ? places : [metric.pool ? COMMON_LABELS : ofPolicy];
      const labels = new Set(families[i]?.samples.map((sample) => ownLabels(sample).join()));
      expect([...labels], metric.name).toEqual(common.map((place) => [...place, ...metric.labels].join()));
      expect(families[i]?.type).toBe(metric.type);
    });
  });

  it('has no gauge and all counters of a replica that does not lead', () => {
    const families = parseExposition(render({ leads: false, format }), format);
    const leading = parseExposition(render({ format }), format);
    expect(families.map(({ name }) => name)).toEqual(leading.map(({ name }) => name));
    families.forEach(({ type, samples: found }, i) => {
      expect(found).toEqual(type === 'gauge' ? [] : leading[i]?.samples);
    });
    expect(families.some(({ type }) => type === 'gauge')).toBe(true);
  });

  it('has no gauge of a policy whose nodes were never listed, so that it is missed instead of said to match none', () => {
    const readings = [policyReading(), policyReading({ daemonset: 'young', started: false })];
    const families = parseExposition(render({ readings, format }), format);
    const ofYoung = families.filter(({ samples: found }) =>
      found.some(({ labels }) => labels['daemonset'] === 'young'),
    );
    expect(ofYoung.length).toBeGreaterThan(0);
    expect(ofYoung.filter(({ type }) => type === 'gauge')).toEqual([]);
  });

  it('reads back any label value as it was given', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (pool, rule, node) => {
        const readings = [
          policyReading({
            pools: [poolReading({ pool, excluded: [{ rule, nodes: 1 }] })],
            uncovered: [{ node, pool, reason: 'CrashLoop', sinceMono: 0 }],
          }),
        ];
        const families = parseExposition(render({ readings, format }), format);
        const find = (metric: Metric) => families.find(({ name }) => name === metric.name)?.samples[0]?.labels;
        expect(find(COVERAGE_METRICS.excluded)).toMatchObject({ node_pool: pool, rule });
        expect(find(COVERAGE_METRICS.uncoveredInfo)).toMatchObject({ node_pool: pool, node });
      }),
    );
  });

  it('does not depend on the order in which the figures come', () => {
    const sli = { validMs: 2, goodMs: 1, unobservedMs: 0 };
    const lists = {
      slis: [
        { sli: 'stability', ...sli },
        { sli: 'coverage', ...sli },
      ],
      layers: [
        { layer: 'pod', good: 1 },
        { layer: 'daemon', good: 1 },
      ],
      excluded: [
        { rule: 'b', nodes: 1 },
        { rule: 'a', nodes: 1 },
      ],
    } as const;
    const pools = ['z', 'y'].map((pool) => poolReading({ pool, ...lists }));
    const objectives = lists.slis.map((item) => ({ sli: item.sli, target: 0.9 }));
    const readings = ['b', 'a', 'c'].map((daemonset) => policyReading({ daemonset, pools, objectives }));
    expect(render({ readings: readings.toReversed().map(shuffled), format })).toBe(render({ readings, format }));
  });

  it('has headings only when there is no policy, and ends as the format must', () => {
    const families = parseExposition(render({ readings: [], format }), format);
    expect(families.flatMap((family) => family.samples)).toEqual([]);
    expect(render({ readings: [], format }).match(/# EOF/g)?.length ?? 0).toBe(format === 'openmetrics' ? 1 : 0);
  });
});

describe('single families', () => {
  it('adds up the buckets of a histogram, and gives bounds and sum in seconds', () => {
    const found = samples(COVERAGE_METRICS.joinDuration, [policyReading()]);
    const total = found.filter(({ labels }) => labels['stage'] === 'total');
    expect(total.map(({ name, labels, value }) => [name.slice(31), labels['le'] ?? '', value].join(' '))).toEqual([
      ...['1 0', '2 1', '5 1', '10 1', '20 1', '30 1', '60 1', '120 2', '300 2', '600 2', '1800 2', '+Inf 3'].map(
        (bucket) => `bucket ${bucket}`,
      ),
      'sum  5000.250',
      'count  3',
    ]);
  });

  it('adds the verdicts of an excuse in excused_nodes and keeps one that has counted time at 0', () => {
    const found = samples(COVERAGE_METRICS.excused, [policyReading()]);
    expect(found.map(({ labels, value }) => [labels['reason'], value])).toEqual([
      ['Joining', '2'],
      ['Leaving', '0'],
    ]);
  });

  it('keeps a reason that has counted time at 0 nodes', () => {
    const found = samples(COVERAGE_METRICS.uncovered, [policyReading()]);
    expect(found.map(({ labels, value }) => [labels['reason'], labels['owner'], value])).toEqual([
      ['CrashLoop', 'agent', '0'],
      ['NodeUnreachable', 'node', '1'],
    ]);
  });

  it('writes one series for all phantoms of a pool', () => {
    const phantom = { node: '', pool: 'gpu', reason: 'NodeMissing', sinceMono: 1 } as const;
    const uncovered = [phantom, { ...phantom, sinceMono: 2 }, { ...phantom, pool: 'cpu' }];
    const found = samples(COVERAGE_METRICS.uncoveredInfo, [policyReading({ uncovered })]);
    expect(found.map(({ labels }) => [labels['node_pool'], labels['node']])).toEqual([
      ['cpu', ''],
      ['gpu', ''],
    ]);
  });

  it.each([COVERAGE_METRICS.controllerDesired, COVERAGE_METRICS.divergence, COVERAGE_METRICS.divergenceSeconds])(
    'leaves out $name while the DaemonSet is not known',
    (metric) => {
      expect(samples(metric, [policyReading()])).toHaveLength(1);
      expect(samples(metric, [policyReading({ controller: null })])).toEqual([]);
    },
  );

  it('has no cluster label without a cluster name', () => {
    expect(render()).not.toContain(COMMON_LABELS[0] + '=');
  });
});

describe('excuses', () => {
  it('have counters from the start, and a gauge when they first count', () => {
    const idle = { nodes: 0, ms: 0 };
    const excuses = [{ reason: 'Joining', verdict: 'covered', ...idle } as const];
    const readings = [policyReading({ pools: [poolReading({ excuses })] })];
    expect(samples(COVERAGE_METRICS.excused, readings)).toEqual([]);
    expect(samples(COVERAGE_METRICS.excusedSeconds, readings).map(({ value }) => value)).toEqual(['0']);
  });
});

describe('chunks', () => {
  it.each([
    [1, 1_000],
    [100, 20],
    [300, 1],
  ])('stay small with %i policies of %i pools, and so does the work before the first', (policies, count) => {
    const pools = Array.from({ length: count }, (_, i) => poolReading({ pool: `pool-${i}` }));
    const readings = Array.from({ length: policies }, (_, i) => policyReading({ daemonset: `agent-${i}`, pools }));
    const chunks = [...renderExposition({ readings, leads: true, collector: [], format: 'text' })];
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(80 * 1024);
    // Rows are made ready between the empty ones.
    const expected = Math.floor((policies * count) / Math.max(100, count));
    expect(chunks.filter((chunk) => chunk === '').length).toBe(expected);
  });
});

describe("the collector's own families", () => {
  const collector: readonly CollectorFamily[] = [
    { name: 'x_total', type: 'counter', help: 'Things.', values: [{ value: 3, labels: { code: 'a"b' } }] },
    { name: 'mean', type: 'gauge', help: 'Mean.', values: [{ value: Number.NaN, labels: {} }] },
    {
      name: 'delay_seconds',
      type: 'histogram',
      help: 'Delay.',
      values: [
        { metricName: 'delay_seconds_bucket', value: 1, labels: { le: 1 } },
        { metricName: 'delay_seconds_bucket', value: 1, labels: { le: '+Inf' } },
        { metricName: 'delay_seconds_sum', value: 0.25, labels: {} },
        { metricName: 'delay_seconds_count', value: 1, labels: {} },
      ],
    },
  ];

  it.each([
    ['text', 'x_total', '1'],
    ['openmetrics', 'x', '1.0'],
  ] as const)('follow as %s: family %s, bucket bound %s, a NaN left out', (format, counter, bound) => {
    const families = parseExposition(render({ readings: [], collector, format }), format).slice(-3);
    expect(families.map(({ name, samples: found }) => [name, found.length])).toEqual([
      [counter, 1],
      ['mean', 0],
      ['delay_seconds', 4],
    ]);
    expect(families[0]?.samples[0]).toEqual({ name: 'x_total', labels: { code: 'a"b' }, value: '3' });
    expect(families[2]?.samples[0]?.labels['le']).toBe(bound);
  });
});
