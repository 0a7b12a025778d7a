/** Reads times of RFC 3339 without the clock's own parser, which takes much else for a time. */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Milliseconds since 1970, fractions of one cut; undefined for what is no such time. A leap second is the second behind it. */
export function parseRfc3339(text: string): number | undefined {
  const [, ...parts] = RFC3339.exec(text) ?? [];
  const [year, month, day, ...clock] = parts.slice(0, 6).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const timeMs = readClock(clock);
  const offsetMs = readOffset(parts.slice(7));
  if (!isDay(year, month, day) || timeMs === undefined || offsetMs === undefined) return undefined;
  const fraction = Number((parts[6] ?? '').padEnd(3, '0').slice(0, 3));
  return daysSince1970(year, month, day) * DAY_MS + timeMs + fraction - offsetMs;
}

function readClock([hour = 0, minute = 0, second = 0]: readonly number[]): number | undefined {
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return (hour * 60 + minute) * MINUTE_MS + second * 1_000;
}

function readOffset([sign, hours = '0', minutes = '0']: readonly (string | undefined)[]): number | undefined {
  const ahead = readClock([Number(hours), Number(minutes)]);
  return ahead !== undefined && sign === '-' ? -ahead : ahead;
}

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** By the Gregorian calendar, in years that begin in March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const [y, m] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + Math.floor((153 * m + 2) / 5) + day - 719_469;
}
