/** Which receiver of alerts/paging.yaml is told of which alert, and whether planned work of patch-night can mute it: by hand, from what the file says. */

/** An alert's labels as amtool takes them, and the receiver. */
export type RouteCase = readonly [labels: string, receiver: string];

const PLEXD = 'namespace=plexd-system daemonset=plexd cluster=east';

/** By urgency, owner, team and planned work. */
export const ROUTE_CASES: readonly RouteCase[] = [
  ['alertname=RollcallWatchdog severity=info priority=P4', 'rollcall-watchdog'],
  [`alertname=PageUnresolved severity=page priority=P1 ${PLEXD}`, 'rollcall-escalation'],
  ['alertname=PageUnresolved severity=page priority=P1 namespace=a daemonset=b', 'rollcall-escalation'],
  [`alertname=CoverageCollapse severity=page priority=P1 ${PLEXD}`, 'rollcall-page'],
  [`alertname=CoverageCollapse severity=page priority=P1 ${PLEXD} node_pool=blue`, 'rollcall-page'],
  [`alertname=CoverageCollapse severity=page owner=node ${PLEXD}`, 'rollcall-page-owner-node'],
  ['alertname=DaemonSetMissing severity=page owner=platform namespace=a daemonset=b', 'rollcall-page'],
  ['alertname=BudgetBurnPage severity=page tier=page_fast slo=b-coverage namespace=a daemonset=b', 'rollcall-page'],
  ['alertname=BudgetBurnPage severity=page tier=page_slow team=network namespace=a daemonset=b', 'rollcall-page'],
  ['alertname=TelemetryLoss severity=page namespace=a daemonset=b', 'rollcall-page'],
  [`alertname=CollectorBlind severity=page owner=platform ${PLEXD}`, 'rollcall-page'],
  [`alertname=CollectorGone severity=page owner=platform ${PLEXD}`, 'rollcall-page'],
  [`alertname=CollectorAbsent severity=ticket owner=platform ${PLEXD}`, 'rollcall-ticket'],
  ['alertname=BudgetBurnTicket severity=ticket tier=ticket_fast namespace=a daemonset=b', 'rollcall-ticket'],
  ['alertname=BudgetBurnTicket severity=ticket team=network namespace=a daemonset=b', 'rollcall-ticket-team-network'],
  ['alertname=NodeUncovered severity=ticket namespace=a daemonset=b node_pool=blue', 'rollcall-ticket'],
  [`alertname=NodeUncovered severity=ticket team=network ${PLEXD}`, 'rollcall-ticket-team-network'],
  ['alertname=ClockSkew severity=ticket owner=node namespace=a daemonset=b', 'rollcall-ticket-owner-node'],
  ['alertname=ClockSkew severity=ticket owner=node team=network namespace=a daemonset=b', 'rollcall-ticket-owner-node'],
  ['alertname=RestartStorm severity=ticket owner=agent namespace=a daemonset=b', 'rollcall-ticket'],
  ['alertname=RolloutBlocked severity=ticket owner=rollout namespace=a daemonset=b', 'rollcall-ticket'],
  ['alertname=LabelsRenamed severity=ticket owner=platform', 'rollcall-ticket'],
  ['alertname=BudgetHalfSpent severity=review namespace=a daemonset=b', 'rollcall-review'],
  [`alertname=BudgetHalfSpent severity=review team=network ${PLEXD}`, 'rollcall-review'],
  // Of others, who share the Alertmanager: somebody is told.
  ['alertname=KubeNodeNotReady severity=critical node=n1', 'rollcall-ticket'],
  ['alertname=Other severity=info', 'rollcall-ticket'],
];
