/** Alertmanager's configuration, as its own file or as an object of the Prometheus Operator: the same routes for the same input. */
import { formatDuration } from '@rollcall/contract';
import { stringify } from 'yaml';
import { INHIBITIONS } from './inhibitions.ts';
import { objectMatcher, sayMatcher } from './matcher.ts';
import type { TimeInterval } from './mute-intervals.ts';
import { findReceivers, listObjectReceivers, listReceivers, nameReceiver } from './paging-receivers.ts';
import {
  GROUPED_BY,
  listLost,
  nameIntervals,
  OTHER_TIMING,
  OURS,
  planRoutes,
  type PagingPlan,
  type Route,
} from './paging-routes.ts';
import type { ObjectPlace } from './render-rules.ts';

/** The forms that a configuration is written in. */
export const PAGING_FORMATS = ['file', 'alertmanager-config'] as const;

/** How it is written. */
export interface PagingSettings {
  readonly format: (typeof PAGING_FORMATS)[number];
  /** Where Alertmanager finds the templates, from its configuration file. */
  readonly templates: string;
  /** By how much all waits are shortened: 1, or more in tests. */
  readonly speed: number;
  /** Of the object. */
  readonly place: ObjectPlace;
}

/** The text, and what it does not say. */
export interface PagingText {
  readonly text: string;
  readonly remarks: readonly string[];
}

const HEADER = '# generated, do not edit: rollcall generate alertmanager\n';
const SILENCES = 'left to the silences of the collector (--alertmanager)';

/** The configuration. Throws for what a form cannot hold. */
export function generateAlertmanager(plan: PagingPlan, settings: PagingSettings): PagingText {
  const isFile = settings.format === 'file';
  const { plan: said, lost } = isFile ? { plan, lost: [] } : leaveLocated(plan);
  const body = isFile ? describeFile(said, settings) : describeObject(said, settings);
  const missing = (['escalation', 'review', 'watchdog'] as const).filter(
    (own) => findReceivers(plan.paging, own).length === 0,
  );
  return {
    text: HEADER + stringify(body, { lineWidth: 0, aliasDuplicateObjects: false }),
    remarks: [
      ...[...listLost(said), ...lost].map((one) => `maintenance window ${one}; ${SILENCES}`),
      ...missing.map((own) => REMARKS[own]),
      ...(isFile ? [] : OBJECT_REMARKS),
    ],
  };
}

const REMARKS = {
  escalation: 'no receiver is for: escalation; a page that stays goes to those of page once more',
  review: 'no receiver is for: review; what is for the next incident review goes to those of ticket',
  watchdog: 'no receiver is for: watchdog; nobody notices when alerts no longer arrive',
};

const OBJECT_REMARKS = [
  'Alertmanager must mount the templates (spec.configMaps, and alertmanagerConfiguration.templates), since an AlertmanagerConfig holds none',
  "unless the Alertmanager has alertmanagerConfigMatcherStrategy type None, the operator lets only alerts of the object's own namespace through",
];

function describeFile(plan: PagingPlan, { templates, speed }: PagingSettings): object {
  const { paging } = plan;
  const intervals = nameIntervals(plan);
  return {
    global: { resolve_timeout: '5m', ...describeSmtp(plan) },
    templates: [templates],
    route: {
      receiver: otherReceiver(plan),
      group_by: GROUPED_BY,
      ...fileTiming({ timing: OTHER_TIMING }, speed),
      routes: planRoutes(plan).map((route) => fileRoute(route, speed)),
    },
    inhibit_rules: INHIBITIONS.map(({ source, target, equal }) => ({
      source_matchers: source.map(sayMatcher),
      target_matchers: target.map(sayMatcher),
      equal,
    })),
    ...(intervals.length > 0 && {
      time_intervals: intervals.map(({ name, intervals: own }) => ({ name, time_intervals: own.map(fileInterval) })),
    }),
    receivers: listReceivers(paging),
  };
}

function describeSmtp({ paging: { smtp } }: PagingPlan): object {
  if (smtp === undefined) return {};
  return {
    smtp_smarthost: smtp.smarthost,
    smtp_from: smtp.from,
    smtp_require_tls: smtp.requireTls,
    ...(smtp.username !== undefined && { smtp_auth_username: smtp.username }),
    ...(smtp.passwordFile !== undefined && { smtp_auth_password_file: smtp.passwordFile }),
  };
}

/** What matches no route is somebody's all the same. */
function otherReceiver({ paging }: PagingPlan): string {
  return nameReceiver({
    for: 'ticket',
    ...paging.receivers.find((one) => one.for === 'ticket' && (one.owner ?? one.team) === undefined),
  });
}

