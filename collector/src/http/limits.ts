/** Bounds on what clients can hold, and why each is what it is. Constants, no flags: nobody has to find out a good value. */

/** Milliseconds, bytes and counts. */
export interface Limits {
  /** Until all headers have come, and until a TLS handshake is done: what comes slower is no client of ours (slowloris). */
  readonly headersMs: number;
  /** Until the whole request has come. */
  readonly requestMs: number;
  /** For a connection on which nothing moves, such as a scraper that does not read. */
  readonly idleMs: number;
  /** Between two requests of a connection: longer than the usual scrape interval of 60 s. */
  readonly keepAliveMs: number;
  /** All headers together: tokens of service accounts take 1 to 2 KiB. */
  readonly headerBytes: number;
  /** The path with its query: a page's `continue` and two names of 253 characters fit three times over. */
  readonly urlBytes: number;
  /** Open at once; the one that is idle longest makes room for a new one, so that a probe gets in. */
  readonly connections: number;
  /** The number of agents that have proven who they are, which keep theirs between two heartbeats: one for each node of a large cluster. */
  readonly agentConnections: number;
  /**
   * Begun and not answered, of each kind, so that a flood of one leaves room for the others; all together half of the connections.
   * Probes are not counted. Of streams: those that are open and some that are about to be refused.
   */
  readonly requests: { readonly scrapes: number; readonly streams: number; readonly others: number };
  /**
   * What agents report: requests at once and a second, which 100,000 nodes at their 10 s stay below; the body of one, as sent and as
   * unfolded, some 300 heartbeats; and what all bodies that are being read take together.
   */
  readonly reports: {
    readonly atOnce: number;
    readonly perSecond: number;
    readonly burst: number;
    readonly bodyBytes: number;
    readonly allBytes: number;
  };
  /** Unanswered on one connection: nobody pipelines but who means harm; a second one may come just before the first is booked out. */
  readonly pipelined: number;
}

/** What the server runs with. */
export const LIMITS: Limits = {
  headersMs: 10_000,
  requestMs: 15_000,
  idleMs: 60_000,
  keepAliveMs: 75_000,
  headerBytes: 16 * 1024,
  urlBytes: 4 * 1024,
  connections: 512,
  agentConnections: 25_000,
  requests: { scrapes: 32, streams: 128, others: 96 },
  reports: { atOnce: 256, perSecond: 12_000, burst: 24_000, bodyBytes: 1024 * 1024, allBytes: 32 * 1024 * 1024 },
  pipelined: 2,
};
