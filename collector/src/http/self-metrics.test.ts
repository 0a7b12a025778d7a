import { COLLECTOR_METRICS, PROCESS_METRICS } from '@rollcall/contract';
import { describe, expect, it } from 'vitest';
import { renderExposition } from '../metrics/exposition.ts';
import { parseExposition } from '../metrics/test-parser.ts';
import type { Format } from '../metrics/sample-text.ts';
import { createSelfMetrics, type SelfMetrics, type SelfMetricsSource, type WatchStatus } from './self-metrics.ts';

const NODES: WatchStatus = {
  watch: 'nodes',
  state: 'live',
  sinceMono: 1_000,
  lastHeardMono: 8_500,
  events: 42,
  relists: 1,
  errors: { Gone: 2 },
};

function create(overrides: Partial<SelfMetricsSource> = {}): SelfMetrics {
  return createSelfMetrics({
    version: '1.2.3',
    watches: () => [NODES],
    rejectedPolicies: () => 3,
    rejectedWindows: () => 4,
    leader: () => true,
    journal: () => ({ state: 'writing', queued: 7, dropped: 2, written: 900, lastWriteAgeMs: 1_500 }),
    memoryLimitBytes: 512 * 1024 ** 2,
    statusWrites: () => ({ written: 3, failed: 1 }),
    nodeConditionWrites: () => ({ written: 2, failed: 0 }),
    silenceWrites: () => ({ written: 2, failed: 1 }),
    heartbeatsRefused: () => ({ forbidden: 7 }),
    eventsDropped: () => ({ evidence: 3, otlp: 200 }),
    nowMonoMs: () => 10_000,
    ...overrides,
  });
}

async function read(metrics: SelfMetrics, format: Format = 'text') {
  const text = [...renderExposition({ readings: [], leads: true, collector: metrics.families(), format })].join('');
  return parseExposition(text, format);
}

async function values(metrics: SelfMetrics, { name }: { readonly name: string }) {
  const family = (await read(metrics)).find((found) => found.name === name);
  return family?.samples.map(({ labels, value }) => [...Object.values(labels), value].join(' '));
}

describe("the collector's own metrics", () => {
  it.each([
    [COLLECTOR_METRICS.watchState, ['nodes syncing 0', 'nodes live 1', 'nodes stale 0']],
    [COLLECTOR_METRICS.watchAge, ['nodes 1.5']],
    [COLLECTOR_METRICS.watchEvents, ['nodes 42']],
    [COLLECTOR_METRICS.watchRelists, ['nodes 1']],
    [COLLECTOR_METRICS.watchErrors, ['nodes Gone 2']],
    [COLLECTOR_METRICS.rejectedPolicies, ['3']],
    [COLLECTOR_METRICS.rejectedWindows, ['4']],
    [COLLECTOR_METRICS.leader, ['1']],
    [COLLECTOR_METRICS.buildInfo, ['1.2.3 1']],
  ])('$name shows the state at the scrape', async (metric, expected) => {
    const metrics = create();
    expect(await values(metrics, metric)).toEqual(expected);
    expect(await values(metrics, metric), 'at a second scrape').toEqual(expected);
  });

  it('end the series of a watch that is gone', async () => {
    let watches: readonly WatchStatus[] = [NODES, { ...NODES, watch: 'pods/kube-system' }];
    const metrics = create({ watches: () => watches });
    expect(await values(metrics, COLLECTOR_METRICS.watchEvents)).toEqual(['nodes 42', 'pods/kube-system 42']);
    watches = [NODES];
    expect(await values(metrics, COLLECTOR_METRICS.watchEvents)).toEqual(['nodes 42']);
  });

  it('tell the memory limit, and nothing where there is none', async () => {
    expect(await values(create(), COLLECTOR_METRICS.memoryLimit)).toEqual(['536870912']);
    expect(await values(create({ memoryLimitBytes: Infinity }), COLLECTOR_METRICS.memoryLimit)).toEqual([]);
  });

  it('book delays in seconds', async () => {
    const metrics = create();
    metrics.observeDelay(3);
    metrics.observeDelay(700);
    const found = await values(metrics, COLLECTOR_METRICS.observationDelay);
    expect(found).toEqual(expect.arrayContaining(['0.0025 0', '0.005 1', '1 2', '+Inf 2', '0.703', '2']));
  });

  it('have every family of the catalogue and those of the process, valid in both formats, in turn', async () => {
    const metrics = create();
    const first = await read(metrics, 'openmetrics');
    const text = await read(metrics, 'text');
    const names = text.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.values(COLLECTOR_METRICS).map(({ name }) => name)));
    expect(names).toEqual(expect.arrayContaining(Object.values(PROCESS_METRICS).map(({ name }) => name)));
    expect(text.filter(({ name, type }) => type !== 'counter' && name.endsWith('_total'))).toEqual([]);
    expect(first).toHaveLength(text.length);
  });
});
