/** The flag that bounds the memory of a collector. */

/** How the limit is written; `0` is none, '' that of the process's control group. */
export const MEMORY_LIMIT_FORM = 'BYTES, or a number with Ki, Mi, Gi, k, M or G';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};
/** Below this not even a collector without nodes fits. */
const LEAST_BYTES = 64 * 1024 ** 2;

/** The limit in bytes: undefined where the flag is not given, Infinity for none; or what is wrong with it. */
export function parseMemoryLimit(text: string): {
  readonly bytes: number | undefined;
  readonly faults: readonly string[];
} {
  if (text === '') return { bytes: undefined, faults: [] };
  const [, digits, unit = ''] = /^(\d{1,15})(Ki|Mi|Gi|k|M|G)?$/.exec(text) ?? [];
  if (digits === undefined) {
    return { bytes: undefined, faults: [`--memory-limit: "${text}" is no size; write ${MEMORY_LIMIT_FORM}`] };
  }
  const bytes = Number(digits) * (FACTORS[unit] ?? 1);
  if (bytes === 0) return { bytes: Infinity, faults: [] };
  if (bytes >= LEAST_BYTES) return { bytes, faults: [] };
  return { bytes: undefined, faults: [`--memory-limit: "${text}" is less than 64Mi, and no collector fits in that`] };
}
