/**
 * From a window as it is written to the times at which it is open. A time of a rule that the clocks leave out in spring does not happen, as
 * RFC 5545 has it; one that they show twice in autumn happens the first time; the duration is elapsed time.
 */
import { parseDuration, type MaintenanceWindow, type WallSpell } from '@rollcall/contract';
import { RRuleTemporal } from 'rrule-temporal';

type Schedule = Pick<MaintenanceWindow['spec'], 'once' | 'recurring'>;

/** As far back as the longest period of an objective reaches, and the longest window before that. */
const BEHIND_MS = 93 * 86_400_000;
/** Far beyond the next time at which windows are expanded anew. */
const AHEAD_MS = 8 * 86_400_000;
/** More than anybody plans: a window every few minutes would have more. */
const MOST_SPELLS = 2_000;

/** Its spells about `nowMs`, in order; at least the next one where there is one. Throws only for what the schema refuses. */
export function expandWindow({ once, recurring }: Schedule, nowMs: number): readonly WallSpell[] {
  if (once !== undefined) return [{ startsAt: Date.parse(once.start), endsAt: Date.parse(once.end) }];
  if (recurring === undefined) return [];
  const { duration, except } = recurring;
  const lastsMs = parseDuration(duration) ?? 0;
  const rule = new RRuleTemporal({ rruleString: writeRule(recurring) });
  const began = rule.between(new Date(nowMs - BEHIND_MS), new Date(nowMs + AHEAD_MS), true).slice(-MOST_SPELLS);
  const next = rule.next(new Date(nowMs + AHEAD_MS));
  const left = new Set(except);
  return (next === null ? began : [...began, next])
    .filter((at) => !left.has(localText(at)))
    .map(({ epochMilliseconds: startsAt }) => ({ startsAt, endsAt: startsAt + lastsMs }));
}

function writeRule({ rule, start, timeZone }: NonNullable<Schedule['recurring']>): string {
  return `DTSTART;TZID=${timeZone}:${start.replaceAll(/[-:]/g, '')}\nRRULE:${rule}`;
}

function localText(at: { toPlainDateTime(): { toString(): string } }): string {
  const text = at.toPlainDateTime().toString();
  return text.length === 16 ? `${text}:00` : text.slice(0, 19);
}
