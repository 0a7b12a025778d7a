/** The ledger of retroactive exclusions: hours that are taken out of budgets afterwards, by whom and why. Entries are added, never changed. */
import { z } from 'zod';
import { parseRfc3339 } from './rfc3339.ts';

/** One entry, flat as it is kept: '' is what does not apply. Times are wall-clock milliseconds. */
export interface LedgerEntry {
  readonly id: string;
  readonly cluster: string;
  readonly recordedMs: number;
  /** Who the token of the request belonged to. */
  readonly author: string;
  readonly reason: string;
  /** The DaemonSet whose hours are excluded; '' for all. */
  readonly namespace: string;
  readonly daemonset: string;
  /** '' for all. */
  readonly pool: string;
  /** Whole hours in UTC, the end not in it; both 0 for an entry that revokes. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The id of the entry that this one takes back. */
  readonly revokes: string;
}

/** How far back hours may be excluded. */
export const EXCLUDABLE_MS = 30 * 86_400_000;

const HOUR_MS = 3_600_000;

/** What is asked for: an exclusion, or the end of one. */
export type ExclusionWish = Pick<
  LedgerEntry,
  'reason' | 'namespace' | 'daemonset' | 'pool' | 'fromMs' | 'toMs' | 'revokes'
>;

/** A wish, or what is wrong with it in one line. */
export type CheckedExclusion =
  { readonly ok: true; readonly wish: ExclusionWish } | { readonly ok: false; readonly fault: string };

const line = z.string().regex(/^\P{Cc}{1,500}$/u, 'is not one line of 1 to 500 characters');
const hour = z
  .string()
  .refine((text) => parseRfc3339(text) !== undefined, {
    error: ({ input }) =>
      `${JSON.stringify(input)}: is not a time; write it in RFC 3339 with its zone, such as 2027-01-31T13:00:00Z`,
    abort: true,
  })
  .refine((text) => (parseRfc3339(text) ?? NaN) % HOUR_MS === 0, {
    error: ({ input }) =>
      `${JSON.stringify(input)}: is not a full hour in UTC, and totals are kept by the hour; write ${sayHoursAround(String(input))}`,
  });

/** The full hours before and after a time: rounding is the author's to decide, since it takes more or less out of budgets. */
function sayHoursAround(text: string): string {
  const hour = Math.floor((parseRfc3339(text) ?? 0) / HOUR_MS) % 24;
  const [early, late] = [hour, (hour + 1) % 24].map((own) => `${String(own).padStart(2, '0')}:00:00Z`);
  return `${early}, before it, or ${late}${hour === 23 ? ' of the next day' : ''}, after it`;
}

const exclusion = z.strictObject({
  namespace: line.exactOptional(),
  daemonset: line.exactOptional(),
  pool: line.exactOptional(),
  from: hour,
  to: hour,
  reason: line,
});
const revocation = z.strictObject({ revokes: line, reason: line });

/** Reads the body of a request at `nowMs`; NaN for who cannot say what is too old or to come, as a command without the collector's clock. Never throws. */
export function checkExclusion(document: unknown, nowMs: number): CheckedExclusion {
  const isRevocation = typeof document === 'object' && document !== null && 'revokes' in document;
  return isRevocation ? readRevocation(document) : readExclusion(document, nowMs);
}

function readRevocation(document: object): CheckedExclusion {
  const parsed = revocation.safeParse(document);
  return parsed.success ? { ok: true, wish: { ...NOTHING, ...parsed.data } } : refuse(parsed.error);
}

function readExclusion(document: unknown, nowMs: number): CheckedExclusion {
  const parsed = exclusion.safeParse(document);
  if (!parsed.success) return refuse(parsed.error);
  const { from, to, ...named } = parsed.data;
  const wish = { ...NOTHING, ...named, fromMs: parseRfc3339(from) ?? 0, toMs: parseRfc3339(to) ?? 0 };
  const fault = findFault(wish, nowMs);
  return fault === undefined ? { ok: true, wish } : { ok: false, fault };
}

const NOTHING: ExclusionWish = { namespace: '', daemonset: '', pool: '', reason: '', fromMs: 0, toMs: 0, revokes: '' };

function findFault({ namespace, daemonset, fromMs, toMs }: ExclusionWish, nowMs: number): string | undefined {
  if ((namespace === '') !== (daemonset === ''))
    return 'namespace and daemonset go together: name both, or neither for all DaemonSets';
  if (toMs <= fromMs) return 'to: is not after from; write a later hour';
  if (toMs > nowMs)
    return 'to: is not over yet; exclude hours that have ended, and write a MaintenanceWindow for those to come';
  if (fromMs < nowMs - EXCLUDABLE_MS) return 'from: is more than 30 days ago; what is older stays as it was counted';
  return undefined;
}

function refuse({ issues: [issue] }: z.ZodError): CheckedExclusion {
  if (issue === undefined) return { ok: false, fault: 'is not what is asked for' };
  if (issue.code === 'unrecognized_keys')
    return {
      ok: false,
      fault: `${issue.keys.join(', ')}: is not a field; write from, to, reason, and namespace, daemonset, pool`,
    };
  const field = issue.path.join('.');
  const words = issue.code === 'invalid_type' ? 'is required, as a string' : issue.message;
  return {
    ok: false,
    fault: field === '' ? 'the body is no object; send {"from", "to", "reason"}' : `${field}: ${words}`,
  };
}
