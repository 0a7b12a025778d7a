/** What charts over time have in common: axes, annotations, legends. */
import { fadeColor } from './colors.ts';
import type { Mark } from './drawing.ts';
import { escapeHtml } from './html.ts';
import type { TimeRange } from './time.ts';

const GRID_LINE = 'rgba(36, 41, 46, 0.08)';
const TEXT = { color: 'rgba(36, 41, 46, 0.75)', fontSize: 11 };

/** The frame of a chart over time: what is common of its option. */
export function timeChart({ from, to }: TimeRange): Readonly<Record<string, unknown>> {
  return {
    animation: false,
    useUTC: true,
    grid: { left: 8, right: 26, top: 10, bottom: 4, containLabel: true },
    xAxis: {
      type: 'time',
      min: from,
      max: to,
      axisLine: { lineStyle: { color: GRID_LINE } },
      axisTick: { show: false },
      axisLabel: { ...TEXT, hideOverlap: true },
      splitLine: { show: true, lineStyle: { color: GRID_LINE } },
    },
  };
}

/** What bounds a value axis. */
interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Ticks are no nearer than this, so that none are written alike. */
  readonly least: number;
}

/** A value axis; without bounds it spans the data, as Grafana's does. */
export function valueAxis({ min, max, least }: Bounds): Readonly<Record<string, unknown>> {
  return {
    type: 'value',
    scale: true,
    splitNumber: 4,
    minInterval: least,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(min !== undefined && max !== undefined && { interval: (max - min) / 4 }),
    axisLabel: TEXT,
    splitLine: { lineStyle: { color: GRID_LINE } },
  };
}

/** An axis of names, the first one at the bottom. */
export function rowAxis(names: readonly string[], width: number): Readonly<Record<string, unknown>> {
  return {
    type: 'category',
    data: names,
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: { ...TEXT, interval: names.length > 16 ? 'auto' : 0, width, overflow: 'truncate' },
  };
}

/** A series without data that carries the annotations; one pixel at least, as a line, however short they are. */
export function markSeries(marks: readonly Mark[], { from, to }: TimeRange): Readonly<Record<string, unknown>> {
  const seen = marks.filter((mark) => mark.to >= from && mark.from <= to);
  const edges = seen.flatMap((mark) => [mark.from, mark.to].map((xAxis) => ({ xAxis, mark })));
  return {
    type: 'line',
    data: [],
    silent: true,
    markArea: {
      silent: true,
      data: seen.map((mark) => [
        { xAxis: Math.max(mark.from, from), itemStyle: { color: fadeColor(mark.color, 0.1) } },
        { xAxis: Math.min(mark.to, to) },
      ]),
    },
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: { show: false },
      data: edges
        .filter(({ xAxis }) => xAxis >= from && xAxis <= to)
        .map(({ xAxis, mark }) => ({ xAxis, lineStyle: { color: mark.color, type: 'dashed', width: 1 } })),
    },
  };
}

/** A legend under the chart. */
export function writeLegend(items: readonly { readonly name: string; readonly color: string }[]): string {
  const entries = items.map(
    ({ name, color }) => `<li><i style="background:${escapeHtml(color)}"></i>${escapeHtml(name)}</li>`,
  );
  return `<ul class="legend">${entries.join('')}</ul>`;
}
