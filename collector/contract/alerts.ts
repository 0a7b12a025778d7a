/** The catalogue of alerts: whom each is for, how urgent it is, what users lose. Rules, routes and runbooks read this one table. */
import type { Owner } from './health-words.ts';

/** Whom an alert wakes: a phone at night, a ticket for the day, the next incident review, nobody. */
export type AlertSeverity = 'page' | 'ticket' | 'review' | 'info';

/** How urgent it is among its like. */
export type AlertPriority = 'P1' | 'P2' | 'P3' | 'P4';

/** One alert. `owner` is there where the alert is about what one owner can mend. */
export interface Alert {
  readonly severity: AlertSeverity;
  readonly priority: AlertPriority;
  readonly owner?: Owner;
  /** For how long its condition must hold, milliseconds. Conditions that measure their own duration need none. */
  readonly forMs: number;
  /** What users lose while it fires, as the annotation says it. */
  readonly loses: string;
}

const MINUTE_MS = 60_000;

/** Every alert by its name: the value of the `alertname` label, and the name of its runbook page. */
export const ALERTS = {
  BudgetBurnPage: {
    severity: 'page',
    priority: 'P1',
    forMs: 0,
    loses: 'The objective will be missed within days: nodes go without what the daemon does.',
  },
  BudgetBurnTicket: {
    severity: 'ticket',
    priority: 'P3',
    forMs: 0,
    loses: 'The objective will be missed before its period ends, if it goes on like this.',
  },
  BudgetHalfSpent: {
    severity: 'review',
    priority: 'P3',
    forMs: 0,
    loses: "More than half of the period's budget is gone in a day: what is left may not outlast the next incident.",
  },
  CoverageCollapse: {
    severity: 'page',
    priority: 'P1',
    forMs: MINUTE_MS,
    loses: 'A large part of the nodes does without the daemon, all at once.',
  },
  DaemonSetMissing: {
    severity: 'page',
    priority: 'P1',
    owner: 'platform',
    forMs: MINUTE_MS,
    loses: 'The DaemonSet is gone: no node gets the daemon any more, and those that run end one by one.',
  },
  TelemetryLoss: {
    severity: 'page',
    priority: 'P2',
    forMs: 2 * MINUTE_MS,
    loses: 'Records that the daemons collected are dropped and will be missing for good.',
  },
  CollectorBlind: {
    severity: 'page',
    priority: 'P2',
    owner: 'platform',
    forMs: 10 * MINUTE_MS,
    loses: 'Nobody knows whether the nodes are covered; an outage now would not be seen.',
  },
  CollectorGone: {
    severity: 'page',
    priority: 'P2',
    owner: 'platform',
    forMs: 15 * MINUTE_MS,
    loses: 'Nothing is measured any more: no alert of this policy can fire.',
  },
  PageUnresolved: {
    severity: 'page',
    priority: 'P1',
    forMs: 0,
    loses: 'The same as with the page that fires for half an hour already, and nobody has ended it.',
  },
  CollectorAbsent: {
    severity: 'ticket',
    priority: 'P2',
    owner: 'platform',
    forMs: 5 * MINUTE_MS,
    loses: 'Nothing is measured at the moment; if it lasts, no alert of this policy can fire.',
  },
  NodeUncovered: {
    severity: 'ticket',
    priority: 'P3',
    forMs: 0,
    loses: 'Single nodes do without the daemon; in a large fleet the budget does not show it.',
  },
  ExpectationDrift: {
    severity: 'ticket',
    priority: 'P3',
    owner: 'platform',
    forMs: 2 * MINUTE_MS,
    loses: 'Nodes that should run the daemon are out of its reach, and the DaemonSet itself looks healthy.',
  },
  NoNodesMatch: {
    severity: 'ticket',
    priority: 'P2',
    owner: 'platform',
    forMs: 10 * MINUTE_MS,
    loses: 'The policy watches over no node at all; it would stay silent whatever happened.',
  },
  StrayDaemon: {
    severity: 'ticket',
    priority: 'P4',
    owner: 'platform',
    forMs: 30 * MINUTE_MS,
    loses: 'Nothing yet: the daemon uses nodes that nobody gave it.',
  },
  JoinSlow: {
    severity: 'ticket',
    priority: 'P3',
    forMs: 0,
    loses: 'New nodes take work before the daemon is there.',
  },
  RestartStorm: {
    severity: 'ticket',
    priority: 'P3',
    owner: 'agent',
    forMs: 0,
    loses: 'The daemon starts over and over; what it holds in memory is lost each time.',
  },
  FailedScheduling: {
    severity: 'ticket',
    priority: 'P3',
    owner: 'platform',
    forMs: 5 * MINUTE_MS,
    loses: 'Pods of the daemon cannot be made or placed, and their nodes do without.',
  },
  RolloutBlocked: {
    severity: 'ticket',
    priority: 'P4',
    owner: 'rollout',
    forMs: 0,
    loses: 'A rollout stands still: fixes, also security fixes, do not reach the rest of the nodes.',
  },
  ClockSkew: {
    severity: 'ticket',
    priority: 'P4',
    owner: 'node',
    forMs: 10 * MINUTE_MS,
    loses: 'Times in logs and certificates of the node are wrong.',
  },
  LabelsRenamed: {
    severity: 'ticket',
    priority: 'P2',
    owner: 'platform',
    forMs: 5 * MINUTE_MS,
    loses: 'Prometheus renames the labels of the collector, so that no other alert finds its series.',
  },
  ExcusedTooLong: {
    severity: 'ticket',
    priority: 'P3',
    forMs: 30 * MINUTE_MS,
    loses: 'Much of the fleet is not counted, so that figures look better than the nodes are.',
  },
  RollcallWatchdog: {
    severity: 'info',
    priority: 'P4',
    forMs: 0,
    loses: 'Nothing. It always fires: whoever receives it raises an alarm when it stops.',
  },
} as const satisfies Record<string, Alert>;

/** The name of an alert. */
export type AlertName = keyof typeof ALERTS;

/** The labels of alerts beside those of the series that they are about. */
export const ALERT_LABELS = ['slo', 'sli', 'severity', 'priority', 'tier', 'owner', 'team'] as const;
