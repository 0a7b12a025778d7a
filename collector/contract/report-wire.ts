/** What is common to all that agents report: who may, how much at once, and what they are answered. */

/** The audience that an agent's token must be made for. */
export const REPORT_AUDIENCE = 'rollcall';

/** Most items of one request: an agent that could not send for a while may send what it missed. */
export const MOST_REPORTS = 100;

/** What became of one item. `replayed`: it was there before, or a later one; it changed nothing. */
export interface ReportResult {
  readonly outcome: 'accepted' | 'replayed' | 'refused';
  /** Of a refused one: the status that it alone would be answered, and what is wrong with it. */
  readonly status?: number;
  readonly detail?: string;
}

/**
 * The answer, results in the order of the items. The times are the collector's, wall-clock milliseconds: an agent sends them back with
 * its next heartbeat, so that both sides know by how much their clocks differ (RFC 5905, section 8).
 */
export interface ReportReply {
  readonly receivedAt: number;
  readonly repliedAt: number;
  readonly items: readonly ReportResult[];
}

/** What mends a field, behind what is wrong with it: an issue's message for zod. */
export function wrong(what: string, mend: string): { readonly error: string } {
  return { error: `${what}; ${mend}` };
}
