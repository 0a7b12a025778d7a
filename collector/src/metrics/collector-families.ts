/** The collector's own families, kept by a metrics library, in the same two formats as the policies' families. */
import { baseName, escapeLabel, heading, type Format } from './sample-text.ts';

/** One sample as the library hands it out; `metricName` where it differs from the family's (a histogram's parts). */
export interface CollectorSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly metricName?: string | undefined;
}

/** One family with its samples at one instant. */
export interface CollectorFamily {
  readonly name: string;
  /** gauge, counter, histogram or summary. */
  readonly type: string;
  readonly help: string;
  readonly values: readonly CollectorSample[];
}

function labelValue(value: string | number | undefined, format: Format): string {
  // OpenMetrics wants bucket bounds as floats: `le="1.0"`.
  if (typeof value === 'number' && Number.isInteger(value) && format === 'openmetrics') return value.toFixed(1);
  return escapeLabel(String(value));
}

function labelSet(labels: CollectorSample['labels'], format: Format): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${labelValue(value, format)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The text of one family. A sample that is no finite number (a statistic of nothing yet) is left out: never NaN. */
export function renderCollectorFamily(family: CollectorFamily, format: Format): string {
  const plain = family.type === 'counter' && format === 'openmetrics' ? `${baseName(family)}_total` : family.name;
  let text = heading(family, format);
  for (const sample of family.values) {
    if (!Number.isFinite(sample.value)) continue;
    text += `${sample.metricName ?? plain}${labelSet(sample.labels, format)} ${sample.value}\n`;
  }
  return text;
}
