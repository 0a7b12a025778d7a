/** How numbers, labels and headings are spelled in the two exposition formats. */

/** The Prometheus text format 0.0.4, or OpenMetrics 1.0.0. */
export type Format = 'text' | 'openmetrics';

const NEEDS_ESCAPE = /[\\"\n]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** A label value as both formats quote it (without the quotes). */
export function escapeLabel(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/[\\"\n]/g, (found) => ESCAPES[found] ?? found) : value;
}

/** Integer milliseconds as seconds with three decimals, from the integer's digits, so that no binary fraction shows; nothing as `0`, which most counters by reason are. */
export function secondsText(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 0) return `-${secondsText(-ms)}`;
  const rest = ms % 1000;
  const whole = (ms - rest) / 1000;
  if (rest >= 100) return `${whole}.${rest}`;
  return rest >= 10 ? `${whole}.0${rest}` : `${whole}.00${rest}`;
}

/** A counter's name without the suffix that only its samples carry in OpenMetrics; any other name as it is. */
export function baseName(metric: { readonly name: string; readonly type: string }): string {
  return metric.type === 'counter' ? metric.name.replace(/_total$/, '') : metric.name;
}

/** The HELP and TYPE lines of a family; OpenMetrics names a counter's family without `_total`. */
export function heading(
  metric: { readonly name: string; readonly type: string; readonly help: string },
  format: Format,
): string {
  const open = format === 'openmetrics';
  const name = open ? baseName(metric) : metric.name;
  const help = open ? escapeLabel(metric.help) : metric.help.replace(/[\\\n]/g, (found) => ESCAPES[found] ?? found);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${metric.type}\n`;
}
