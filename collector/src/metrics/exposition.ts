/** Readings to the text that Prometheus scrapes, in the text format or OpenMetrics. */
import type { PolicyReading } from '../sli/reading.ts';
import { renderCollectorFamily, type CollectorFamily } from './collector-families.ts';
import { COVERAGE_FAMILIES } from './coverage-families.ts';
import { policyRows } from './policy-row.ts';
import { heading, type Format } from './sample-text.ts';

/** What one scrape shows, all cut at one instant. */
export interface Exposure {
  /** The name given with --cluster; no `cluster` label without one. */
  readonly cluster?: string | undefined;
  readonly readings: readonly PolicyReading[];
  /** Whether this replica leads: gauges are the leader's alone, counters every replica's, and their sum is the truth. */
  readonly leads: boolean;
  /** The collector's own families, written behind those of the policies. */
  readonly collector: readonly CollectorFamily[];
  readonly format: Format;
}

const CHUNK_CHARS = 64 * 1024;

/**
 * The whole exposition in chunks of about 64 KiB, so that the caller can serve others between two of them. The order of
 * families is the catalogue's, that of series is by namespace, DaemonSet, pool and labels: equal readings give equal text.
 * Readings must not change before the last chunk is taken. Never throws, never writes NaN.
 */
export function* renderExposition(exposure: Exposure): Generator<string, void, void> {
  const { cluster, readings, leads, collector, format } = exposure;
  const rows = policyRows(readings, cluster);
  let text = '';
  for (const family of Object.values(COVERAGE_FAMILIES)) {
    text += heading(family.metric, format);
    for (const row of leads || family.metric.type !== 'gauge' ? rows : []) {
      text += family.write(row, format);
      if (text.length >= CHUNK_CHARS) {
        yield text;
        text = '';
      }
    }
  }
  for (const family of collector) text += renderCollectorFamily(family, format);
  yield format === 'openmetrics' ? `${text}# EOF\n` : text;
}
