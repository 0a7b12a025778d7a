/** A board is drawn from what a Prometheus answers; what cannot be drawn says so. */
import { expect, test } from 'vitest';
import type { Prometheus } from './ask-prometheus.ts';
import type { Dashboard, Panel } from './dashboard.ts';
import { drawBoard, type BoardDrawing } from './draw-board.ts';
import type { Drawing } from './drawing.ts';
import type { Series } from './frame.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const ANSWERS: Readonly<Record<string, readonly Series[]>> = {
  coverage: [
    {
      metric: { pool: 'gpu' },
      points: [
        [NOW / 1000 - 60, '0.5'],
        [NOW / 1000, '1'],
      ],
    },
    { metric: { pool: 'edge' }, points: [[NOW / 1000, '1']] },
  ],
  'nodes{pool=~"(gpu|edge)"}': [{ metric: { node: '<n1>' }, points: [[NOW / 1000, '3']] }],
  buckets: [
    { metric: { le: '1' }, points: [[NOW / 1000 - 60, '2']] },
    { metric: { le: '+Inf' }, points: [[NOW / 1000 - 60, '5']] },
  ],
  alerts: [{ metric: {}, points: [600, 540, 60].map((before) => [NOW / 1000 - before, '1'] as const) }],
};

/** Knows a few answers, and refuses what begins with a bracket. */
const prometheus: Prometheus = {
  askRange: async (expr) => {
    if (expr.startsWith('(')) throw new Error(`Prometheus says: ${expr} is refused`);
    return ANSWERS[expr] ?? [];
  },
  askInstant: async (expr) => ANSWERS[expr] ?? [],
  askLabelValues: async () => ['gpu', 'edge'],
};

const pool = {
  type: 'query',
  name: 'pool',
  label: 'node pool',
  query: { query: 'label_values(nodes, pool)' },
  multi: true,
};

function board(panels: readonly Partial<Panel>[]): Dashboard {
  return {
    uid: 'b',
    title: 'Board',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ ...pool, includeAll: true, current: { value: ['$__all'] } }] },
    annotations: { list: [{ name: 'Alerts', iconColor: '#D55E00', expr: 'alerts', step: '60s' }] },
    panels: panels.map((panel) => ({ type: 'timeseries', ...panel })),
  };
}

function draw(...panels: readonly Partial<Panel>[]): Promise<BoardDrawing> {
  return drawBoard(board(panels), {
    prometheus,
    now: NOW,
    width: 1568,
    openRows: false,
    scrapeIntervalMs: 15_000,
    chosen: {},
  });
}

async function drawOne(panel: Partial<Panel>): Promise<Drawing | undefined> {
  return (await draw(panel)).panels[0]?.drawing;
}

test('the head tells range, variables and annotations', async () => {
  const drawn = await draw({ type: 'row', title: 'Now' });
  expect(drawn).toMatchObject({
    range: '2026-11-26 11:00:00 to 2026-11-26 12:00:00 UTC',
    variables: [{ label: 'node pool', shown: 'All' }],
    annotations: [{ name: 'Alerts', color: '#D55E00' }],
  });
  expect(drawn.panels).toHaveLength(1);
});

test('a time series is a chart with its unit, its legend, its limits and the annotations', async () => {
  const thresholds = {
    steps: [
      { value: null, color: 'red' },
      { value: 0.9, color: 'blue' },
    ],
  };
  const custom = { thresholdsStyle: { mode: 'dashed' }, fillOpacity: 8 };
  const drawing = await drawOne({
    interval: '1m',
    fieldConfig: { defaults: { unit: 'percentunit', thresholds, custom } },
    targets: [{ expr: 'coverage', legendFormat: '{{pool}}' }],
  });
  if (drawing?.kind !== 'chart') throw new Error(JSON.stringify(drawing));
  expect(drawing.legend).toContain('gpu');
  expect(drawing.chart.unit).toBe('percentunit');
  const [gpu, edge, marks, limits] = drawing.chart.option['series'] as readonly Record<string, unknown>[];
  expect(gpu).toMatchObject({
    name: 'gpu',
    data: [
      [NOW - 60_000, 0.5],
      [NOW, 1],
    ],
  });
  expect(edge).toMatchObject({ name: 'edge', showSymbol: true });
  // Two minutes that are a step apart are one region, the third one another.
  expect(marks).toMatchObject({
    markArea: {
      data: [
        [{ xAxis: NOW - 600_000 }, { xAxis: NOW - 540_000 }],
        [{ xAxis: NOW - 60_000 }, {}],
      ],
    },
  });
  expect(limits).toMatchObject({ markLine: { data: [{ yAxis: 0.9 }] } });
});

