/** Times and steps as Grafana writes and picks them. */

/** What is shown, in Unix milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration such as `30s` or `6h`, also behind a `>`. Throws on anything else. */
export function readDuration(text: string): number {
  const [, amount, unit] = /^>?\s*(\d+)\s*(ms|[smhdwMy])$/.exec(text) ?? [];
  const size = UNITS[unit ?? ''];
  if (size === undefined) throw new Error(`${text} is no duration`);
  return Number(amount) * size;
}

/** A time: `now`, `now-6h`, Unix milliseconds or ISO 8601. Throws on anything else. */
export function readTime(text: string, now: number): number {
  if (text === 'now') return now;
  if (text.startsWith('now-')) return now - readDuration(text.slice('now-'.length));
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`${text} is no time: give now, now-6h, Unix milliseconds or ISO 8601`);
  return time;
}

/** Steps that Grafana rounds to, in seconds, each with the raw step from which on the next one is taken. */
const STEPS = [
  [1.5, 1],
  [3.5, 2],
  [7.5, 5],
  [12.5, 10],
  [17.5, 15],
  [25, 20],
  [45, 30],
  [90, 60],
  [210, 120],
  [450, 300],
  [750, 600],
  [1050, 900],
  [1500, 1200],
  [2700, 1800],
  [5400, 3600],
  [9000, 7200],
  [16_200, 10_800],
  [32_400, 21_600],
  [86_400, 43_200],
] as const;

/** The step in milliseconds at which a range gives at most about `points` points, not below `least`. */
export function pickStep({ from, to }: TimeRange, points: number, least: number): number {
  const raw = (to - from) / points / 1000;
  const rounded = STEPS.find(([below]) => raw < below)?.[1] ?? 86_400;
  return Math.max(rounded * 1000, least);
}
