/** What a process of senders is to do. */

/** One agent. */
export interface PlannedSender {
  readonly node: string;
  readonly token: string;
}

/** A number of connections that all share (as behind a balancer), one for each sender, or a fresh one for each heartbeat. */
export type LaneKind = number | 'own' | 'fresh';

/** Unix milliseconds; what is sent from `measureMs` on is counted. */
export interface SenderPlan {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly lanes: LaneKind;
  readonly senders: readonly PlannedSender[];
  readonly startMs: number;
  readonly measureMs: number;
  readonly endMs: number;
}

/** Reads what `JSON.stringify` wrote of one. */
export function readPlan(text: string): SenderPlan {
  return JSON.parse(text) as SenderPlan;
}
