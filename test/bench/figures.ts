/** The figures of one run, and how runs of one kind are put together. */

/** One measured run; what a contestant does not have is NaN. Times of the process include its start and its imports. */
export interface Figures {
  /** From the start of the process to its first full answer: CPU and wall seconds. */
  readonly cpuS: number;
  readonly wallS: number;
  /** Resident memory in megabytes: the highest of the whole run, and 3 s after the first full answer. */
  readonly peakMb: number;
  readonly settledMb: number;
  /** The longest stop of its event loop until the first full answer, milliseconds. */
  readonly stallMs: number;
  /** CPU milliseconds for 1,000 MODIFIED events of nodes. */
  readonly eventsCpuMs: number;
  /** From a node's change to the first scrape that shows it, milliseconds: the median of several. */
  readonly delayMs: number;
  /** One scrape of /metrics: milliseconds (median of several) and bytes. */
  readonly scrapeMs: number;
  readonly scrapeBytes: number;
}

/** The middle of the values; of two, the lower. NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
