import type { NodeObject, StringMap } from '@rollcall/contract';
import { isDeepStrictEqual } from 'node:util';
import { encodeObject } from '@rollcall/embedded-kube';
import { TextTable, Wire } from '@rollcall/kube';
import { describe, expect, test } from 'vitest';
import { createChance, type Chance } from '../test-random.ts';
import { createNodeSharing, projectNode } from './project-node.ts';
import { projectNodeWire } from './project-node-wire.ts';
import { createPodSharing, projectPod } from './project-pod.ts';
import { projectPodWire } from './project-pod-wire.ts';
import { createInterner } from './read-field.ts';
import { drawNode, drawPod } from './test-draw-objects.ts';
import { shuffleFields, wireField, type MessageShape } from './test-wire.ts';

interface Projections {
  fromJson(raw: unknown): unknown;
  fromWire(bytes: Buffer, uid: string): unknown;
}

function createProjections(kind: 'Node' | 'Pod'): Projections {
  const wire = new Wire(new TextTable());
  const intern = createInterner(100);
  const nodes = [createNodeSharing(intern), createNodeSharing(intern)] as const;
  const pods = [createPodSharing(intern), createPodSharing(intern)] as const;
  return {
    fromJson: (raw) => (kind === 'Node' ? projectNode(raw, nodes[0]) : projectPod(raw, pods[0])),
    fromWire: (bytes, uid) => {
      wire.open(bytes, 0, bytes.length);
      return kind === 'Node' ? projectNodeWire(wire, uid, nodes[1]) : projectPodWire(wire, uid, pods[1]);
    },
  };
}

const LEAF = {};
const METADATA = { 8: LEAF, 9: LEAF, 11: LEAF, 12: LEAF, 13: LEAF, 17: { 4: LEAF, 7: LEAF } };
const STATE = { 1: LEAF, 2: LEAF, 3: { 6: LEAF } };
const CONTAINER = { 2: STATE, 3: STATE };
const SHAPES: Readonly<Record<'Node' | 'Pod', MessageShape>> = {
  Node: { 1: METADATA, 2: { 5: { 4: LEAF } }, 3: { 1: { 2: LEAF }, 4: { 4: LEAF }, 5: LEAF } },
  Pod: {
    1: METADATA,
    2: { 18: { 1: { 1: { 1: { 2: LEAF } } } } },
    3: { 2: { 4: LEAF }, 8: CONTAINER, 10: CONTAINER },
  },
};

const KINDS: readonly (readonly ['Node' | 'Pod', (chance: Chance) => object])[] = [
  ['Node', drawNode],
  ['Pod', drawPod],
];

/** Which pairs a node has for itself depends on those that came before it, refused ones too; what it has does not. */
function joinPairs(projected: unknown): unknown {
  if (typeof projected !== 'object' || projected === null || !('sharedLabels' in projected)) return projected;
  const { sharedLabels, ownLabels, sharedAnnotations, ownAnnotations, ...others } = projected as NodeObject;
  const join = (...maps: readonly StringMap[]): unknown => new Map(maps.flatMap((map) => Object.entries(map)));
  return { ...others, labels: join(sharedLabels, ownLabels), annotations: join(sharedAnnotations, ownAnnotations) };
}

const uidOf = (raw: object): string => (raw as { metadata?: { uid?: string } }).metadata?.uid ?? '';

function answer(project: () => unknown): unknown {
  try {
    return joinPairs(project());
  } catch (error) {
    return String(error);
  }
}

describe.each(KINDS)('a %s in protobuf', (kind, draw) => {
  test.each([2026, 36])('is projected as its JSON is, 1000 random ones of seed %i', (seed) => {
    const chance = createChance(seed);
    const { fromJson, fromWire } = createProjections(kind);
    const answers = Array.from({ length: 1000 }, () => {
      const raw = draw(chance);
      const bytes = encodeObject(kind, JSON.parse(JSON.stringify(raw)));
      const inAnyOrder = shuffleFields(bytes, SHAPES[kind], chance);
      return [answer(() => fromWire(inAnyOrder, uidOf(raw))), answer(() => fromJson(JSON.parse(JSON.stringify(raw))))];
    });
    // Looked for with Node's own comparison, which is faster, and shown with vitest's.
    const [found, expected] = answers.find(([one, other]) => !isDeepStrictEqual(one, other)) ?? [];
    expect(found).toStrictEqual(expected);
    const refused = answers.filter(([one]) => typeof one === 'string').length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(300);
  });

  test('that ends in the middle leaves nothing behind for the next one', () => {
    const { fromJson, fromWire } = createProjections(kind);
    const raw = { metadata: { name: 'n1', uid: 'u1', labels: { a: 'b' }, annotations: { c: 'd' } } };
    const bytes = encodeObject(kind, raw);
    for (let end = 1; end < bytes.length; end++) answer(() => fromWire(bytes.subarray(0, end), 'u1'));
    expect(answer(() => fromWire(bytes, 'u1'))).toStrictEqual(answer(() => fromJson(structuredClone(raw))));
  });
});

describe('a time', () => {
  const project = (time: Buffer): unknown => {
    const metadata = Buffer.concat([wireField(1, 'n1'), wireField(8, time)]);
    return createProjections('Node').fromWire(wireField(1, metadata), 'u1');
  };

  test.each<[string, number[], number | undefined]>([
    ['without any field is absent: it is zero in Go', [], undefined],
    ['of seconds and nanoseconds is whole seconds', [0x08, 5, 0x10, 7], 5000],
    ['that leaves its seconds out is the epoch', [0x10, 7], 0],
    ['before the epoch is absent', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], undefined],
    ['after the year 9999 is absent', [0x08, 0x80, 0x9f, 0xd9, 0xa9, 0xd8, 0x07], undefined],
  ])('%s', (_, bytes, createdAt) => {
    expect(project(Buffer.from(bytes))).toMatchObject({ createdAt });
  });
});

describe('who changed a node', () => {
  const project = (...fieldsV1: readonly string[]): unknown => {
    const entries = fieldsV1.map((json) =>
      wireField(17, Buffer.concat([wireField(1, 'm'), wireField(7, wireField(1, json))])),
    );
    const metadata = Buffer.concat([wireField(1, 'n1'), ...entries]);
    return createProjections('Node').fromWire(wireField(1, metadata), 'u1');
  };

  test.each<[string, string, string | undefined]>([
    ['is found behind an escape', String.raw`{"f:metadata":{"f:l\u0061bels":{}}}`, 'm'],
    ['is nobody who owns another field of that name', '{"f:status":{"f:labels":{}}}', undefined],
    ['is nobody whose fields are no JSON', '{"f:metadata":{"f:labels":', undefined],
    ['is nobody whose fields are empty', '', undefined],
  ])('%s', (_, json, manager) => {
    expect(project(json)).toMatchObject({ editor: manager && { manager } });
  });

  test('is found among more managers than are remembered', () => {
    const others = Array.from({ length: 600 }, (_, n) => `{"f:x":{"f:labels":{"f:${n}":{}}}}`);
    expect(project(...others, '{"f:spec":{"f:taints":{}}}')).toMatchObject({ editor: { manager: 'm' } });
  });
});
