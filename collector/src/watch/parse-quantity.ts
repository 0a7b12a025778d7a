/** Reads Kubernetes quantities (apimachinery resource.Quantity) of what is measured: a double is precise enough for that. */

const QUANTITY = /^(\d{1,18}(?:\.\d{0,9})?)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d{1,2})?$/;
const FACTORS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};
/** The greatest that V8 keeps in a field without an object of its own; no node has a million cores. */
const MOST_MILLIS = 2 ** 30 - 1;

/** The amount; undefined if it is no quantity, or below 0. A JSON number is read like its text. */
export function parseQuantity(value: unknown): number | undefined {
  const found = typeof value === 'string' || typeof value === 'number' ? QUANTITY.exec(String(value)) : null;
  if (found === null) return undefined;
  const [, digits = '', suffix = ''] = found;
  if (/^[eE][-+\d]/.test(suffix)) return Number(digits + suffix);
  // Divided where it can be, since 150 / 1000 is 0.15 and 150 * 0.001 is not.
  const factor = FACTORS[suffix] ?? 1;
  return factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(digits) * factor;
}

/** The amount in thousandths; 0 if it is none. */
export function toMillis(value: unknown): number {
  return Math.min(MOST_MILLIS, Math.round(1_000 * (parseQuantity(value) ?? 0)));
}
