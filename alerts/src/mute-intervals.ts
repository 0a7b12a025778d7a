/** Maintenance windows as Alertmanager's time intervals, as far as it can say them: it knows times of days, no recurrences, and no elapsed time. */
import { parseDuration, type MaintenanceObject, type MaintenanceWindow } from '@rollcall/contract';

/** A window with the times that it names. */
export interface TimedWindow extends Omit<MaintenanceObject, 'spells'> {
  readonly schedule: Pick<MaintenanceWindow['spec'], 'once' | 'recurring'>;
}

/** Days on which, and times at which, something holds; as Alertmanager has it, all parts must hold. Ranges include both ends. */
export interface TimeInterval {
  readonly times: readonly { readonly start: string; readonly end: string }[];
  readonly weekday?: Weekday;
  readonly days?: readonly [from: number, to: number];
  readonly months?: readonly [from: number, to: number];
  readonly years?: readonly [from: number, to: number];
  /** An IANA zone; UTC without. */
  readonly location?: string;
}

/** What can be said of a window; without intervals `lost` says why. */
export interface SaidWindow {
  readonly intervals: readonly TimeInterval[];
  /** What is not said, or not exactly. */
  readonly lost: readonly string[];
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
type Weekday = (typeof WEEKDAYS)[number];

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;
const DAY_MS = DAY_MINUTES * MINUTE_MS;
/** Every month has these many days. */
const SURE_DAYS = 28;
const MOST_DAYS = 31;
const LAST_YEAR = 2999;

/** The intervals of a window. */
export function sayWindow({ schedule: { once, recurring } }: TimedWindow): SaidWindow {
  if (once !== undefined) return saySpell(Date.parse(once.start), Date.parse(once.end));
  return recurring === undefined ? { intervals: [], lost: [] } : sayRecurring(recurring);
}

function saySpell(startMs: number, endMs: number): SaidWindow {
  const start = Math.ceil(startMs / MINUTE_MS) * MINUTE_MS;
  const end = Math.floor(endMs / MINUTE_MS) * MINUTE_MS;
  const firstDay = Math.floor(start / DAY_MS);
  const days = Math.ceil(end / DAY_MS) - firstDay;
  if (days > MOST_DAYS) return { intervals: [], lost: [`lasts longer than ${MOST_DAYS} days`] };
  const intervals = Array.from({ length: Math.max(0, days) }, (_, at): TimeInterval => {
    const midnight = (firstDay + at) * DAY_MS;
    const date = new Date(midnight);
    const [day, month, year] = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCFullYear()];
    const times = [
      clockRange(Math.max(0, (start - midnight) / MINUTE_MS), Math.min(DAY_MINUTES, (end - midnight) / MINUTE_MS)),
    ];
    return { times, days: [day, day], months: [month, month], years: [year, year] };
  });
  return { intervals, lost: [] };
}

type Recurring = NonNullable<MaintenanceWindow['spec']['recurring']>;
type DaySet = Pick<TimeInterval, 'weekday' | 'days'>;
type Parts = ReadonlyMap<string, string>;

function sayRecurring(recurring: Recurring): SaidWindow {
  const parts: Parts = new Map(recurring.rule.split(';').map((part) => part.split('=') as [string, string]));
  const unsaid = findUnsaid(recurring, parts);
  if (unsaid !== undefined) return { intervals: [], lost: [unsaid] };
  const days = findDays(recurring, parts);
  const pieces = findTimes(recurring, parts).flatMap(cutAtMidnight);
  const said = pieces.flatMap(({ times, after }) => days.map((set) => ({ times, set: shift(set, after) })));
  const whole = said.flatMap(({ times, set }) => (set === undefined ? [] : [{ times, ...set }]));
  if (whole.length < said.length)
    return { intervals: [], lost: ['goes on into a day that may be of another month, which has no name there'] };
  const { timeZone } = recurring;
  const located = whole.map((one) => ({ ...one, ...(timeZone === 'UTC' ? {} : { location: timeZone }) }));
  const { since, lost } = sinceStart(recurring.start);
  const changes = timeZone === 'UTC' ? [] : ['ends up to an hour earlier or later on the days on which clocks change'];
  return {
    intervals: since.flatMap((from) => located.map((one) => ({ ...one, ...from }))),
    lost: [...lost, ...changes],
  };
}

