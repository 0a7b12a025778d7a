/** Which alerts a planted gap explains, and which gaps an alert told of. */
import type { Firing } from './firings.ts';
import type { Day } from './play-day.ts';
import type { Gap } from './gaps.ts';

/** An alert, and the gap that explains it. */
export interface Judged {
  readonly firing: Firing;
  readonly gap: Gap | undefined;
}

/** A day as one of the two sets of rules saw it. */
export interface Verdict {
  readonly judged: readonly Judged[];
  /** Pages without a planted gap that is large enough for one. */
  readonly falsePages: readonly Firing[];
  /** What else nothing explains. */
  readonly falseTickets: readonly Firing[];
  /** Gaps above five minutes of which no page and no ticket told. */
  readonly missed: readonly Gap[];
}

/** Above so many minutes a gap must be noticed. */
const NOTICED_MINUTES = 5;
/** Gaps that befall a node, and with it every DaemonSet. */
const OF_NODES: ReadonlySet<string> = new Set(['label', 'taint', 'dead']);
/** For how long an alert that looks back still speaks of a gap that is over, minutes; the others: two scrapes and a start. */
const LOOKS_BACK: Readonly<Record<string, number>> = {
  RestartStorm: 16,
  JoinSlow: 60,
  BudgetBurnPage: 35,
  BudgetBurnTicket: 125,
};
const AFTERMATH_MINUTES = 3;

/** Judges the firings of Rollcall's rules, or of those that are the mixin's meaning. */
export function judge({ firings, gaps }: Day, whose: 'rollcall' | 'mixin'): Verdict {
  const own = firings.filter(({ labels }) => (labels['severity'] === 'warning') === (whose === 'mixin'));
  const judged = own.map((firing) => ({ firing, gap: gaps.find((gap) => explains(gap, firing)) }));
  const unexplained = judged.flatMap(({ firing, gap }) => (gap === undefined ? [firing] : []));
  const long = gaps.filter(({ minutes }) => minutes > NOTICED_MINUTES);
  return {
    judged,
    falsePages: unexplained.filter(isPage),
    falseTickets: unexplained.filter((firing) => !isPage(firing)),
    missed: long.filter(
      (gap) => !own.some((firing) => explains(gap, firing) && firing.first <= gap.minute + gap.minutes + 1),
    ),
  };
}

function isPage({ labels }: Firing): boolean {
  return labels['severity'] === 'page';
}

function explains(gap: Gap, firing: Firing): boolean {
  const { labels, first, last } = firing;
  if (isPage(firing) && !gap.large) return false;
  // Nothing is planted in the last pool.
  if (labels['node_pool'] === 'system') return false;
  if (!OF_NODES.has(gap.kind) && labels['daemonset'] !== gap.daemonset) return false;
  const until = gap.minute + gap.minutes + (LOOKS_BACK[labels['alertname'] ?? ''] ?? AFTERMATH_MINUTES);
  return first >= gap.minute && first <= until && last <= until;
}
