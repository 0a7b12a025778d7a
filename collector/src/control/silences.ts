/** Keeps silences in an Alertmanager as planned work wants them: what is there is asked each time, so that nothing is posted twice. */
import type { Clock, Log, Timers } from '@rollcall/kube';
import type { PlannedSilence } from '../coverage/plan-silences.ts';
import { lookAgain } from './look-again.ts';

/** Sends a request to the Alertmanager's API and answers its JSON; rejects with why. */
export type AskAlertmanager = (
  request: { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string; readonly body?: object },
  signal: AbortSignal,
) => Promise<unknown>;

/** What a keeper works with. */
export interface SilenceHost {
  readonly ask: AskAlertmanager;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** The collector's --cluster name, '' without one: silences of other clusters are none of ours. */
  readonly cluster: string;
  /** What is to be silent, now or soon. */
  wanted(): readonly PlannedSilence[];
  /** True while this replica is the one that writes. */
  mayWrite(): boolean;
  /** True once all windows are known: before that nothing is ended. */
  isCertain(): boolean;
}

/** A keeper that runs. */
export interface SilenceKeeper {
  /** How many writes there were, by outcome. */
  writes(): { readonly written: number; readonly failed: number };
  /** Ends it, and no silence. May be called twice. */
  stop(): Promise<void>;
}

const LOOK_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;
const AUTHOR = 'rollcall';
/** Alertmanager keeps milliseconds, and starts what begins in the past now. */
const SAME_MS = 1_000;

interface Desk extends SilenceHost {
  readonly counts: { written: number; failed: number };
  readonly ending: AbortController;
  failures: number;
  notBeforeMono: number;
  /** True while one of ours may be there, so that a collector without windows does not ask. */
  mayBeThere: boolean;
}

/** Starts keeping. What fails is tried again after 5 s, then 10 s and so on, 5 min at most. */
export function startSilences(host: SilenceHost): SilenceKeeper {
  const desk: Desk = {
    ...host,
    counts: { written: 0, failed: 0 },
    ending: new AbortController(),
    failures: 0,
    notBeforeMono: 0,
    mayBeThere: true,
  };
  const look = (): Promise<void> => lookOnce(desk);
  return {
    writes: () => ({ ...desk.counts }),
    stop: lookAgain({ timers: host.timers, everyMs: LOOK_MS, ending: desk.ending, look }),
  };
}

async function lookOnce(desk: Desk): Promise<void> {
  const { clock, log, counts } = desk;
  // Who leads next finds ours, and those of a former leader.
  if (!desk.mayWrite()) desk.mayBeThere = true;
  const wanted = desk.mayWrite() ? desk.wanted() : [];
  if (!desk.mayWrite() || clock.monoMs() < desk.notBeforeMono || (wanted.length === 0 && !desk.mayBeThere)) return;
  try {
    await settle(desk, wanted);
    if (desk.failures > 0) log.info({}, 'silences are kept in the Alertmanager again');
    desk.failures = 0;
  } catch (error) {
    if (desk.ending.signal.aborted) return;
    counts.failed += 1;
    const againMs = Math.min(LOOK_MS * 2 ** desk.failures, LONGEST_WAIT_MS);
    desk.failures += 1;
    desk.notBeforeMono = clock.monoMs() + againMs;
    log.warn(
      { err: error, againMs },
      'silences could not be kept in the Alertmanager, alerts of planned work may ring',
    );
  }
}

/** A silence that is there, as far as it matters. */
interface Found {
  readonly id: string;
  readonly key: string;
  readonly matchers: string;
  readonly startsAt: string;
  readonly endsAt: string;
}

async function settle(desk: Desk, wanted: readonly PlannedSilence[]): Promise<void> {
  const found = (await listOurs(desk)).filter(({ id }) => id !== '');
  const left = new Map(wanted.map((silence) => [silence.key, silence]));
  for (const one of found) {
    const silence = left.get(one.key);
    left.delete(one.key);
    // A second one of the same key finds none left.
    if (silence !== undefined) await adjust(desk, silence, one);
    else if (desk.isCertain()) await send(desk, { method: 'DELETE', path: `/api/v2/silence/${one.id}` });
  }
  for (const silence of left.values()) await post(desk, silence, undefined);
  desk.mayBeThere = wanted.length > 0 || !desk.isCertain();
}

async function listOurs({ ask, cluster, ending }: Desk): Promise<readonly Found[]> {
  const all = await ask({ method: 'GET', path: '/api/v2/silences' }, ending.signal);
  if (!Array.isArray(all)) throw new Error('the Alertmanager answers no list of silences');
  return all.flatMap((one: unknown) => {
    const { id, createdBy, comment, status, matchers, startsAt, endsAt } = Object(one) as Record<string, unknown>;
    const { state } = Object(status) as { readonly state?: unknown };
    if (createdBy !== AUTHOR || state === 'expired') return [];
    const [, of, key] = /^\[rollcall (\S*?):(\S+)\] /.exec(String(comment)) ?? [];
    if (key === undefined || of !== cluster) return [];
    const text = Array.isArray(matchers) ? matchers.map(sayMatcher).toSorted().join() : '';
    return [{ id: String(id), key, matchers: text, startsAt: String(startsAt), endsAt: String(endsAt) }];
  });
}

async function adjust(desk: Desk, silence: PlannedSilence, found: Found): Promise<void> {
  const isSame = Math.abs(Date.parse(found.endsAt) - silence.endsAt) < SAME_MS;
  const wantedMatchers = matchersOf(silence, desk.cluster).map(sayMatcher).toSorted().join();
  if (!isSame || wantedMatchers !== found.matchers) await post(desk, silence, found);
}

async function post(desk: Desk, silence: PlannedSilence, found: Found | undefined): Promise<void> {
  const { key, window, owner, reason, startsAt, endsAt } = silence;
  await send(desk, {
    method: 'POST',
    path: '/api/v2/silences',
    body: {
      // With its id and its own beginning it stays the same silence.
      ...(found && { id: found.id }),
      matchers: matchersOf(silence, desk.cluster),
      startsAt: found?.startsAt ?? new Date(startsAt).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
      createdBy: AUTHOR,
      comment: `[rollcall ${desk.cluster}:${key}] maintenance window ${window} of ${owner}: ${reason}`,
    },
  });
}

async function send({ ask, counts, ending }: Desk, request: Parameters<AskAlertmanager>[0]): Promise<void> {
  await ask(request, ending.signal);
  counts.written += 1;
}

interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

function matchersOf({ policy, pools }: PlannedSilence, cluster: string): readonly Matcher[] {
  const is = (name: string, value: string): Matcher => ({ name, value, isRegex: false, isEqual: true });
  const pool = { name: 'node_pool', value: pools.map(quote).join('|'), isRegex: true, isEqual: true };
  return [
    is('namespace', policy.namespace),
    is('daemonset', policy.daemonset),
    ...(cluster === '' ? [] : [is('cluster', cluster)]),
    ...(pools.length === 0 ? [] : [pool]),
  ];
}

/** Names of pools hold dots. */
function quote(text: string): string {
  return text.replaceAll(/[.+*?()|[\]{}^$\\]/g, String.raw`\$&`);
}

function sayMatcher(matcher: unknown): string {
  const { name, value, isRegex, isEqual = true } = Object(matcher) as Partial<Matcher>;
  return `${name}${isEqual ? '' : '!'}${isRegex === true ? '~' : '='}${value}`;
}