test('figures, tables and bands say what was answered, escaped', async () => {
  const stat = await drawOne({ type: 'stat', targets: [{ expr: 'coverage', legendFormat: '{{pool}}' }] });
  expect(stat).toMatchObject({ kind: 'markup', html: expect.stringMatching(/gpu.*>1<.*edge.*>1</) });
  const links = [{ title: 'API', url: 'x' }];
  const table = await drawOne({
    type: 'table',
    fieldConfig: {
      overrides: [{ matcher: { id: 'byName', options: 'node' }, properties: [{ id: 'links', value: links }] }],
    },
    targets: [{ expr: 'nodes{pool=~"$pool"}', format: 'table', instant: true }],
  });
  expect(table).toMatchObject({ html: expect.stringContaining('<a title="API">&lt;n1&gt;</a>') });
  const thresholds = {
    steps: [
      { value: null, color: 'red' },
      { value: 0.9, color: 'blue' },
    ],
  };
  const band = await drawOne({
    type: 'state-timeline',
    options: { showValue: 'never' },
    fieldConfig: { defaults: { thresholds, color: { mode: 'thresholds' }, custom: { fillOpacity: 100 } } },
    interval: '1m',
    targets: [{ expr: 'coverage', legendFormat: '{{pool}}' }],
  });
  expect(band).toMatchObject({
    legend: expect.stringMatching(/&lt; 0.9.*0.9\+/),
    chart: {
      boxes: [
        { row: 1, from: NOW - 60_000, to: NOW, color: 'rgba(224,47,68,1)' },
        { row: 1, from: NOW, color: 'rgba(50,116,217,1)' },
        { row: 0, from: NOW },
      ],
    },
  });
});

test('a heatmap has a row for each bucket, empty ones too', async () => {
  const drawing = await drawOne({
    type: 'heatmap',
    interval: '1m',
    options: { color: { mode: 'scheme', scheme: 'Cividis', exponent: 0 } },
    targets: [{ expr: 'buckets', format: 'heatmap' }],
  });
  expect(drawing).toMatchObject({
    chart: {
      option: { yAxis: { data: ['1', '∞'] } },
      boxes: [
        { row: 0, color: '#ffea46' },
        { row: 1, color: '#00204d' },
      ],
    },
  });
});

test.each([
  [{ type: 'gauge' }, 'panels of the type gauge are not known to the preview'],
  [{ targets: [{ expr: '(' }] }, 'Prometheus says: ( is refused'],
  [
    { targets: [{ expr: 'coverage' }], fieldConfig: { defaults: { custom: { drawStyle: 'points' } } } },
    'it draws points',
  ],
  [
    { type: 'stat', targets: [{ expr: 'coverage' }], fieldConfig: { defaults: { unit: 'parsecs' } } },
    'the unit parsecs',
  ],
  [{ targets: [{ expr: 'coverage' }], transformations: [{ id: 'groupBy' }] }, 'the transformation groupBy'],
  [{ type: 'state-timeline', targets: [{ expr: 'coverage' }] }, 'it writes values into its bands'],
  [{ type: 'table', targets: [{ expr: 'coverage' }] }, 'there are 2 tables'],
] as const)('%j cannot be drawn', async (panel, why) => {
  expect(await drawOne(panel)).toEqual({ kind: 'failed', why: expect.stringContaining(why) });
});

test('a panel without data says what its author wrote for that; one of Loki that it needs Loki', async () => {
  expect(await drawOne({ targets: [{ expr: 'none' }], fieldConfig: { defaults: { noValue: 'all is well' } } })).toEqual(
    {
      kind: 'markup',
      html: '<p class="nothing">all is well</p>',
    },
  );
  expect(await drawOne({ type: 'logs', datasource: { type: 'loki' } })).toEqual({ kind: 'absent', why: 'needs Loki' });
});
