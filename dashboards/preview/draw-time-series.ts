/** Lines, areas and bars over time. */
import type { FieldSettings, Options } from './dashboard.ts';
import { markSeries, timeChart, valueAxis, writeLegend } from './draw-axes.ts';
import type { Drawing, PanelData } from './drawing.ts';
import { absoluteSteps, colorSeries, nameField, settleField } from './field-display.ts';
import type { Cell, Field } from './frame.ts';

interface Line {
  readonly name: string;
  readonly color: string;
  readonly settings: FieldSettings;
  readonly points: readonly (readonly [number, number | null])[];
}

/** A chart of all numbers of all frames. Throws when they are of several units, which would need an axis each. */
export function drawTimeSeries(data: PanelData): Drawing {
  const { panel, marks, range } = data;
  const lines = collectLines(data);
  const [first] = lines;
  if (first === undefined) throw new Error('there is no number to draw');
  const { unit, decimals, min, max } = first.settings;
  if (lines.some(({ settings }) => settings.unit !== unit)) throw new Error('its series are of several units');
  const stacked = alignStacks(lines);
  const option = {
    ...timeChart(range),
    yAxis: valueAxis({ min, max, least: leastOf(first.settings) }),
    tooltip: { trigger: 'axis', confine: true },
    series: [...stacked.map(toSeries), markSeries(marks, range), limitSeries(first.settings)],
  };
  const legend = panel.options?.['legend'] as Options | undefined;
  return {
    kind: 'chart',
    chart: { option, ...(unit !== undefined && { unit }), ...(decimals !== undefined && { decimals }) },
    legend: legend?.['showLegend'] === false ? '' : writeLegend(lines),
  };
}

function collectLines({ panel, frames }: PanelData): readonly Line[] {
  const fields = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time');
    return frame.fields.filter(({ type }) => type === 'number').map((field) => ({ field, time, refId: frame.refId }));
  });
  return fields.map(({ field, time, refId }, index) => {
    const settings = settleField(panel.fieldConfig, field, refId);
    const name = nameField(field, settings);
    const color = colorSeries(settings, { name, index, last: lastOf(field) });
    return { name, color, settings, points: pointsOf(field, time) };
  });
}

function lastOf({ values }: Field): Cell {
  return values.findLast((value) => value !== null) ?? null;
}

function pointsOf(field: Field, time: Field | undefined): Line['points'] {
  return (time?.values ?? []).map((at, index) => {
    const value = field.values[index] ?? null;
    return [Number(at), typeof value === 'number' && Number.isFinite(value) ? value : null] as const;
  });
}

/** Stacked lines get a point at every time that any of them has: what is not there adds nothing. */
function alignStacks(lines: readonly Line[]): readonly Line[] {
  const stacked = lines.filter(({ settings }) => stackOf(settings) !== undefined);
  const times = [...new Set(stacked.flatMap(({ points }) => points.map(([time]) => time)))].toSorted((a, b) => a - b);
  return lines.map((line) => {
    if (stackOf(line.settings) === undefined) return line;
    const known = new Map(line.points);
    return { ...line, points: times.map((time) => [time, known.get(time) ?? null] as const) };
  });
}

function stackOf({ custom }: FieldSettings): string | undefined {
  const { mode = 'none', group = 'A' } = (custom?.['stacking'] ?? {}) as {
    readonly mode?: string;
    readonly group?: string;
  };
  if (mode === 'percent') throw new Error('it stacks by percent, which the preview does not know');
  return mode === 'none' ? undefined : group;
}

function toSeries({ name, color, settings, points }: Line): Readonly<Record<string, unknown>> {
  const custom = settings.custom ?? {};
  const { drawStyle = 'line', fillOpacity = 0 } = custom;
  if (drawStyle !== 'line' && drawStyle !== 'bars')
    throw new Error(`it draws ${String(drawStyle)}, which the preview does not know`);
  const stack = stackOf(settings);
  return {
    type: drawStyle === 'bars' ? 'bar' : 'line',
    name,
    data: points,
    color,
    ...(stack !== undefined && { stack }),
    // A line of one or two points would not be seen.
    showSymbol: points.filter(([, value]) => value !== null).length < 3,
    symbolSize: 5,
    step: STEPS[String(custom['lineInterpolation'])] ?? false,
    lineStyle: styleOf(custom),
    ...(Number(fillOpacity) > 0 && { areaStyle: { opacity: Number(fillOpacity) / 100 } }),
  };
}

/** Where a step is, by Grafana's words for it. */
const STEPS: Readonly<Record<string, string>> = { stepAfter: 'end', stepBefore: 'start' };

function styleOf({ lineWidth = 1, lineStyle }: Options): Readonly<Record<string, unknown>> {
  const { fill = 'solid' } = (lineStyle ?? {}) as { readonly fill?: string };
  return { width: lineWidth, type: { dash: 'dashed', dot: 'dotted' }[fill] ?? 'solid' };
}

/** The smallest difference that is written with as many decimals. */
function leastOf({ unit, decimals }: FieldSettings): number {
  return decimals === undefined ? 0 : 10 ** -decimals / (unit === 'percentunit' ? 100 : 1);
}

/** The thresholds, where the panel draws them as lines. */
function limitSeries(settings: FieldSettings): Readonly<Record<string, unknown>> {
  const style = (settings.custom?.['thresholdsStyle'] ?? {}) as { readonly mode?: string };
  const mode = style.mode ?? 'off';
  if (mode.includes('area')) throw new Error('it fills areas between thresholds, which the preview does not know');
  const steps = mode === 'off' ? [] : absoluteSteps(settings).filter(({ value }) => Number.isFinite(value));
  const data = steps.map(({ value, color }) => ({
    yAxis: value,
    lineStyle: { color, width: 1.5, type: mode === 'dashed' ? 'dashed' : 'solid' },
  }));
  return { type: 'line', data: [], markLine: { silent: true, symbol: 'none', label: { show: false }, data } };
}
