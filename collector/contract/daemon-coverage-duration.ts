/** The durations that a DaemonCoverage is written in: a few units, no fractions. */

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** The milliseconds of a duration such as 90s, 5m, 1h30m or 30d; units from the largest to the smallest, each at most once. Undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(?<d>\d{1,3})d)?(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,6})s)?$/.exec(text);
  if (match?.groups === undefined || text === '') return undefined;
  const { groups } = match;
  return Object.entries(UNITS).reduce((sum, [unit, ms]) => sum + Number(groups[unit] ?? 0) * ms, 0);
}