function findUnsaid({ except }: Recurring, parts: Parts): string | undefined {
  if ((parts.get('INTERVAL') ?? '1') !== '1') return 'has an INTERVAL, and there is nothing to count from';
  if (parts.has('COUNT')) return 'has a COUNT, and there is nothing to count from';
  if (parts.has('UNTIL')) return 'has an UNTIL, and intervals end with years';
  if (except.length > 0) return 'has exceptions';
  if (/\d/.test(parts.get('BYDAY') ?? '') && parts.has('BYMONTHDAY'))
    return 'has both numbered days of the week and days of the month';
  return undefined;
}

/** The days on which it begins, as Alertmanager names them. */
function findDays({ start }: Recurring, parts: Parts): readonly DaySet[] {
  const weekdays = (parts.get('BYDAY') ?? '').split(',').filter(Boolean).map(readWeekday);
  const ofMonth = (parts.get('BYMONTHDAY') ?? '').split(',').filter(Boolean).map(Number);
  if (ofMonth.length > 0) {
    const sets = ofMonth.map((day): DaySet => ({ days: [day, day] }));
    return weekdays.length === 0 ? sets : sets.flatMap((set) => weekdays.map((own) => ({ ...own, ...set })));
  }
  if (weekdays.length > 0) return weekdays;
  const first = new Date(`${start}Z`);
  switch (parts.get('FREQ')) {
    case 'WEEKLY':
      return [{ weekday: weekdayAt(first.getUTCDay()) }];
    case 'MONTHLY':
      return [{ days: [first.getUTCDate(), first.getUTCDate()] }];
    default:
      return [{}];
  }
}

/** 2TU is a Tuesday among the days 8 to 14, -1FR a Friday among the last seven. */
function readWeekday(text: string): DaySet {
  const weekday = weekdayAt(['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].indexOf(text.slice(-2)));
  const at = Number(text.slice(0, -2));
  if (at === 0) return { weekday };
  if (at > 0) return { weekday, days: [7 * at - 6, Math.min(7 * at, 31)] };
  return { weekday, days: [Math.max(7 * at, -31), 7 * at + 6] };
}

function weekdayAt(index: number): Weekday {
  return WEEKDAYS[index % WEEKDAYS.length] ?? 'sunday';
}

/** From and to, in minutes after the midnight before it begins; whole minutes, rather too short. */
function findTimes({ start, duration }: Recurring, parts: Parts): readonly (readonly [number, number])[] {
  const [hour = '0', minute = '0', second = '0'] = start.slice(11).split(':');
  const hours = (parts.get('BYHOUR') ?? hour).split(',').map(Number);
  const minutes = (parts.get('BYMINUTE') ?? minute).split(',').map(Number);
  const seconds = Number(second);
  const lasts = (parseDuration(duration) ?? 0) / MINUTE_MS;
  return hours.flatMap((h) =>
    minutes.map((m) => {
      const begins = 60 * h + m + seconds / 60;
      return [Math.ceil(begins), Math.floor(begins + lasts)] as const;
    }),
  );
}

interface Piece {
  readonly times: TimeInterval['times'];
  /** How many days after the one on which it begins. */
  readonly after: number;
}

function cutAtMidnight([from, to]: readonly [number, number]): readonly Piece[] {
  return Array.from({ length: Math.ceil(to / DAY_MINUTES) }, (_, after) => {
    const start = Math.max(0, from - after * DAY_MINUTES);
    const end = Math.min(DAY_MINUTES, to - after * DAY_MINUTES);
    return start < end ? [{ times: [clockRange(start, end)], after }] : [];
  }).flat();
}

/** The days after these; undefined where some of them may be of the next month. */
function shift({ weekday, days }: DaySet, by: number): DaySet | undefined {
  const later = weekday === undefined ? {} : { weekday: weekdayAt(WEEKDAYS.indexOf(weekday) + by) };
  if (days === undefined) return later;
  const [from, to] = [days[0] + by, days[1] + by];
  const last = days[0] > 0 ? SURE_DAYS : -1;
  return by > 0 && to > last ? undefined : { ...later, days: [from, to] };
}

/** Nothing is to be mute before the first time. Intervals have no beginning but months of years, so the first month may be left out. */
function sinceStart(start: string): {
  readonly since: readonly Pick<TimeInterval, 'months' | 'years'>[];
  readonly lost: readonly string[];
} {
  const [year = 0, month = 0, day = 0] = start.slice(0, 10).split('-').map(Number);
  const from = day === 1 ? month : month + 1;
  return {
    since: [
      ...(from > 12 ? [] : [{ months: [from, 12], years: [year, year] } as const]),
      { years: [year + 1, LAST_YEAR] } as const,
    ],
    lost: day === 1 ? [] : ['is left out in the month in which it begins'],
  };
}

function clockRange(from: number, to: number): { readonly start: string; readonly end: string } {
  return { start: clock(from), end: clock(to) };
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
