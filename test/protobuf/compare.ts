/** Compares what the collector makes of random objects in JSON and in protobuf. */
import { isDeepStrictEqual } from 'node:util';
import { createRandom, type Random } from '../e2e/random.ts';
import { writeLists, writeWatches, type Kind, type Told } from './bodies.ts';
import { drawNode } from './nodes.ts';
import { drawPod } from './pods.ts';
import { createReading, cutAtRandom, type Heard } from './read-body.ts';
import type { Json } from './words.ts';

/** What came of a comparison; bytes are those of the bodies. */
export interface Comparison {
  compared: number;
  /** The first few, in words. */
  readonly differences: string[];
  differing: number;
  jsonBytes: number;
  protobufBytes: number;
}

const BATCH = 250;
const MOST_SHOWN = 5;
const TYPES = ['ADDED', 'MODIFIED', 'DELETED'] as const;

/** Makes one object of that kind after the other. */
export function* drawObjects(kind: Kind, random: Random, count: number): Generator<Json> {
  const draw = kind === 'Node' ? drawNode : drawPod;
  for (let index = 0; index < count; index++) yield draw(random, index);
}

/** Nothing compared yet. */
export function createComparison(): Comparison {
  return { compared: 0, differences: [], differing: 0, jsonBytes: 0, protobufBytes: 0 };
}

/** Reads `count` random objects of a kind twice, by turns in lists and in watches, each cut into other chunks. */
export function compareEncodings(kind: Kind, seed: number, count: number): Comparison {
  const random = createRandom(seed);
  const comparison = createComparison();
  const [inJson, inProtobuf] = [createReading(kind), createReading(kind)];
  for (let left = count, how = 'list' as 'list' | 'watch'; left > 0; left -= BATCH) {
    const objects = [...drawObjects(kind, random, Math.min(BATCH, left))];
    const told = objects.map((object): Told => ({ type: random.pick(TYPES), object }));
    const bodies = how === 'list' ? writeLists(kind, objects) : writeWatches(kind, told);
    comparison.jsonBytes += bodies.json.bytes.length;
    comparison.protobufBytes += bodies.protobuf.bytes.length;
    const [wanted, found] = [
      inJson[how](bodies.json, cutAtRandom(random)),
      inProtobuf[how](bodies.protobuf, cutAtRandom(random)),
    ];
    if (wanted.length !== objects.length) throw new Error(`${wanted.length} of ${objects.length} objects were read`);
    compareHeard(comparison, wanted, { found, objects });
    how = how === 'list' ? 'watch' : 'list';
  }
  return comparison;
}

/** Notes where both were not told the same. */
export function compareHeard(
  comparison: Comparison,
  wanted: readonly Heard[],
  { found, objects }: { readonly found: readonly Heard[]; readonly objects: readonly Json[] },
): void {
  for (let index = 0; index < Math.max(wanted.length, found.length); index++) {
    comparison.compared++;
    if (isDeepStrictEqual(wanted[index], found[index])) continue;
    comparison.differing++;
    if (comparison.differences.length >= MOST_SHOWN) continue;
    const [json, protobuf] = [wanted[index], found[index]].map((heard) => JSON.stringify(heard));
    comparison.differences.push(`json     ${json}\nprotobuf ${protobuf}\nof ${JSON.stringify(objects[index])}`);
  }
}

/** The figures of a comparison in words. */
export function describeComparison(what: string, comparison: Comparison): string {
  const { compared, differing, jsonBytes, protobufBytes } = comparison;
  const each = (bytes: number): string => `${Math.round(bytes / compared)} B`;
  const sizes = jsonBytes === 0 ? '' : `; ${each(jsonBytes)} each in JSON, ${each(protobufBytes)} in protobuf`;
  return `${what}: ${compared} compared, ${differing} differ${sizes}`;
}
