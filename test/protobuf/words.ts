/** What random objects are made of: words as servers write them, and those that a decoder trips over. */
import type { Random } from '../e2e/random.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

const TEXTS: readonly string[] = [
  'a',
  'Ready',
  'true',
  'null',
  'k8s\0',
  '\u0000',
  '\ufeffbom',
  'ünïcödé',
  'नोड',
  '節点',
  '🛰️ 👩‍🚀',
  'e\u0301 and \u00e9',
  '\u2028\u2029',
  '"quoted" \\ /slash/',
  'line\nbreak\r\ttab',
  '\u007f\u0080\u07ff\u0800\uffff',
  '__proto__',
  'constructor',
];
/** Around the lengths at which varints grow, texts are interned, values of annotations kept, and messages cut. */
const LENGTHS = [62, 63, 64, 127, 128, 255, 256, 257];
const LARGE_LENGTHS = [1_022, 1_023, 1_024, 1_025, 1_025, 16_383, 16_384];
const FILLINGS = ['x', 'ß', '点', '🛰'];

// In 1.36 no time before 1970 is written but Go's zero one, which stands for none.
const TIMES = [
  '0001-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '1970-01-01T00:00:01Z',
  '2026-02-28T23:59:59Z',
  '2026-03-01T01:30:00+05:30',
  '2038-01-19T03:14:08Z',
  '9999-12-31T23:59:59Z',
  '1969-12-31T23:59:59Z',
];
const QUANTITIES = ['0', '1', '100m', '1500m', '0.5', '64Gi', '129e6', '9223372036854775807', '-1', '1Ki'];

/** Most are short, some of any alphabet, some very long; '' among them. */
export function drawText(random: Random): string {
  if (random.chance(0.1)) return '';
  if (random.chance(0.04)) return random.pick(FILLINGS).repeat(random.pick(LENGTHS));
  if (random.chance(0.005)) return random.pick(FILLINGS).repeat(random.pick(LARGE_LENGTHS));
  return random.chance(0.4) ? random.pick(TEXTS) : drawName(random);
}

/** As DNS labels are. */
export function drawName(random: Random): string {
  return `${random.pick(['node', 'pod', 'agent', 'ip-10-0'])}-${random.integer(0, 5_000).toString(36)}`;
}

/** One of a few words; rarely any text, or none. */
export function drawWord(random: Random, words: readonly string[]): string {
  return random.chance(0.06) ? drawText(random) : random.pick(words);
}

/** As metav1.Time is written: whole seconds. */
export function drawTime(random: Random): string {
  if (random.chance(0.2)) return random.pick(TIMES);
  return `${new Date(random.integer(1_500_000_000, 1_900_000_000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** An int32 of either sign, mostly a small one. */
export function drawInteger(random: Random): number {
  if (random.chance(0.7)) return random.integer(0, 3);
  return random.pick([-1, -128, 127, 128, 137, 255, 16_384, 2 ** 31 - 1, -(2 ** 31)]);
}

/** A quantity, not always in canonical form. */
export function drawQuantity(random: Random): string {
  return random.pick(QUANTITIES);
}

/** A port or a share: a number or a text. */
export function drawIntOrString(random: Random): number | string {
  return random.chance(0.5) ? random.integer(0, 65_535) : random.pick(['http', '25%', '']);
}

/** A map of texts, in the order of its keys' bytes, as the API server writes maps in either encoding. */
export function drawMap(random: Random, keys: readonly string[], most: number): Json {
  const pairs = random.some(
    most,
    () => [random.chance(0.1) ? drawText(random) : random.pick(keys), drawText(random)] as const,
  );
  return Object.fromEntries(pairs.toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other))));
}

/**
 * An object with some of these fields: each is there with that probability, and then sometimes null, which counts as absent. In Go's order,
 * as the API server writes them.
 */
export function drawFields(random: Random, fields: Readonly<Record<string, () => unknown>>, probability = 0.8): Json {
  const drawn: Record<string, unknown> = {};
  for (const [key, draw] of Object.entries(fields)) {
    if (!random.chance(probability)) continue;
    drawn[key] = random.chance(0.02) ? null : draw();
  }
  return drawn;
}
