/** Where panels stand: Grafana's grid of 24 columns in pixels. */
import type { Panel } from './dashboard.ts';

/** A panel with its place on the page, in pixels. */
export interface Placed {
  readonly panel: Panel;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const COLUMNS = 24;
const ROW_PIXELS = 30;
const GAP = 8;

/** All panels on a page of this width, each as far up as it goes, as Grafana moves them; collapsed rows are opened or stay closed. */
export function placePanels(panels: readonly Panel[], width: number, openRows: boolean): readonly Placed[] {
  const shown = panels.flatMap((panel) => [panel, ...(openRows ? (panel.panels ?? []) : [])]);
  const filled = Array.from({ length: COLUMNS }, () => 0);
  return shown.map((panel) => {
    const { x, w, h } = panel.gridPos ?? { x: 0, w: COLUMNS, h: 1 };
    const y = Math.max(...filled.slice(x, x + w));
    filled.fill(y + h, x, x + w);
    const column = (width - GAP * (COLUMNS - 1)) / COLUMNS;
    return {
      panel,
      left: x * (column + GAP),
      top: y * (ROW_PIXELS + GAP),
      width: w * column + (w - 1) * GAP,
      height: h * ROW_PIXELS + (h - 1) * GAP,
    };
  });
}
