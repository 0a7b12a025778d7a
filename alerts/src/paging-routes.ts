/** The routes: by urgency, then by who owns the cause and the policy; and the same once more for what planned work mutes. */
import { ALERTS, type AlertName, type Policy } from '@rollcall/contract';
import { anyOf, is, notAnyOf, type Matcher } from './matcher.ts';
import { sayWindow, type SaidWindow, type TimedWindow } from './mute-intervals.ts';
import { findReceivers, NOBODY, nameReceiver } from './paging-receivers.ts';
import type { Occasion, Paging, PagingReceiver } from './paging.ts';

/** How long a group waits before its first notification, before one with news, and before it is told again. Milliseconds. */
interface Timing {
  readonly waitMs: number;
  readonly intervalMs: number;
  readonly repeatMs: number;
}

/** One route and those below it. The first that matches is taken; what is not said is inherited. */
export interface Route {
  readonly matchers: readonly Matcher[];
  readonly receiver?: string;
  readonly timing?: Timing;
  readonly muted?: readonly string[];
  readonly routes?: readonly Route[];
}

/** The intervals of a window, by the name that routes give them. */
export interface NamedIntervals extends SaidWindow {
  readonly name: string;
}

/** What routes are made of. */
export interface PagingPlan {
  readonly paging: Paging;
  readonly policies: readonly Policy[];
  readonly windows: readonly TimedWindow[];
}

/** What one notification is about. */
export const GROUPED_BY = ['cluster', 'namespace', 'daemonset', 'node_pool'] as const;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A page waits long enough for the alerts of the next evaluation to come with it; a ticket longer than a page, which inhibits it. */
const TIMINGS = {
  page: { waitMs: 15 * SECOND_MS, intervalMs: 5 * MINUTE_MS, repeatMs: HOUR_MS },
  escalation: { waitMs: 0, intervalMs: 5 * MINUTE_MS, repeatMs: HOUR_MS },
  ticket: { waitMs: 2 * MINUTE_MS, intervalMs: 15 * MINUTE_MS, repeatMs: 24 * HOUR_MS },
  review: { waitMs: 5 * MINUTE_MS, intervalMs: HOUR_MS, repeatMs: 7 * 24 * HOUR_MS },
  watchdog: { waitMs: 0, intervalMs: MINUTE_MS, repeatMs: MINUTE_MS },
} as const satisfies Record<Occasion, Timing>;

/** How groups are told that match none of the routes. */
export const OTHER_TIMING: Timing = TIMINGS.ticket;

const ESCALATION: AlertName = 'PageUnresolved';
const WATCHDOG: AlertName = 'RollcallWatchdog';
/** What planned work on nodes does not explain. */
const NEVER_MUTED: readonly AlertName[] = [
  WATCHDOG,
  'CollectorBlind',
  'CollectorGone',
  'CollectorAbsent',
  'LabelsRenamed',
];

/** Tells the alerts of Rollcall from those of others that come to the same Alertmanager. */
export const OURS: Matcher = anyOf('alertname', Object.keys(ALERTS));

/** All routes, in the order in which they are tried. */
export function planRoutes(plan: PagingPlan): readonly Route[] {
  const { paging } = plan;
  const [watchdog] = findReceivers(paging, 'watchdog');
  return [
    {
      matchers: [is('alertname', WATCHDOG)],
      receiver: watchdog === undefined ? NOBODY : nameReceiver(watchdog),
      timing: TIMINGS.watchdog,
    },
    ...plan.policies.flatMap((policy) => routePlanned(policy, plan)),
    ...routeUrgencies(paging, []),
  ];
}

