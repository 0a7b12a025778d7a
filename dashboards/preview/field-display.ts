/** How a field and its values look: settings with their overrides, then mappings, thresholds, units and colours. */
import { fadeColor, findColor, paletteColor, scaleColor } from './colors.ts';
import type { FieldConfig, FieldSettings, Mapping, MappingResult, Override, Thresholds } from './dashboard.ts';
import { formatNumber, formatTime } from './format-value.ts';
import type { Cell, Field } from './frame.ts';

/** A value as it is shown; no colour where nothing gives it one. */
export interface Shown {
  readonly text: string;
  readonly color?: string;
}

/** The settings of one field: the defaults, changed by the overrides that match it, the later ones last. */
export function settleField(config: FieldConfig | undefined, field: Field, refId: string): FieldSettings {
  const settings = structuredClone(config?.defaults ?? {}) as Record<string, unknown>;
  for (const override of config?.overrides ?? [])
    if (matches(override.matcher, field, refId))
      for (const { id, value } of override.properties) setPath(settings, id.split('.'), value);
  return settings;
}

/** What the field is called: as its settings say, else as its query does, else by its name. */
export function nameField(field: Field, settings: FieldSettings): string {
  const labels = field.labels ?? {};
  const template = settings.displayName;
  if (template === undefined || template === '') return field.displayName ?? field.name;
  return template.replace(/\$\{__field\.(?:labels\.(\w+)|name|displayName)\}/g, (_, label?: string) =>
    label === undefined ? (field.displayName ?? field.name) : (labels[label] ?? ''),
  );
}

/** A value with its mapping, unit and colour. Throws on units and colours that the preview does not know. */
export function showValue(value: Cell, settings: FieldSettings, type: Field['type'] = 'number'): Shown {
  const mapped = mapValue(value, settings.mappings ?? []);
  const color = mapped?.color === undefined ? colorValue(value, settings) : findColor(mapped.color);
  const text = mapped?.text ?? writeValue(value, settings, type);
  return color === undefined ? { text } : { text, color };
}

/** What may decide the colour of a whole series. */
interface Traits {
  readonly name: string;
  readonly index: number;
  readonly last: Cell;
}

/** The colour of a whole series: fixed, by its last value where thresholds colour it, else of the palette by its name or place. */
export function colorSeries(settings: FieldSettings, { name, index, last }: Traits): string {
  const mode = settings.color?.mode ?? 'palette-classic';
  if (mode === 'fixed') return findColor(settings.color?.fixedColor ?? 'text');
  if (mode === 'palette-classic-by-name') return paletteColor(hashText(name));
  return (mode === 'palette-classic' ? undefined : colorValue(last, settings)) ?? paletteColor(index);
}

/** Grafana's: the same name has the same colour on every board. */
function hashText(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = Math.trunc((hash << 5) - hash + text.charCodeAt(at)) | 0;
  return Math.abs(hash);
}

/** The step of the thresholds that a number has reached, with percentages taken of the field's range. */
function reachedStep(value: number, settings: FieldSettings): string | undefined {
  const steps = absoluteSteps(settings);
  return steps.findLast((step) => value >= step.value)?.color;
}

/** The steps as values, ascending; the base step is at minus infinity. */
export function absoluteSteps(settings: FieldSettings): readonly { readonly value: number; readonly color: string }[] {
  const { mode, steps = [] }: Thresholds = settings.thresholds ?? {};
  const [low, high] = [settings.min ?? 0, settings.max ?? 100];
  return steps.map(({ value, color }) => ({
    color: findColor(color),
    value: value == null ? -Infinity : mode === 'percentage' ? low + ((high - low) * value) / 100 : value,
  }));
}

/** A fill of the given percentage, as `custom.fillOpacity` says it. */
export function fillColor(color: string, percent: unknown): string {
  return fadeColor(color, typeof percent === 'number' ? percent / 100 : 0);
}

function writeValue(value: Cell, settings: FieldSettings, type: Field['type']): string {
  if (value === null || value === '') return settings.noValue ?? '';
  if (typeof value === 'string') return value;
  if (type === 'time' && settings.unit === undefined) return formatTime(value);
  return formatNumber(value, settings.unit, settings.decimals);
}

function colorValue(value: Cell, settings: FieldSettings): string | undefined {
  const { mode, fixedColor = 'text' } = settings.color ?? { mode: 'thresholds' };
  if (mode === 'fixed') return findColor(fixedColor);
  // Grafana colours what has no value by the lowest step.
  if (mode === 'thresholds') return reachedStep(typeof value === 'number' ? value : -Infinity, settings);
  return mode.startsWith('continuous-') && typeof value === 'number' ? onScale(mode, value, settings) : undefined;
}

function onScale(scale: string, value: number, { min = 0, max = 1 }: FieldSettings): string {
  return scaleColor(scale, (value - min) / (max - min || 1));
}

function matches({ id, options }: Override['matcher'], field: Field, refId: string): boolean {
  const names = [field.name, field.displayName];
  switch (id) {
    case 'byName':
      return names.includes(String(options));
    case 'byRegexp':
      return names.some((name) => name !== undefined && readRegExp(String(options)).test(name));
    case 'byNames':
      return ((options as { readonly names?: readonly string[] }).names ?? []).some((name) => names.includes(name));
    case 'byFrameRefID':
      return refId === options;
    case 'byType':
      return field.type === options;
    default:
      throw new Error(`the matcher ${id} is not known to the preview`);
  }
}

/** `/text/flags`, or the expression alone. */
export function readRegExp(text: string): RegExp {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [];
  return source === undefined ? new RegExp(text) : new RegExp(source, flags?.replace('g', ''));
}

function setPath(target: Record<string, unknown>, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[head] = value;
  else setPath((target[head] ??= {}) as Record<string, unknown>, rest, value);
}

function mapValue(value: Cell, mappings: readonly Mapping[]): MappingResult | undefined {
  for (const { type, options } of mappings) {
    const result = MATCHED[type]?.(value, options);
    if (result !== undefined) return result;
  }
  return undefined;
}

const MATCHED: Readonly<Record<string, (value: Cell, options: Mapping['options']) => MappingResult | undefined>> = {
  value: (value, options) => options[String(value)] as MappingResult | undefined,
  range: (value, { from, to, result }) =>
    typeof value === 'number' && value >= Number(from ?? -Infinity) && value <= Number(to ?? Infinity)
      ? (result as MappingResult)
      : undefined,
  regex: (value, { pattern, result }) => {
    if (typeof value !== 'string') return undefined;
    const expression = readRegExp(String(pattern));
    const { text, ...rest } = result as MappingResult;
    if (!expression.test(value)) return undefined;
    return { ...rest, ...(text !== undefined && { text: value.replace(expression, text) }) };
  },
  special: (value, { match, result }) =>
    (value === null && String(match).includes('null')) || (value === '' && match === 'empty')
      ? (result as MappingResult)
      : undefined,
};
