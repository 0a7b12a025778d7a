/** A band for each series, in the colour of the state it was in. */
import type { FieldSettings } from './dashboard.ts';
import { markSeries, rowAxis, timeChart, writeLegend } from './draw-axes.ts';
import type { Box, Drawing, PanelData } from './drawing.ts';
import { absoluteSteps, fillColor, nameField, settleField, showValue } from './field-display.ts';
import { formatNumber } from './format-value.ts';
import type { Cell, Field } from './frame.ts';

/** Bands from the top in the order of the series. */
export function drawStateTimeline({ panel, frames, range, stepMs, marks, size }: PanelData): Drawing {
  if (panel.options?.['showValue'] !== 'never')
    throw new Error('it writes values into its bands, which the preview does not');
  const all = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time');
    const values = frame.fields.filter(({ type }) => type !== 'time');
    return values.map((field) => ({ field, time, settings: settleField(panel.fieldConfig, field, frame.refId) }));
  });
  // Grafana turns pages of them.
  const bands = all.slice(0, Number(panel.options['perPage'] ?? 20));
  const names = bands.map(({ field, settings }) => nameField(field, settings)).toReversed();
  const boxes = bands.flatMap(({ field, time, settings }, index) => {
    const row = names.length - 1 - index;
    return joinBoxes(field, time, { settings, row, stepMs });
  });
  const option = {
    ...timeChart(range),
    yAxis: rowAxis(names, Math.min(size.width / 4, 220)),
    tooltip: { confine: true },
    series: [markSeries(marks, range)],
  };
  return {
    kind: 'chart',
    chart: { option, boxes },
    legend: writeLegend(listStates(bands.map((band) => band.settings))),
  };
}

interface Band {
  readonly settings: FieldSettings;
  readonly row: number;
  readonly stepMs: number;
}

/** A box for as long as the state is the same; a missing sample leaves a hole. */
function joinBoxes(field: Field, time: Field | undefined, band: Band): readonly Box[] {
  const boxes: Box[] = [];
  for (const [index, at] of (time?.values ?? []).entries()) {
    const box = boxAt(Number(at), field.values[index] ?? null, band);
    const last = boxes.at(-1);
    if (box === undefined) continue;
    if (last?.color === box.color && last.to >= box.from) boxes[boxes.length - 1] = { ...last, to: box.to };
    else boxes.push(box);
  }
  return boxes;
}

function boxAt(from: number, value: Cell, { settings, row, stepMs }: Band): Box | undefined {
  if (value === null) return undefined;
  const { text, color = NO_COLOR } = showValue(value, settings);
  const opacity = settings.custom?.['fillOpacity'] ?? 70;
  return { from, to: from + stepMs, row, text, color: fillColor(color, opacity) };
}

const NO_COLOR = '#8E8E8E';

/** Words where values have some, else the steps of the thresholds. */
function listStates([settings = {}]: readonly FieldSettings[]): readonly {
  readonly name: string;
  readonly color: string;
}[] {
  const words = (settings.mappings ?? []).flatMap(({ type, options }) => {
    const results = type === 'value' ? Object.values(options) : [options['result']];
    return results as readonly { readonly text?: string; readonly color?: string }[];
  });
  if (words.length > 0) return words.toReversed().map(({ text = '', color = NO_COLOR }) => ({ name: text, color }));
  const steps = absoluteSteps(settings);
  return steps.map(({ value, color }, index) => {
    const bound = Number.isFinite(value) ? value : (steps[index + 1]?.value ?? 0);
    const text = formatNumber(bound, settings.unit, settings.decimals);
    return { name: Number.isFinite(value) ? `${text}+` : `< ${text}`, color };
  });
}
