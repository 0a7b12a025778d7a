/** Numbers in Grafana's units. A unit that is not here is refused, so that no picture shows a number in another one. */

/** How a unit writes a number; `decimals` null picks as many as tell. */
type Writer = (value: number, decimals: number | null) => string;

const SECONDS = [
  ['ns', 1e-9],
  ['µs', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['mins', 60],
  ['hours', 3600],
  ['days', 86_400],
  ['weeks', 604_800],
  ['years', 31_536_000],
] as const;

const WRITERS: Readonly<Record<string, Writer>> = {
  none: (value, decimals) => fixed(value, decimals),
  short: (value, decimals) => scaled(value, decimals, { base: 1000, names: ['', ' K', ' Mil', ' Bil', ' Tri'] }),
  sishort: (value, decimals) => scaled(value, decimals, { base: 1000, names: ['', 'K', 'M', 'G', 'T'] }),
  locale: (value, decimals) => value.toLocaleString('en-US', { maximumFractionDigits: decimals ?? 2 }),
  percent: (value, decimals) => `${fixed(value, decimals)}%`,
  percentunit: (value, decimals) => `${fixed(value * 100, decimals)}%`,
  bytes: (value, decimals) => scaled(value, decimals, { base: 1024, names: [' B', ' KiB', ' MiB', ' GiB', ' TiB'] }),
  decbytes: (value, decimals) => scaled(value, decimals, { base: 1000, names: [' B', ' kB', ' MB', ' GB', ' TB'] }),
  Bps: (value, decimals) =>
    scaled(value, decimals, { base: 1000, names: [' B/s', ' kB/s', ' MB/s', ' GB/s', ' TB/s'] }),
  binBps: (value, decimals) => scaled(value, decimals, { base: 1024, names: [' B/s', ' KiB/s', ' MiB/s', ' GiB/s'] }),
  ops: (value, decimals) => scaled(value, decimals, { base: 1000, names: [' ops/s', 'K ops/s', 'M ops/s'] }),
  reqps: (value, decimals) => scaled(value, decimals, { base: 1000, names: [' req/s', 'K req/s', 'M req/s'] }),
  cps: (value, decimals) => scaled(value, decimals, { base: 1000, names: [' c/s', 'K c/s', 'M c/s'] }),
  ns: (value, decimals) => duration(value / 1e9, decimals),
  ms: (value, decimals) => duration(value / 1000, decimals),
  s: (value, decimals) => duration(value, decimals),
  m: (value, decimals) => duration(value * 60, decimals),
  h: (value, decimals) => duration(value * 3600, decimals),
  d: (value, decimals) => duration(value * 86_400, decimals),
  dtdurations: (value, decimals) => longDuration(value, decimals),
  dtdurationms: (value, decimals) => longDuration(value / 1000, decimals),
  bool: (value) => (value === 0 ? 'False' : 'True'),
  bool_yes_no: (value) => (value === 0 ? 'No' : 'Yes'),
  bool_on_off: (value) => (value === 0 ? 'Off' : 'On'),
  string: String,
  dateTimeAsIso: (value) => formatTime(value),
  dateTimeFromNow: (value) => formatTime(value),
};

/** The number with its unit, as Grafana writes it. Throws on a unit that the preview does not know. */
export function formatNumber(value: number, unit: string | undefined, decimals: number | undefined): string {
  if (!Number.isFinite(value)) return value > 0 ? '+∞' : '-∞';
  const write = unit === undefined || unit === '' ? fixed : (WRITERS[unit] ?? affixWriter(unit));
  if (write === undefined) throw new Error(`the unit ${unit} is not known to the preview`);
  return write(value, decimals ?? null);
}

/** `suffix: nodes` and `prefix:~`: units of one's own. */
function affixWriter(unit: string): Writer | undefined {
  const [, kind, affix = ''] = /^(suffix|prefix):(.*)$/s.exec(unit) ?? [];
  if (kind === 'suffix') return (value, decimals) => `${fixed(value, decimals)} ${affix.trimStart()}`;
  return kind === 'prefix' ? (value, decimals) => `${affix}${fixed(value, decimals)}` : undefined;
}

/** Milliseconds as date and time of UTC, to the second. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** With as many decimals as asked, or as tell: three significant digits, trailing zeros left out. */
function fixed(value: number, decimals: number | null): string {
  if (decimals !== null) return value.toFixed(decimals);
  if (Number.isInteger(value)) return String(value);
  const size = Math.floor(Math.log10(Math.abs(value)));
  return String(Number(value.toFixed(Math.min(Math.max(2 - size, 0), 10))));
}

function scaled(
  value: number,
  decimals: number | null,
  { base, names }: { base: number; names: readonly string[] },
): string {
  let [rest, step] = [value, 0];
  while (Math.abs(rest) >= base && step < names.length - 1) [rest, step] = [rest / base, step + 1];
  return `${fixed(rest, decimals)}${names[step]}`;
}

function duration(seconds: number, decimals: number | null): string {
  if (seconds === 0) return '0 s';
  const [name, size] = SECONDS.findLast(([, least]) => Math.abs(seconds) >= least) ?? SECONDS[0];
  const amount = seconds / size;
  const singular = amount === 1 ? name.replace(/s$/, '') : name;
  return `${fixed(amount, decimals)} ${size >= 60 ? singular : name}`;
}

/** Two units at most: `2 days, 3 hours`. */
function longDuration(seconds: number, decimals: number | null): string {
  const units = [
    ['year', 31_536_000],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const first = units.findIndex(([, size]) => Math.abs(seconds) >= size);
  if (first === -1) return `${fixed(seconds, decimals)} seconds`;
  let rest = Math.abs(seconds);
  const parts = units.slice(first, first + Math.max(2, (decimals ?? 0) + 1)).map(([name, size]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return amount === 0 ? '' : `${amount} ${name}${amount === 1 ? '' : 's'}`;
  });
  return `${seconds < 0 ? '-' : ''}${parts.filter((part) => part !== '').join(', ')}`;
}
