/** Draws a whole board: its variables, annotations and panels, as data for the page. */
import type { Questions } from './ask-panel.ts';
import type { Prometheus } from './ask-prometheus.ts';
import { findColor } from './colors.ts';
import type { Dashboard } from './dashboard.ts';
import { drawPanel } from './draw-panel.ts';
import type { Drawing, Mark } from './drawing.ts';
import { findMarks } from './find-marks.ts';
import { formatTime } from './format-value.ts';
import { placePanels, type Placed } from './place-panels.ts';
import { readTime, type TimeRange } from './time.ts';
import { settleVariables, valuesOf } from './variables.ts';

/** What a board is drawn with; times as `readTime` reads them, widths in pixels. */
export interface BoardRequest {
  readonly prometheus: Prometheus;
  readonly now: number;
  readonly from?: string;
  readonly to?: string;
  readonly width: number;
  readonly openRows: boolean;
  readonly scrapeIntervalMs: number;
  /** Values of variables by name. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
}

/** A board for the page. */
export interface BoardDrawing {
  readonly title: string;
  readonly range: string;
  readonly width: number;
  readonly height: number;
  readonly variables: readonly { readonly label: string; readonly shown: string }[];
  readonly annotations: readonly { readonly name: string; readonly color: string }[];
  readonly panels: readonly PanelDrawing[];
}

/** A panel for the page: where it stands, what is written above it, and its drawing; a row has none. */
export interface PanelDrawing {
  readonly title: string;
  readonly description: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly type: string;
  readonly drawing?: Drawing;
}

/** What a panel's frame takes of its size, in pixels. */
const FRAME = { width: 18, height: 44 };

/** Draws the board; panels that cannot be drawn say so themselves, all else throws. */
export async function drawBoard(dashboard: Dashboard, request: BoardRequest): Promise<BoardDrawing> {
  const { prometheus, width, scrapeIntervalMs, chosen } = request;
  const range = readRange(dashboard, request);
  const settlement = await settleVariables(dashboard, { prometheus, range, chosen });
  const questions = { prometheus, range, scrapeIntervalMs, variables: valuesOf(settlement) };
  const annotations = dashboard.annotations?.list ?? [];
  const marks = await findMarks(annotations, questions);
  const places = placePanels(dashboard.panels, width, request.openRows);
  return {
    title: dashboard.title,
    range: `${formatTime(range.from)} to ${formatTime(range.to)} UTC`,
    width,
    height: Math.max(...places.map(({ top, height }) => top + height)),
    variables: [...settlement.values()].map(({ label, shown }) => ({ label, shown })),
    annotations: annotations
      .filter(({ hide }) => hide !== true)
      .map(({ name, iconColor = 'red' }) => ({ name, color: findColor(iconColor) })),
    panels: await Promise.all(places.map((placed) => drawPlaced(placed, marks, questions))),
  };
}

function readRange({ time }: Dashboard, { from, to, now }: BoardRequest): TimeRange {
  return { from: readTime(from ?? time?.from ?? 'now-1h', now), to: readTime(to ?? time?.to ?? 'now', now) };
}

async function drawPlaced(placed: Placed, marks: readonly Mark[], questions: Questions): Promise<PanelDrawing> {
  const { panel, left, top, width, height } = placed;
  const { title = '', description = '', type } = panel;
  const said = { title, description, type, left, top, width, height };
  if (type === 'row') return said;
  const size = { width: width - FRAME.width, height: height - FRAME.height };
  return { ...said, drawing: await drawPanel(panel, { size, marks, questions }) };
}
