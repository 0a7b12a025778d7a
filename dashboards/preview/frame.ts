/** Frames: tables of named columns, into which Grafana turns every answer and which transformations change. */

/** What a cell holds; times are Unix milliseconds. */
export type Cell = number | string | null;

/** A column. `labels` are those of its series; `displayName` is what a legend calls it, unless the settings name it. */
export interface Field {
  readonly name: string;
  readonly type: 'time' | 'number' | 'string';
  readonly values: readonly Cell[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly displayName?: string;
}

/** A table of one query (`refId`); all columns are of the same length. */
export interface Frame {
  readonly refId: string;
  readonly fields: readonly Field[];
}

/** A series of a matrix, or an element of a vector, whose one point it is; seconds and text as Prometheus answers. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, string])[];
}

/** How the series of one query become frames. */
export interface Shape {
  readonly refId: string;
  /** `{{label}}` templates; empty or `__auto` names a series by its labels. */
  readonly legendFormat: string;
  /** The distance of points in milliseconds: where more is missing a null breaks the line. 0 breaks none. */
  readonly stepMs: number;
}

/** One frame a series, with its time and its value. */
export function frameSeries(series: readonly Series[], shape: Shape): readonly Frame[] {
  const names = nameSeries(series, shape.legendFormat);
  return series.map(({ metric, points }, index) => {
    const rows = breakGaps(points, shape.stepMs);
    return {
      refId: shape.refId,
      fields: [
        { name: 'Time', type: 'time', values: rows.map(([time]) => time) },
        {
          name: 'Value',
          type: 'number',
          labels: metric,
          displayName: names[index] ?? 'Value',
          values: rows.map(([, value]) => value),
        },
      ],
    };
  });
}

/** One frame for all series: time, a column for each label, and the value, which is named after its query where there are several. */
export function frameTable(series: readonly Series[], refId: string, several: boolean): Frame {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].toSorted();
  const rows = series.flatMap(({ metric, points }) => points.map(([time, value]) => ({ metric, time, value })));
  return {
    refId,
    fields: [
      { name: 'Time', type: 'time', values: rows.map(({ time }) => time * 1000) },
      ...labels.map((name): Field => ({
        name,
        type: 'string',
        values: rows.map(({ metric }) => metric[name] ?? null),
      })),
      {
        name: several ? `Value #${refId}` : 'Value',
        type: 'number',
        values: rows.map(({ value }) => readNumber(value)),
      },
    ],
  };
}

/** Buckets of a classic histogram, by rising bound, each without what is below it already. */
export function splitBuckets(series: readonly Series[]): readonly Series[] {
  const bound = ({ metric }: Series): number => readNumber(metric['le'] ?? '') ?? Number.NaN;
  const rising = series.toSorted((left, right) => bound(left) - bound(right));
  return rising.map((bucket, index) => {
    const below = new Map(rising[index - 1]?.points ?? []);
    const points = bucket.points.map(
      ([time, value]) => [time, String(Math.max(0, Number(value) - Number(below.get(time) ?? 0)))] as const,
    );
    return { metric: bucket.metric, points };
  });
}

/** Prometheus' text for a number; null for what is none, as Grafana shows NaN as no value. */
function readNumber(text: string): number | null {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

function breakGaps(points: Series['points'], stepMs: number): (readonly [number, number | null])[] {
  const rows: (readonly [number, number | null])[] = [];
  for (const [seconds, text] of points) {
    const time = seconds * 1000;
    const last = rows.at(-1)?.[0];
    if (stepMs > 0 && last !== undefined && time - last > 1.5 * stepMs) rows.push([last + stepMs, null]);
    rows.push([time, readNumber(text)]);
  }
  return rows;
}

function nameSeries(series: readonly Series[], legendFormat: string): readonly string[] {
  if (legendFormat !== '' && legendFormat !== '__auto')
    return series.map(({ metric }) =>
      legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => metric[name] ?? ''),
    );
  const keys = new Set(series.flatMap(({ metric }) => Object.keys(metric)));
  keys.delete('__name__');
  const telling = [...keys].filter((key) => new Set(series.map(({ metric }) => metric[key])).size > 1);
  const [only] = telling.length === 0 ? keys : telling;
  return series.map(({ metric }) => {
    if (keys.size === 0) return metric['__name__'] ?? 'Value';
    if (telling.length <= 1 && only !== undefined) return metric[only] ?? '';
    const pairs = telling.map((key) => `${key}="${metric[key] ?? ''}"`);
    return `{${pairs.join(', ')}}`;
  });
}
