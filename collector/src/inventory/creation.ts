/**
 * What is known of the DaemonSet controller's attempts to make pods of a DaemonSet: refusals, which name no node, and what came after. A
 * refusal stands until a pod was made after it, or until the controller must have tried again and nothing was heard.
 */
import type { EventEntry } from './event-book.ts';
import { nextSyncMono } from './retry-ladder.ts';

/** Why the API server refuses a pod, by the catalogue's codes. */
export type RefusalCode =
  'QuotaExceeded' | 'PodSecurityDenied' | 'AdmissionDenied' | 'WebhookUnavailable' | 'CreateDenied';

/** The refusals of one DaemonSet's pods, at least one. */
export interface Creation {
  /** The newest one. */
  readonly refused: EventEntry;
  readonly code: RefusalCode;
  /** When the first of them happened since pods were last made. */
  readonly sinceMono: number;
  /** When the newest of them happened, rising. */
  readonly failures: readonly number[];
  /** How often each of the newest events says that it happened, by its UID, and how much of that was before `sinceMono`. */
  readonly counts: ReadonlyMap<string, Count>;
  /** When a pod was first made after the newest refusal; undefined if none was. */
  readonly madeMono: number | undefined;
}

interface Count {
  readonly all: number;
  readonly before: number;
}

const MOST_FAILURES = 32;
const MOST_COUNTS = 64;
/** The controller tries again after 1000 s at the latest. */
const STANDS_MS = 1_200_000;
/** Where only some pods are refused, others are made in the same sync: a refusal that follows within this time goes on. */
const SETTLE_MS = 3_000;
/** Watches of pods and events are not in step: what was made just before a refusal may be told after it. */
const STEP_MS = 1_500;

/** Adds a refusal to what was known; the same object if it was told before. */
export function noteRefusal(before: Creation | undefined, entry: EventEntry): Creation {
  if (before === undefined) return begin(entry, entry.firstMono, new Map());
  const { uid, count } = entry.object;
  if ((before.counts.get(uid)?.all ?? 0) >= count) return before;
  const { lastMono } = entry;
  // When pods had been made for a while, the controller begins its ladder anew.
  const isNewRun = before.madeMono !== undefined && lastMono >= before.madeMono + SETTLE_MS;
  if (isNewRun) return begin(entry, lastMono, before.counts);
  const isNewest = lastMono >= before.refused.lastMono;
  return {
    ...before,
    ...(isNewest && { refused: entry, code: classifyRefusal(entry.object.message), madeMono: undefined }),
    sinceMono: Math.min(before.sinceMono, lastMono),
    failures: insert(before.failures, lastMono),
    counts: countAnew(before.counts, entry.object, false),
  };
}

function begin(refused: EventEntry, sinceMono: number, counts: Creation['counts']): Creation {
  return {
    refused,
    code: classifyRefusal(refused.object.message),
    sinceMono,
    failures: [refused.lastMono],
    counts: countAnew(counts, refused.object, true),
    madeMono: undefined,
  };
}

function countAnew(
  counts: Creation['counts'],
  { uid, count }: { readonly uid: string; readonly count: number },
  isNewRun: boolean,
): Creation['counts'] {
  const kept = [...counts].filter(([other]) => other !== uid).slice(1 - MOST_COUNTS);
  const known = counts.get(uid);
  const before = isNewRun ? (known?.all ?? 0) : (known?.before ?? 0);
  const others = isNewRun ? kept.map(([other, { all }]) => [other, { all, before: all }] as const) : kept;
  return new Map([...others, [uid, { all: count, before }]]);
}

function insert(failures: readonly number[], atMono: number): readonly number[] {
  return [...failures, atMono].sort((one, other) => one - other).slice(-MOST_FAILURES);
}

/** Adds that a pod was made: seen at `seenMono`, made at `madeMono` by its own time. The same object if that says nothing. */
export function noteMade(before: Creation, { seenMono, madeMono }: { seenMono: number; madeMono: number }): Creation {
  const { lastMono } = before.refused;
  if (before.madeMono !== undefined || madeMono <= lastMono || seenMono < lastMono + STEP_MS) return before;
  return { ...before, madeMono: seenMono };
}

/** When the refusals stop standing, unless there is another one. */
export function refusedUntilMono({ refused, madeMono }: Creation): number {
  return Math.min(refused.lastMono + STANDS_MS, madeMono === undefined ? Infinity : madeMono + SETTLE_MS);
}

/** When the controller's next attempt is due by its own back-off. `newestPodMono` is when any pod of the DaemonSet was last made. */
export function retryDueMono(creation: Creation, newestPodMono: number | undefined): number | undefined {
  const { failures, refused, sinceMono, counts } = creation;
  // Where none gets in, each sync tries one pod and fails once; else it tries many at a time.
  const isOneEach = newestPodMono === undefined || newestPodMono < sinceMono - SETTLE_MS;
  const total = [...counts.values()].reduce((sum, { all, before }) => sum + all - before, 0);
  return nextSyncMono(failures, { syncMs: syncMsOf(refused.object.message), total: isOneEach ? total : undefined });
}

/** A webhook that does not answer holds up each sync until its own timeout, which stands in the address that was called. */
function syncMsOf(message: string): number {
  const [, seconds] = /\?timeout=(\d{1,2})s\b.*(?:deadline exceeded|timeout awaiting)/is.exec(message) ?? [];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}

const AGGREGATED = /^\(combined from similar events\):\s*/;
const CREATING = /^Error creating:\s*/;

/** What the API server said, without the words that the controller and its event recorder put before it. */
export function refusalText(message: string): string {
  return message.replace(AGGREGATED, '').replace(CREATING, '');
}

// Who speaks first says it, and may quote any of the others behind. From plugin/pkg/admission/resourcequota, staging/…/pod-security-admission,
// staging/…/admission/plugin/webhook and …/policy/validating.
const CODES: readonly (readonly [RegExp, RefusalCode])[] = [
  [/failed calling webhook/, 'WebhookUnavailable'],
  [
    /^admission webhook "|ValidatingAdmissionPolicy '.*denied request|admission webhook ".*denied the request/s,
    'AdmissionDenied',
  ],
  [/(?:exceeded|failed|status unknown for) quota: |insufficient quota to (?:consume|match)/, 'QuotaExceeded'],
  [/violates PodSecurity "/, 'PodSecurityDenied'],
];

function classifyRefusal(message: string): RefusalCode {
  const text = refusalText(message);
  let first: { readonly at: number; readonly code: RefusalCode } | undefined;
  for (const [pattern, code] of CODES) {
    const at = text.search(pattern);
    if (at >= 0 && at < (first?.at ?? Infinity)) first = { at, code };
  }
  return first?.code ?? 'CreateDenied';
}
