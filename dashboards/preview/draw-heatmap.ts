/** Buckets over time, the fuller the further along the colour scheme. */
import { scaleColor } from './colors.ts';
import type { Options } from './dashboard.ts';
import { markSeries, rowAxis, timeChart } from './draw-axes.ts';
import type { Box, Drawing, PanelData } from './drawing.ts';
import { formatNumber } from './format-value.ts';
import type { Field, Frame } from './frame.ts';

/** Rows by rising bound; a cell without anything is left out, as Grafana leaves it out by default. */
export function drawHeatmap({ panel, frames, range, stepMs, marks }: PanelData): Drawing {
  const options = panel.options ?? {};
  if (options['calculate'] === true) throw new Error('it computes buckets itself, which the preview does not know');
  const cells = frames.flatMap((frame, row) => readCells(frame, row));
  const full = cells.filter(({ value }) => value > 1e-9);
  const values = full.map(({ value }) => value);
  const low = values.reduce((left, right) => Math.min(left, right), Infinity);
  const high = values.reduce((left, right) => Math.max(left, right), 0);
  const paint = painter((options['color'] ?? {}) as Options, low, high);
  const boxes = full.map(({ at, row, value }): Box => ({
    from: at,
    to: at + stepMs,
    row,
    color: paint(value),
    text: '',
  }));
  const yAxis = (options['yAxis'] ?? {}) as { readonly unit?: string; readonly decimals?: number };
  const unit = yAxis.unit ?? panel.fieldConfig?.defaults?.unit;
  const names = frames.map((frame) => nameBucket(numbersOf(frame), unit, yAxis.decimals));
  const option = { ...timeChart(range), yAxis: rowAxis(names, 90), series: [markSeries(marks, range)] };
  return { kind: 'chart', chart: { option, boxes }, legend: full.length === 0 ? '' : writeScale(paint, low, high) };
}

function numbersOf({ fields }: Frame): Field | undefined {
  return fields.find(({ type }) => type === 'number');
}

function readCells(frame: Frame, row: number): readonly { at: number; row: number; value: number }[] {
  const times = frame.fields.find(({ type }) => type === 'time')?.values ?? [];
  const values = numbersOf(frame)?.values ?? [];
  return times.map((at, index) => ({ at: Number(at), row, value: Number(values[index] ?? 0) }));
}

function nameBucket(field: Field | undefined, unit: string | undefined, decimals: number | undefined): string {
  const bound = field?.labels?.['le'];
  if (bound === undefined) return field?.displayName ?? '';
  return bound === '+Inf' ? '∞' : formatNumber(Number(bound), unit, decimals);
}

/** Linear from the least to the most: what the JSON says of exponents concerns opacities only. */
function painter(color: Options, low: number, high: number): (value: number) => string {
  const { mode = 'scheme', scheme = 'Oranges', reverse = false } = color;
  if (mode !== 'scheme') throw new Error(`it colours by ${String(mode)}, which the preview does not know`);
  const turned = LIGHT_TO_DARK.has(String(scheme)) !== (reverse === true);
  return (value) => {
    const share = high > low ? (value - low) / (high - low) : 1;
    return scaleColor(String(scheme), turned ? 1 - share : share);
  };
}

/** Schemes that end in their lightest colour: in its light theme Grafana turns them round. */
const LIGHT_TO_DARK: ReadonlySet<string> = new Set(['Cividis', 'Viridis', 'Magma', 'Inferno', 'Plasma']);

function writeScale(paint: (value: number) => string, low: number, high: number): string {
  const stops = Array.from({ length: 9 }, (_, index) => paint(low + ((high - low) * index) / 8));
  const text = (value: number): string => formatNumber(value, 'short', undefined);
  return `<div class="scale">${text(low)}<i style="background:linear-gradient(to right,${stops.join(',')})"></i>${text(high)}</div>`;
}
