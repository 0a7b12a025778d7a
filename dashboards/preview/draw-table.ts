/** Rows and columns. */
import { readableOn } from './colors.ts';
import type { FieldSettings, Options, Panel } from './dashboard.ts';
import type { Drawing, PanelData } from './drawing.ts';
import { nameField, settleField, showValue } from './field-display.ts';
import type { Field, Frame } from './frame.ts';
import { escapeHtml } from './html.ts';
import { orderRows } from './transform.ts';

interface Column {
  readonly field: Field;
  readonly name: string;
  readonly settings: FieldSettings;
}

/** The first frame as a table. Throws when there are several, of which Grafana too would show one only. */
export function drawTable({ panel, frames }: PanelData): Drawing {
  const [frame, ...others] = frames;
  if (frame === undefined) throw new Error('there is no table');
  if (others.length > 0) throw new Error(`there are ${frames.length} tables, of which one would be shown`);
  const columns = frame.fields.map((field): Column => {
    const settings = settleField(panel.fieldConfig, field, frame.refId);
    return { field, settings, name: nameField(field, settings) };
  });
  const shown = columns.filter(({ settings }) => settings.custom?.['hidden'] !== true);
  const heads = shown
    .map((column) => `<th${widthOf(column)}${sideOf(column)}>${escapeHtml(column.name)}</th>`)
    .join('');
  const rows = sortRows(panel, frame, columns).map(
    (row) => `<tr>${shown.map((column) => writeCell(column, row)).join('')}</tr>`,
  );
  return { kind: 'markup', html: `<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table>` };
}

function sortRows(panel: Panel, frame: Frame, columns: readonly Column[]): readonly number[] {
  const all = [...(frame.fields[0]?.values.keys() ?? [])];
  const [by] = (panel.options?.['sortBy'] ?? []) as readonly {
    readonly displayName: string;
    readonly desc?: boolean;
  }[];
  if (by === undefined) return all;
  const column = columns.find(({ name }) => name === by.displayName);
  if (column === undefined) throw new Error(`it sorts by ${by.displayName}, which is no column of it`);
  return orderRows(column.field.values, by.desc === true);
}

function writeCell(column: Column, row: number): string {
  const { field, settings } = column;
  const { text, color } = showValue(field.values[row] ?? null, settings, field.type);
  const { type = 'auto' } = (settings.custom?.['cellOptions'] ?? {}) as Options;
  const link = settings.links?.[0]?.title;
  const inner = link === undefined ? escapeHtml(text) : `<a title="${escapeHtml(link)}">${escapeHtml(text)}</a>`;
  return `<td${sideOf(column)} style="${styleOf(String(type), color)}">${inner}</td>`;
}

function styleOf(type: string, color: string | undefined): string {
  switch (type) {
    case 'auto':
      return '';
    case 'color-text':
      return color === undefined ? '' : `color:${color}`;
    case 'color-background':
      return color === undefined ? '' : `background:${color};color:${readableOn(color)}`;
    default:
      throw new Error(`its cells are of the type ${type}, which the preview does not know`);
  }
}

function widthOf({ settings }: Column): string {
  const width = settings.custom?.['width'];
  return typeof width === 'number' ? ` style="width:${width}px"` : '';
}

/** Numbers stand at the right, as in Grafana. */
function sideOf({ field, settings }: Column): string {
  const align = settings.custom?.['align'] ?? 'auto';
  return align === 'right' || (align === 'auto' && field.type === 'number') ? ' class="right"' : '';
}
