/**
 * Makes of the one Node and the one Pod as many as are wanted: what differs between the machines of a real fleet (uids, addresses, cloud
 * ids, times) differs here too, so that nobody profits from strings that are alike. All values of a mark are equally wide.
 */

/** An object with marks, as JSON would parse it. */
export interface Template {
  readonly kind: string;
  readonly apiVersion: string;
}

/** The marks that stand for an instant. */
export const TIMES = ['created', 'moved', 'at'] as const;

/** The marks that stand for a text. */
export const TEXTS = {
  index: '%index',
  version: '%version~~',
  life: '%life',
  uid: '%uid~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~',
  machine: '%machine~~~~~~~~~',
  address: '%address~~~~~~',
  cidr: '%cidr~~~~~~~~~~',
  zone: '%zone~',
  pool: '%pool~',
  node: '%node~',
  hash: '%hash~~~~~',
} as const;

/** The mark of an instant in RFC 3339 to the second. */
export function timeMark(name: (typeof TIMES)[number]): string {
  return `%${name}`.padEnd(20, '~');
}

const INSTANT = /2026-01-10T08:00:00Z/g;

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/"uid":"[^"]*%index"/g, `"uid":"${TEXTS.uid}"`],
  [/i-00000000000%index/g, `i-${TEXTS.machine}`],
  [/\/\/\/eu-central-1a\//g, `///${TEXTS.zone}/`],
  [/"10\.0\.0\.1"/g, `"${TEXTS.address}"`],
  [/10\.1\.0\.0\/24/g, TEXTS.cidr],
  [/"name":"plexd-%index"/g, `"name":"plexd-%index${TEXTS.life}"`],
  [/"lastTransitionTime":"[^"]*"/g, `"lastTransitionTime":"${timeMark('moved')}"`],
  [INSTANT, timeMark('created')],
];

/** The object with marks wherever machines differ. */
export function varyObject(object: object): Template {
  const text = REPLACED.reduce((before, [found, mark]) => before.replace(found, mark), JSON.stringify(object));
  return JSON.parse(text) as Template;
}

/** A thing of the cluster: the number of its population (below 128), its node's number, how often it was replaced, and when its state is from; Unix seconds. */
export interface Individual {
  readonly lineage: number;
  readonly index: number;
  readonly life: number;
  readonly version: number;
  readonly createdS: number;
  readonly movedS: number;
  readonly atS: number;
}

/** The values of all marks of a thing; `writeTime` gives an instant as wide as its mark is in the encoding. */
export function describeIndividual(
  { lineage, index, life, version, createdS, movedS, atS }: Individual,
  writeTime: (seconds: number) => string,
): Readonly<Record<string, string>> {
  const hex = scatter((index * 1009 + life) * 128 + lineage);
  const [one, two] = [100 + (Math.floor(index / 150) % 150), 100 + (index % 150)];
  return {
    index: String(index).padStart(6, '0'),
    version: String(version),
    life: life.toString(36).padStart(5, 'z'),
    uid: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`,
    machine: `0${hex.slice(0, 16)}`,
    address: `10.${100 + Math.floor(index / 22_500)}.${one}.${two}`,
    cidr: `10.${one}.${two}.0/24`,
    zone: `zone-${'abc'.charAt(index % 3)}`,
    pool: `pool-${'abcde'.charAt(index % 5)}`,
    created: writeTime(createdS),
    moved: writeTime(movedS),
    at: writeTime(atS),
  };
}

/** 32 hexadecimal digits that look random and are the same for the same number (the finalizer of MurmurHash3, four times). */
function scatter(seed: number): string {
  let text = '';
  for (let part = 1; part <= 4; part++) {
    let word = Math.imul(seed ^ (part * 0x9e3779b9), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    text += ((word ^ (word >>> 16)) >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}
