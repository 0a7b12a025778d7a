/** The figures of one run, and how runs of one kind are put together. */

/** One measured run of any contestant; what it does not have is NaN. Times of the process include its start and its imports. */
export interface Figures {
  /** From the start of the process to its first full answer: CPU and wall seconds. */
  readonly cpuS: number;
  readonly wallS: number;
  /** Resident memory in megabytes: the highest of the whole run (a relist aside), and some seconds after the first full answer. */
  readonly peakMb: number;
  readonly settledMb: number;
  /** The longest stop of its event loop until the first full answer, milliseconds. */
  readonly stallMs: number;
  /** CPU milliseconds for 1,000 MODIFIED events of nodes in which nothing changed. */
  readonly eventsCpuMs: number;
  /** From a node's change to the first scrape that shows it, milliseconds: the median of several. */
  readonly delayMs: number;
  /** One scrape of /metrics: milliseconds (median of several) and bytes. */
  readonly scrapeMs: number;
  readonly scrapeBytes: number;
}

/** What is measured of the collector only. */
export interface CollectorFigures extends Figures {
  /** The longest stop of its event loop after the first full answer: at the fleet's own rate, under load, while it is scraped. */
  readonly servingStallMs: number;
  /** The most that it ran itself in one of those stops: on a busy machine it waits for a core in the rest. */
  readonly servingRunMs: number;
  /** CPU at the fleet's own rate of changes, percent of a core. */
  readonly liveCpuPercent: number;
  /** At 1,000 events a second: from a node's change to the scrape and to the stream message that shows it, milliseconds. */
  readonly delayP99Ms: number;
  readonly streamMs: number;
  readonly streamP99Ms: number;
  /** Bytes of a scrape that asks for gzip. */
  readonly gzipBytes: number;
  /** While everything was listed anew: the longest scrape of one each 50 ms, the time it all took, the highest memory since the start. */
  readonly relistScrapeMs: number;
  readonly relistS: number;
  readonly relistPeakMb: number;
}

/** The middle of the values, between two the mean of both: the lower one alone would flatter. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.floor(sorted.length / 2))) / 2;
}

/** The value that so large a part of the values does not exceed. NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const at = Math.max(0, Math.ceil(values.length * part) - 1);
  return values.toSorted((one, other) => one - other)[at] ?? Number.NaN;
}