/** Planned work of a policy: of each pool that windows name, and of all pools. */
function routePlanned(policy: Policy, { paging, windows }: PagingPlan): readonly Route[] {
  const own = windows.filter((window) => canMute(window) && speaksFor(window, policy));
  const everywhere = own.filter(({ pools }) => pools.length === 0);
  const pools = [...new Set(own.flatMap((window) => window.pools))].toSorted();
  const ofPolicy = [
    is('namespace', policy.namespace),
    is('daemonset', policy.daemonset),
    notAnyOf('alertname', NEVER_MUTED),
  ];
  const named = pools.map((pool): Route => {
    const muting = own.filter((window) => window.pools.length === 0 || window.pools.includes(pool));
    return { matchers: [...ofPolicy, is('node_pool', pool)], routes: routeUrgencies(paging, muting.map(nameWindow)) };
  });
  if (everywhere.length === 0) return named;
  return [...named, { matchers: ofPolicy, routes: routeUrgencies(paging, everywhere.map(nameWindow)) }];
}

function routeUrgencies(paging: Paging, muted: readonly string[]): readonly Route[] {
  const escalates = findReceivers(paging, 'escalation').length > 0;
  return [
    routeOccasion('escalation', [is('alertname', ESCALATION)], escalates ? 'escalation' : 'page'),
    routeOccasion('page', [is('severity', 'page')], 'page'),
    routeOccasion('ticket', [is('severity', 'ticket')], 'ticket'),
    routeOccasion(
      'review',
      [is('severity', 'review')],
      findReceivers(paging, 'review').length > 0 ? 'review' : 'ticket',
    ),
    { receiver: NOBODY, matchers: [is('severity', 'info'), OURS] },
  ].map((route) => mute(route, muted));

  function routeOccasion(occasion: Occasion, matchers: readonly Matcher[], told: Occasion): Route {
    const receivers = findReceivers(paging, told);
    const named = receivers.filter(({ owner, team }) => (owner ?? team) !== undefined);
    const rest = receivers.find(({ owner, team }) => (owner ?? team) === undefined);
    return {
      matchers,
      ...(rest !== undefined && { receiver: nameReceiver(rest) }),
      timing: TIMINGS[occasion],
      ...(named.length > 0 && {
        routes: named.map((one) => ({ matchers: matchReceiver(one), receiver: nameReceiver(one) })),
      }),
    };
  }
}

function matchReceiver({ owner, team }: PagingReceiver): readonly Matcher[] {
  return [...(owner === undefined ? [] : [is('owner', owner)]), ...(team === undefined ? [] : [is('team', team)])];
}

/** Routes do not inherit what mutes them. */
function mute(route: Route, muted: readonly string[]): Route {
  if (muted.length === 0) return route;
  return { ...route, muted, ...(route.routes && { routes: route.routes.map((own) => mute(own, muted)) }) };
}

/** The intervals of all windows that mute a route. */
export function nameIntervals({ policies, windows }: PagingPlan): readonly NamedIntervals[] {
  const muting = windows.filter((window) => canMute(window) && policies.some((policy) => speaksFor(window, policy)));
  return muting.map((window) => ({ name: nameWindow(window), ...sayWindow(window) }));
}

/** What of the windows is not said; the collector's silences say it. */
export function listLost({ policies, windows }: PagingPlan): readonly string[] {
  return windows.flatMap((window) => {
    const of = `${window.namespace}/${window.name}`;
    if (namesNodes(window)) return [`${of}: names nodes, and alerts are of pools`];
    if (!policies.some((policy) => speaksFor(window, policy)))
      return [`${of}: speaks for none of the policies that are given`];
    return sayWindow(window).lost.map((lost) => `${of}: ${lost}`);
  });
}

function canMute(window: TimedWindow): boolean {
  return !namesNodes(window) && sayWindow(window).intervals.length > 0;
}

function namesNodes({ nodes, selector }: TimedWindow): boolean {
  return nodes.length > 0 || selector !== undefined;
}

function speaksFor({ namespace, everyNamespace, policies }: TimedWindow, policy: Policy): boolean {
  if (!everyNamespace && policy.policyNamespace !== namespace) return false;
  return policies.length === 0 || policies.includes(`${policy.policyNamespace}/${policy.name}`);
}

function nameWindow({ namespace, name }: TimedWindow): string {
  return `rollcall-${namespace}-${name}`;
}
