/** What the server hands the page for one panel. Charts are plain data: the page puts in the few functions that ECharts wants. */
import type { Panel } from './dashboard.ts';
import type { Frame } from './frame.ts';
import type { TimeRange } from './time.ts';

/** A panel's answer with all that drawing it needs; sizes in pixels, of the panel's inside. */
export interface PanelData {
  readonly panel: Panel;
  readonly frames: readonly Frame[];
  readonly range: TimeRange;
  readonly stepMs: number;
  readonly marks: readonly Mark[];
  readonly size: Size;
}

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A time to mark: a vertical region in every graph. */
export interface Mark extends TimeRange {
  readonly color: string;
  readonly title: string;
}

/** What a panel comes to: markup, a chart with its legend's markup, something that needs what is not here, or what it failed of. */
export type Drawing =
  | { readonly kind: 'markup'; readonly html: string }
  | { readonly kind: 'chart'; readonly chart: Chart; readonly legend: string }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

/** An ECharts option in JSON; `unit` formats the value axis, `boxes` are drawn instead of a series of their own. */
export interface Chart {
  readonly option: Readonly<Record<string, unknown>>;
  readonly unit?: string;
  readonly decimals?: number;
  readonly boxes?: readonly Box[];
}

/** A filled rectangle: from and to in milliseconds on the time axis, `row` counted on the category axis from below; `text` is said on hovering. */
export interface Box {
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly color: string;
  readonly text: string;
}