function fileRoute(route: Route, speed: number): object {
  const { matchers, receiver, muted, routes } = route;
  return {
    matchers: matchers.map(sayMatcher),
    ...(receiver !== undefined && { receiver }),
    ...fileTiming(route, speed),
    ...(muted && { mute_time_intervals: muted }),
    ...(routes && { routes: routes.map((own) => fileRoute(own, speed)) }),
  };
}

function fileTiming({ timing }: Pick<Route, 'timing'>, speed: number): object {
  if (timing === undefined) return {};
  const { waitMs, intervalMs, repeatMs } = timing;
  return {
    group_wait: formatDuration(waitMs / speed),
    group_interval: formatDuration(intervalMs / speed),
    repeat_interval: formatDuration(repeatMs / speed),
  };
}

function fileInterval({ times, weekday, days, months, years, location }: TimeInterval): object {
  return {
    times: times.map(({ start, end }) => ({ start_time: start, end_time: end })),
    ...(weekday && { weekdays: [weekday] }),
    ...(days && { days_of_month: [sayRange(days)] }),
    ...(months && { months: [sayRange(months)] }),
    ...(years && { years: [sayRange(years)] }),
    ...(location !== undefined && { location }),
  };
}

function sayRange([from, to]: readonly [number, number]): string {
  return from === to ? String(from) : `${from}:${to}`;
}

/** The objects' intervals are in UTC alone. */
function leaveLocated(plan: PagingPlan): { readonly plan: PagingPlan; readonly lost: readonly string[] } {
  const isLocated = ({ schedule: { recurring } }: PagingPlan['windows'][number]): boolean =>
    (recurring?.timeZone ?? 'UTC') !== 'UTC';
  return {
    plan: { ...plan, windows: plan.windows.filter((window) => !isLocated(window)) },
    lost: plan.windows
      .filter(isLocated)
      .map(({ namespace, name }) => `${namespace}/${name}: has a time zone, and an AlertmanagerConfig has none`),
  };
}

function describeObject(plan: PagingPlan, { place, speed }: PagingSettings): object {
  const { paging } = plan;
  const intervals = nameIntervals(plan);
  return {
    apiVersion: 'monitoring.coreos.com/v1alpha1',
    kind: 'AlertmanagerConfig',
    metadata: {
      name: 'rollcall',
      namespace: place.namespace,
      labels: { 'app.kubernetes.io/name': 'rollcall', ...place.labels },
    },
    spec: {
      route: {
        matchers: [objectMatcher(OURS)],
        receiver: otherReceiver(plan),
        groupBy: GROUPED_BY,
        ...objectTiming({ timing: OTHER_TIMING }, speed),
        routes: planRoutes(plan).map((route) => objectRoute(route, speed)),
      },
      inhibitRules: INHIBITIONS.map(({ source, target, equal }) => ({
        sourceMatch: source.map(objectMatcher),
        targetMatch: target.map(objectMatcher),
        equal,
      })),
      ...(intervals.length > 0 && {
        muteTimeIntervals: intervals.map(({ name, intervals: own }) => ({
          name,
          timeIntervals: own.map(objectInterval),
        })),
      }),
      receivers: listObjectReceivers(paging),
    },
  };
}

function objectRoute(route: Route, speed: number): object {
  const { matchers, receiver, muted, routes } = route;
  return {
    matchers: matchers.map(objectMatcher),
    ...(receiver !== undefined && { receiver }),
    ...objectTiming(route, speed),
    ...(muted && { muteTimeIntervals: muted }),
    ...(routes && { routes: routes.map((own) => objectRoute(own, speed)) }),
  };
}

function objectTiming({ timing }: Pick<Route, 'timing'>, speed: number): object {
  if (timing === undefined) return {};
  const { waitMs, intervalMs, repeatMs } = timing;
  return {
    groupWait: formatDuration(waitMs / speed),
    groupInterval: formatDuration(intervalMs / speed),
    repeatInterval: formatDuration(repeatMs / speed),
  };
}

function objectInterval({ times, weekday, days, months, years }: TimeInterval): object {
  return {
    times: times.map(({ start, end }) => ({ startTime: start, endTime: end })),
    ...(weekday && { weekdays: [weekday] }),
    ...(days && { daysOfMonth: [{ start: days[0], end: days[1] }] }),
    ...(months && { months: [sayRange(months)] }),
    ...(years && { years: [sayRange(years)] }),
  };
}
