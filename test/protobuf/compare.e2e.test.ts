/** JSON and protobuf give the same objects, 20,000 times a round; and Kubernetes' own protobuf is read as it was meant, as ours is by Kubernetes. */
import { expect, inject, test } from 'vitest';
import { encodeInGo, verifyInGo, type CodedPair } from '../control-plane/index.ts';
import { announceSeed, createRandom } from '../e2e/random.ts';
import { PROTOBUF } from '@rollcall/embedded-kube';
import { writeLists, writeObject, writeWatches, type Kind } from './bodies.ts';
import { compareEncodings, compareHeard, createComparison, describeComparison, drawObjects } from './compare.ts';
import { createReading, type Heard } from './read-body.ts';
import type { Json } from './words.ts';

const KINDS = ['Node', 'Pod'] as const;
const MANY = 10_000 * inject('rounds');
const IN_GO = 2_000 * inject('rounds');

test.each(KINDS)(`${MANY} random objects are the same in JSON and in protobuf: %s`, (kind) => {
  const comparison = compareEncodings(kind, announceSeed(), MANY);
  console.log(describeComparison(kind, comparison));
  expect(comparison.differences).toEqual([]);
  expect(comparison.compared).toBe(MANY);
});

test.each(KINDS)(
  `${IN_GO} random objects in the bytes of Go are the same as in JSON, in a watch and in a list: %s`,
  async (kind) => {
    const objects = [...drawObjects(kind, createRandom(announceSeed()), IN_GO)];
    const comparison = createComparison();
    const watched = await readGoWatch(kind, objects, comparison);
    compareHeard(comparison, readJsonWatch(kind, objects, comparison), { found: watched, objects });
    const chunks: Buffer[] = [];
    await encodeInGo(['list', kind], objects, (chunk) => chunks.push(chunk));
    const listed = createReading(kind).list({ contentType: PROTOBUF, bytes: Buffer.concat(chunks) }, (bytes) => [
      bytes,
    ]);
    const { json } = writeLists(kind, objects);
    compareHeard(
      comparison,
      createReading(kind).list(json, (bytes) => [bytes]),
      { found: listed, objects },
    );
    console.log(describeComparison(`${kind} by Go`, comparison));
    expect(comparison.differences).toEqual([]);
    expect(comparison.compared).toBe(2 * IN_GO);
  },
);

test.each(KINDS)(`Go reads ${IN_GO} random objects in our bytes as it reads them in JSON: %s`, async (kind) => {
  const random = createRandom(announceSeed());
  const pairs = function* (): Generator<CodedPair> {
    for (const object of drawObjects(kind, random, IN_GO)) yield { object, protobuf: writeObject(kind, object) };
  };
  expect(await verifyInGo(pairs())).toBe(IN_GO);
});

test('Go tells where our bytes are another object', async () => {
  const object = { kind: 'Node', apiVersion: 'v1', metadata: { name: 'a' }, spec: { unschedulable: true } };
  const protobuf = writeObject('Node', { ...object, spec: {} });
  await expect(verifyInGo([{ object, protobuf }])).rejects.toThrow('line 1: want');
});

async function readGoWatch(kind: Kind, objects: readonly Json[], sizes: { protobufBytes: number }) {
  const heard: Heard[] = [];
  const push = createReading(kind).openWatch(`${PROTOBUF};stream=watch`, (one) => heard.push(one));
  await encodeInGo(['watch'], objects, (chunk) => {
    sizes.protobufBytes += 2 * chunk.length;
    push(chunk);
  });
  return heard;
}

function readJsonWatch(kind: Kind, objects: readonly Json[], sizes: { jsonBytes: number }): readonly Heard[] {
  const { json } = writeWatches(
    kind,
    objects.map((object) => ({ type: 'ADDED', object })),
  );
  sizes.jsonBytes += 2 * json.bytes.length;
  return createReading(kind).watch(json, (bytes) => [bytes]);
}
