/** What the metrics API last said that a daemon uses. */

/** The newest sample of one node's daemon; replaced by each. */
export interface UsageEntry {
  readonly podUid: string;
  /** By the clock of the metrics API, Unix milliseconds: by its change a new sample is told from the same one. */
  readonly sampledAt: number | undefined;
  /** When that was on our monotonic clock. */
  readonly atMono: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}
