/** Asks a panel's queries and shapes the answers into frames. */
import type { Prometheus } from './ask-prometheus.ts';
import type { Panel, Target } from './dashboard.ts';
import { frameSeries, frameTable, splitBuckets, type Frame } from './frame.ts';
import { interpolate, type VariableValue } from './interpolate.ts';
import { pickStep, readDuration, type TimeRange } from './time.ts';
import { transformFrames } from './transform.ts';

/** What panels are asked with. */
export interface Questions {
  readonly prometheus: Prometheus;
  readonly variables: Readonly<Record<string, VariableValue>>;
  readonly range: TimeRange;
  /** How often the data source says that it scrapes, in milliseconds: Grafana's default is 15 s. */
  readonly scrapeIntervalMs: number;
}

/** A panel's frames, with the range and the step that they are of. */
export interface PanelAnswer {
  readonly frames: readonly Frame[];
  readonly range: TimeRange;
  readonly stepMs: number;
}

/** The answers of all queries that are not hidden, transformed. `width` in pixels decides the step. Throws with what is refused. */
export async function askPanel(panel: Panel, width: number, questions: Questions): Promise<PanelAnswer> {
  const { to } = questions.range;
  const range = panel.timeFrom === undefined ? questions.range : { from: to - readDuration(panel.timeFrom), to };
  const targets = (panel.targets ?? []).filter(({ hide }) => hide !== true);
  const points = panel.maxDataPoints ?? Math.max(Math.floor(width), 10);
  const least = readDuration(panel.interval ?? `${questions.scrapeIntervalMs}ms`);
  const stepMs = pickStep(range, points, least);
  const several = targets.filter(({ format }) => format === 'table').length > 1;
  const asked = { ...questions, range, stepMs, least, several };
  const frames = await Promise.all(targets.map((target) => askTarget(target, asked)));
  return { frames: transformFrames(frames.flat(), panel.transformations ?? []), range, stepMs };
}

type Asked = Questions & { readonly stepMs: number; readonly least: number; readonly several: boolean };

async function askTarget(target: Target, asked: Asked): Promise<readonly Frame[]> {
  const { range, variables, prometheus, several } = asked;
  const least = target.interval === undefined || target.interval === '' ? asked.least : readDuration(target.interval);
  const stepMs = Math.max(asked.stepMs, least);
  const filling = { variables, stepMs, rangeMs: range.to - range.from, scrapeIntervalMs: least };
  const expr = interpolate(target.expr ?? '', filling);
  const instant = target.instant === true;
  const series = instant ? await prometheus.askInstant(expr, range.to) : await prometheus.askRange(expr, range, stepMs);
  const { refId = 'A', legendFormat = '' } = target;
  const shape = { refId, legendFormat, stepMs: instant ? 0 : stepMs };
  switch (target.format) {
    case 'table':
      return [frameTable(series, refId, several)];
    case 'heatmap':
      return frameSeries(splitBuckets(series), shape);
    default:
      return frameSeries(series, shape);
  }
}
