/** What the preview reads of a dashboard: Grafana's classic JSON, as far as our boards use it. */

/** A dashboard; `panels` is flat: a row panel stands before its panels, or holds them while it is collapsed. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating?: { readonly list?: readonly Variable[] };
  readonly annotations?: { readonly list?: readonly AnnotationQuery[] };
  readonly time?: { readonly from: string; readonly to: string };
  readonly links?: readonly { readonly title: string }[];
}

/** One panel. `interval` is its smallest step as a duration, `timeFrom` a time range of its own that ends now. */
export interface Panel {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: DataSource;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: FieldConfig;
  readonly options?: Options;
  readonly transformations?: readonly Transformation[];
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly timeFrom?: string;
  readonly collapsed?: boolean;
  readonly panels?: readonly Panel[];
  readonly repeat?: string;
}

/** Options of a panel or transformation, whose shape its type knows. */
export type Options = Readonly<Record<string, unknown>>;

/** Where a panel or a query asks. */
export interface DataSource {
  readonly type?: string;
  readonly uid?: string;
}

/** One query; without `format` it is a time series, without `instant` one over the range. */
export interface Target {
  readonly refId?: string;
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly format?: string;
  readonly instant?: boolean;
  readonly interval?: string;
  readonly hide?: boolean;
  readonly datasource?: DataSource;
}

/** How values look: the defaults, and what overrides them for some fields. */
export interface FieldConfig {
  readonly defaults?: FieldSettings;
  readonly overrides?: readonly Override[];
}

/** What is set for the fields that match; the later override wins. */
export interface Override {
  readonly matcher: { readonly id: string; readonly options?: unknown };
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
}

/** How one field looks; `unit` is one of Grafana's ids, `custom` belongs to the panel's type. */
export interface FieldSettings {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly displayName?: string;
  readonly noValue?: string;
  readonly mappings?: readonly Mapping[];
  readonly thresholds?: Thresholds;
  readonly color?: { readonly mode: string; readonly fixedColor?: string; readonly seriesBy?: string };
  readonly links?: readonly { readonly title: string; readonly url?: string }[];
  readonly custom?: Options;
}

/** Steps in ascending order; the first has no value and holds below all others. */
export interface Thresholds {
  readonly mode?: string;
  readonly steps?: readonly { readonly value?: number | null; readonly color: string }[];
}

/** What a mapping says instead of the value. */
export interface MappingResult {
  readonly text?: string;
  readonly color?: string;
}

/** Text and colour for a value, a range, a special value, or what a regular expression matches. */
export interface Mapping {
  readonly type: string;
  readonly options: Options;
}

/** One step from frames to frames. */
export interface Transformation {
  readonly id: string;
  readonly options?: Options;
  readonly disabled?: boolean;
}

/** A template variable. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query?: unknown;
  readonly regex?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string | null;
  readonly current?: { readonly value?: unknown };
}

/** What is drawn as vertical regions on every time axis. */
export interface AnnotationQuery {
  readonly name: string;
  readonly enable?: boolean;
  readonly hide?: boolean;
  readonly iconColor?: string;
  readonly datasource?: DataSource;
  readonly expr?: string;
  readonly step?: string;
  readonly titleFormat?: string;
  readonly target?: { readonly expr?: string };
}
