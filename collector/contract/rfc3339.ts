/** Reads times of RFC 3339 without the clock's own parser, which takes much else for a time. */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Milliseconds since 1970, fractions of one cut; undefined for what is no such time. A leap second is the second behind it. */
export function parseRfc3339(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const offset = offsetOf(parts[8], Number(parts[9] ?? 0), Number(parts[10] ?? 0));
  const fraction = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  return (
    offset &&
    daysSince1970(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction - offset.ms
  );
}

function offsetOf(sign: string | undefined, hours: number, minutes: number): { readonly ms: number } | undefined {
  if (hours > 23 || minutes > 59) return undefined;
  return { ms: (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS };
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
