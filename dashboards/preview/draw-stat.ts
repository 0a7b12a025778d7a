/** One large figure for each series, on its colour. */
import { readableOn } from './colors.ts';
import type { Options } from './dashboard.ts';
import type { Drawing, PanelData, Size } from './drawing.ts';
import { nameField, settleField, showValue, type Shown } from './field-display.ts';
import type { Field } from './frame.ts';
import { escapeHtml } from './html.ts';

interface Tile {
  readonly name: string;
  readonly shown: Shown;
}

const GAP = 4;

/** Tiles side by side, the names shown where there are several. */
export function drawStat({ panel, frames, size }: PanelData): Drawing {
  const options = panel.options ?? {};
  const { graphMode = 'none' } = options;
  if (graphMode !== 'none')
    throw new Error(`it draws a course (${String(graphMode)}), which the preview does not know`);
  const { calcs = ['lastNotNull'] } = (options['reduceOptions'] ?? {}) as { readonly calcs?: readonly string[] };
  if (calcs[0] !== 'lastNotNull') throw new Error(`it reduces by ${calcs[0]}, which the preview does not know`);
  const tiles = frames.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === 'number')
      .map((field): Tile => {
        const settings = settleField(panel.fieldConfig, field, frame.refId);
        const value = field.values.findLast((cell) => cell !== null) ?? null;
        return { name: nameField(field, settings), shown: showValue(value, settings) };
      }),
  );
  const empty = showValue(null, settleField(panel.fieldConfig, NOTHING, 'A'));
  const shown = tiles.length > 0 ? tiles : [{ name: '', shown: { ...empty, text: empty.text || 'No data' } }];
  const columns = pickColumns(shown.length, size);
  const tile = tileSize(size, columns, Math.ceil(shown.length / columns));
  const named = shown.length > 1 || options['textMode'] === 'value_and_name';
  const html = shown.map((each) => writeTile(each, tile, { options, named })).join('');
  return {
    kind: 'markup',
    html: `<div class="tiles" style="grid-template-columns:repeat(${columns},1fr)">${html}</div>`,
  };
}

const NOTHING: Field = { name: 'Value', type: 'number', values: [] };

/** So many columns that tiles come nearest to twice as wide as high. */
function pickColumns(count: number, size: Size): number {
  const misfit = (columns: number): number => {
    const { width, height } = tileSize(size, columns, Math.ceil(count / columns));
    return Math.abs(Math.log(width / height / 2));
  };
  const columns = Array.from({ length: count }, (_, index) => index + 1);
  return columns.reduce((best, candidate) => (misfit(candidate) < misfit(best) ? candidate : best), 1);
}

function tileSize({ width, height }: Size, columns: number, rows: number): Size {
  return { width: (width - GAP * (columns - 1)) / columns, height: Math.max((height - GAP * (rows - 1)) / rows, 12) };
}

interface Look {
  readonly options: Options;
  readonly named: boolean;
}

function writeTile({ name, shown }: Tile, size: Size, { options, named }: Look): string {
  const color = shown.color ?? '#24292E';
  const filled = typeof options['colorMode'] === 'string' && options['colorMode'].startsWith('background');
  const ink = filled ? readableOn(color) : color;
  const style = `color:${ink};${filled ? `background:${color};` : ''}`;
  const room = named ? 0.5 : 0.6;
  const value = Math.min(size.height * room, (size.width - 20) / (shown.text.length * 0.6), 64);
  const label = Math.min(size.height * 0.25, (size.width - 20) / (name.length * 0.58 + 1), 18);
  const head = named ? `<span class="name" style="font-size:${label.toFixed(1)}px">${escapeHtml(name)}</span>` : '';
  const figure = `<span class="value" style="font-size:${value.toFixed(1)}px">${escapeHtml(shown.text)}</span>`;
  return `<div class="tile" style="${style}">${head}${figure}</div>`;
}
