/** Reads and writes Kubernetes quantities exactly (apimachinery resource.Quantity), in nano-units. */

const QUANTITY = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d{1,2})?$/;
const NANO = 10n ** 9n;
const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** The quantity in nano-units, rounded up; undefined if it is none. A YAML number is read like its text. */
export function parseQuantity(value: unknown): bigint | undefined {
  const found = typeof value === 'string' || typeof value === 'number' ? QUANTITY.exec(String(value)) : null;
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = found;
  const digits = BigInt(whole + fraction) * (BINARY[suffix] ?? 1n);
  const nano = scale(digits, 9 - fraction.length + readPower(suffix));
  return sign === '-' ? -nano : nano;
}

function readPower(suffix: string): number {
  return DECIMAL[suffix] ?? (/^[eE][-+\d]/.test(suffix) ? Number(suffix.slice(1)) : 0);
}

function scale(digits: bigint, power: number): bigint {
  return power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(-power));
}

/** What the scheduler compares: whole milli-units of cpu and whole units of everything else, rounded up. */
export function toComparable(resource: string, nano: bigint): bigint {
  return divideUp(nano, resource === 'cpu' ? NANO / 1000n : NANO);
}

/** A comparable amount as people write it: `1500m`, `3`, `512Mi`. */
export function formatAmount(resource: string, amount: bigint): string {
  if (resource === 'cpu') return amount % 1000n === 0n ? String(amount / 1000n) : `${amount}m`;
  const unit = Object.entries(BINARY).findLast(([, size]) => amount >= size && amount % size === 0n);
  return unit === undefined ? String(amount) : `${amount / unit[1]}${unit[0]}`;
}

function divideUp(value: bigint, by: bigint): bigint {
  return value > 0n ? (value + by - 1n) / by : value / by;
}
