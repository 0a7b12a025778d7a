/** What backends said last of the telemetry of one node. */

/** The newest word on one node's telemetry from one source; `sent` and `dropped` are records in sum since the source was first heard. */
export interface TelemetryEntry {
  /** Undefined while no lag is known. */
  readonly lagMs: number | undefined;
  readonly sent: number;
  readonly dropped: number;
}
