/** Readings to the text that Prometheus scrapes, in the text format or OpenMetrics. */
import type { PolicyReading } from '../sli/reading.ts';
import { renderCollectorFamily, type CollectorFamily } from './collector-families.ts';
import { COVERAGE_FAMILIES } from './coverage-families.ts';
import type { Family } from './family.ts';
import { policyRows, type PolicyRow } from './policy-row.ts';
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

/** Some 2 ms of work. */
const CHUNK_CHARS = 64 * 1024;
const CHUNK_ROWS = 100;

/**
 * The whole exposition in chunks of about 64 KiB, so that the caller can serve others between two of them; while rows are made ready
 * they are empty. The order of families is the catalogue's, that of series is by namespace, DaemonSet, pool and labels: equal readings
 * give equal text. Readings must not change before the last chunk is taken. Never throws, never writes NaN.
 */
export function* renderExposition(exposure: Exposure): Generator<string, void, void> {
  const { cluster, readings, leads, collector, format } = exposure;
  const rows: PolicyRow[] = [];
  let made = 0;
  for (const row of policyRows(readings, cluster)) {
    rows.push(row);
    made += row.pools.length;
    if (made >= CHUNK_ROWS) {
      yield '';
      made = 0;
    }
  }
  // A policy that was never seen has no node either, which must not look as if none matched: it has no gauge, not even its own info.
  const ofGauges = leads ? rows.filter(({ reading }) => reading.started) : [];
  let text = '';
  for (const family of Object.values(COVERAGE_FAMILIES)) {
    text += heading(family.metric, format);
    for (const samples of samplesOf(family, family.metric.type === 'gauge' ? ofGauges : rows, format)) {
      text += samples;
      if (text.length >= CHUNK_CHARS) {
        yield text;
        text = '';
      }
    }
  }
  for (const family of collector) text += renderCollectorFamily(family, format);
  yield format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function* samplesOf(family: Family, rows: readonly PolicyRow[], format: Format): Generator<string, void, void> {
  for (const row of rows) {
    const { writePolicy, writePool } = family;
    if (writePolicy !== undefined) yield writePolicy(row, format);
    for (const pool of writePool === undefined ? [] : row.pools) yield writePool?.(pool, format) ?? '';
  }
}
