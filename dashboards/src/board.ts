/** What a dashboard is: plain data, from which Grafana's own types are built. */
import type { Colour } from './palette.ts';

/** From which value on a colour holds; the first step has no value and holds below all others. */
export interface Step {
  readonly from?: number;
  readonly colour: Colour;
  /** What such a value is called, where a word says more than the number. */
  readonly word?: string;
}

/** A query. */
export interface Query {
  readonly expr: string;
  /** The series' name, with labels in double braces. */
  readonly legend?: string;
}

/** What a click on a value opens; `${...}` are Grafana's variables. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

/** What a panel needs beyond the collector and its rules. */
export type Need = 'Loki' | 'cAdvisor';

interface Common {
  readonly title: string;
  /** What is seen, what is good, what to do when it is not. */
  readonly description: string;
  /** Grafana's identifier of a unit: percentunit, s, short, bytes. */
  readonly unit: string;
  /** Columns of 24. */
  readonly width: number;
  /** Grid rows of 30 pixels; by default what its kind needs. */
  readonly height?: number;
  readonly queries: readonly [Query, ...Query[]];
  /** What stands there while there is no data, where that is good news or needs an explanation. */
  readonly empty?: string;
  readonly optional?: Need;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly links?: readonly Link[];
  /** Where colours change. The default of one step is a plain colour. */
  readonly steps: readonly [Step, ...Step[]];
}

/** One figure for each series. */
export interface Stat extends Common {
  readonly kind: 'stat';
}

/** Lines over time; `colours` by the series' name, or a regular expression that matches all of it, the rest from Grafana's palette. */
export interface TimeSeries extends Common {
  readonly kind: 'time-series';
  readonly stacked?: boolean;
  readonly colours?: Readonly<Record<string, Colour>>;
  /** Series whose names match this, such as `/raw$/`, are dashed. */
  readonly dashed?: string;
  /** Draws the steps as lines: for limits that an alert or objective sets. */
  readonly limits?: boolean;
}

/** One column of a table: a label, or `Value` (`Value #B` and so on with more queries). */
export interface Column {
  readonly field: string;
  readonly name: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  readonly links?: readonly Link[];
  /** Colours the cell by these steps. */
  readonly steps?: readonly [Step, ...Step[]];
}

/** Rows of labels and values; several queries are joined on the labels that they have in common. */
export interface Table extends Common {
  readonly kind: 'table';
  readonly columns: readonly [Column, ...Column[]];
  readonly sort?: { readonly name: string; readonly descending: boolean };
}

/** Counts by bucket over time, from a histogram's rate by `le`. */
export interface Heatmap extends Common {
  readonly kind: 'heatmap';
}

/** A band for each series, coloured by its steps and named by their words. */
export interface StateTimeline extends Common {
  readonly kind: 'state-timeline';
}

/** Lines of a log; the queries are LogQL. */
export interface Logs extends Common {
  readonly kind: 'logs';
}

/** Any panel. */
export type PanelSpec = Stat | TimeSeries | Table | Heatmap | StateTimeline | Logs;

/** Panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
  /** Folded until it is asked for. */
  readonly folded?: boolean;
}

/** Which variables a board has beside the data source, cluster, namespace and daemonset. */
export type Extra = 'node_pool' | 'node' | 'sli' | 'collector' | 'loki' | 'api' | 'runbooks';

/** One dashboard; its UID is `rollcall-<name>`. */
export interface Board {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** How far back it opens, as Grafana writes it: now-3h. */
  readonly from: string;
  /** How often it looks again: 30s. */
  readonly refresh: string;
  readonly variables: readonly Extra[];
  readonly rows: readonly Row[];
}

/** What boards are made with. */
export interface BoardSettings {
  /** By how much the windows of the rules were divided: 1 but in trials. */
  readonly speed: number;
  /** Where the collector's API answers, without a slash at its end. */
  readonly apiUrl: string;
  /** What the paths of runbook pages are put behind. */
  readonly runbookBase: string;
}
