/** Fills the variables of a query as Grafana's Prometheus data source does, so that what is drawn and tested is what will be asked. */

/**
 * What a variable stands for: text for one that has one value, a list for one that may have several (each taken literally in
 * a regular expression), `raw` for what goes in unescaped, as "All" does by its `allValue`.
 */
export type VariableValue = string | readonly string[] | { readonly raw: string };

/** What a query is filled with; all times in milliseconds. */
export interface Filling {
  /** By name, without the dollar sign. A name that is not here stays in the text. */
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** How much time the dashboard shows. */
  readonly rangeMs: number;
  /** The distance of two points of the answer. */
  readonly stepMs: number;
  /** How often the data source says that it scrapes, or the panel's own minimal step. */
  readonly scrapeIntervalMs: number;
}

/** `$name`, `${name}`, `${name:format}` and `[[name]]`, as Grafana finds them; the name is in the first group that holds. */
const REFERENCE = /\$(\w+)|\$\{([\w.]+)(?::([\w:.]+))?\}|\[\[(\w+)\]\]/g;

/** The text with its variables filled; what has no value stays as it is, for Prometheus to refuse. Throws on a format it does not know. */
export function interpolate(text: string, filling: Filling): string {
  const intervals = describeIntervals(filling);
  return text.replace(REFERENCE, (whole, ...groups: (string | undefined)[]) => {
    const [plain, braced, format, bracketed] = groups;
    const name = plain ?? braced ?? bracketed ?? '';
    const value = intervals[name] ?? filling.variables[name];
    return value === undefined ? whole : formatValue(value, format);
  });
}

/** The names that Grafana gives to times itself. A rate needs two samples even when one scrape fails: four scrapes at least. */
function describeIntervals({ rangeMs, stepMs, scrapeIntervalMs }: Filling): Record<string, VariableValue> {
  const rate = Math.max(stepMs + scrapeIntervalMs, 4 * scrapeIntervalMs);
  return {
    __interval: { raw: formatDuration(stepMs) },
    __interval_ms: { raw: String(stepMs) },
    __rate_interval: { raw: formatDuration(rate) },
    __rate_interval_ms: { raw: String(rate) },
    __range: { raw: `${Math.round(rangeMs / 1000)}s` },
    __range_s: { raw: String(Math.round(rangeMs / 1000)) },
    __range_ms: { raw: String(rangeMs) },
  };
}

/** In the largest unit that divides it: Prometheus takes no fractions. */
function formatDuration(ms: number): string {
  if (ms % 1000 !== 0) return `${ms}ms`;
  const seconds = ms / 1000;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function formatValue(value: VariableValue, format: string | undefined): string {
  if (typeof value === 'object' && 'raw' in value) return value.raw;
  const values = typeof value === 'string' ? [value] : value;
  switch (format) {
    case undefined:
      return typeof value === 'string' ? escapeText(value) : alternatives(values.map(escapeForQuotedRegex));
    case 'regex':
      return alternatives(values.map(escapeRegex));
    case 'pipe':
      return values.join('|');
    case 'csv':
    case 'raw':
      return values.join(',');
    default:
      throw new Error(`the format ${format} of a variable is not known`);
  }
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `(${values.join('|')})`;
}

function escapeText(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

function escapeRegex(value: string): string {
  return value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, '\\$&');
}

/** Twice: the string of PromQL takes one backslash away, the regular expression needs the other. */
function escapeForQuotedRegex(value: string): string {
  return value
    .replaceAll('\\', '\\\\\\\\')
    .replaceAll(/[$^*{}[\]+?.()|]/g, '\\\\$&')
    .replaceAll('"', '\\"');
}
