import { createStore, startEmbeddedKube, type EmbeddedKube } from '@rollcall/embedded-kube';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectTo } from '../test-server.ts';
import { createFakeTime } from '../test-time.ts';
import { startReflector, type Projection, type ReflectorSink, type Wire } from '../index.ts';

type Action =
  | { readonly do: 'put'; readonly name: string; readonly selected: boolean }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'cut'; readonly midObject: boolean }
  | { readonly do: 'refuse'; readonly status: 429 | 503; readonly times: number }
  | { readonly do: 'compact' | 'restart' }
  | { readonly do: 'speak'; readonly jsonOnly: boolean }
  | { readonly do: 'wait'; readonly ms: number };

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put'), name, selected: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete'), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 100, 1000, 40_000) }) },
  fc.record({ do: fc.constant('cut'), midObject: fc.boolean() }),
  fc.record({ do: fc.constant('refuse'), status: fc.constantFrom(429, 503), times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constantFrom('compact', 'restart') }),
  fc.record({ do: fc.constant('speak'), jsonOnly: fc.boolean() }),
);

/** What the server held, and what a sink may therefore be told. */
interface Truth {
  readonly versions: Set<string>;
  readonly onceGone: Set<string>;
  now(): Map<string, string>;
}

function follow(kube: EmbeddedKube): Truth {
  const versions = new Set<string>();
  const onceGone = new Set<string>();
  const now = (): Map<string, string> =>
    new Map(
      kube.store
        .list('Node', { labelSelector: 'in=yes' })
        .map(({ metadata }) => [String(metadata.uid), String(metadata.resourceVersion)]),
    );
  let before = now();
  kube.store.onChange('Node', () => {
    const after = now();
    for (const uid of before.keys()) if (!after.has(uid)) onceGone.add(uid);
    for (const [uid, version] of after) versions.add(`${uid}@${version}`);
    before = after;
  });
  return { versions, onceGone, now };
}

/** A sink that refuses what cannot be true: a version that never was, a step back or a repetition, a removal of what never went. */
function createStrictSink(truth: Truth, held: Map<string, string>, lies: string[]): ReflectorSink<string> {
  return {
    upsert({ uid, resourceVersion }) {
      const known = Number(held.get(uid) ?? 0);
      if (!truth.versions.has(`${uid}@${resourceVersion}`)) lies.push(`${uid}@${resourceVersion} never was`);
      if (Number(resourceVersion) <= known) lies.push(`${uid}: ${resourceVersion} after ${known}`);
      held.set(uid, resourceVersion);
    },
    remove(uid) {
      if (!truth.onceGone.has(uid)) lies.push(`${uid} never went`);
      held.delete(uid);
    },
    state: () => undefined,
  };
}

async function perform(kube: EmbeddedKube, step: Action): Promise<void> {
  switch (step.do) {
    case 'put': {
      const labels = { in: step.selected ? 'yes' : 'no', nonce: kube.store.resourceVersion() };
      kube.store.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: step.name, labels } });
      return;
    }
    case 'delete':
      if (kube.store.get({ kind: 'Node', name: step.name })) kube.store.delete({ kind: 'Node', name: step.name });
      return;
    case 'cut':
      return kube.faults.cutWatches(step);
    case 'refuse':
      return kube.faults.failNext({ ...step, retryAfter: 1 });
    case 'compact':
      return kube.faults.compact();
    case 'restart':
      await kube.faults.stopListening();
      return kube.faults.startListening();
    case 'speak':
      return kube.faults.speakJsonOnly(step.jsonOnly);
    case 'wait':
      return;
  }
}

const json: Projection<string> = { fromJson: () => 'JSON' };

function fromProtobuf(wire: Wire): string {
  while (wire.next() !== 0);
  return 'protobuf';
}

describe('a reflector on a server that fails at random', () => {
  it.each([
    { streamingList: true, encoding: 'JSON' },
    { streamingList: false, encoding: 'JSON' },
    { streamingList: true, encoding: 'protobuf' },
    { streamingList: false, encoding: 'protobuf' },
  ])(
    'tells the truth at every moment and all of it in the end (streaming lists: $streamingList, in $encoding)',
    async ({ streamingList, encoding }) => {
      const read = new Set<string>();
      const run = async (actions: readonly Action[]): Promise<void> => {
        const kube = await startEmbeddedKube({ store: createStore({ historyLimit: 4 }), streamingList });
        const time = createFakeTime();
        const truth = follow(kube);
        const held = new Map<string, string>();
        const lies: string[] = [];
        const connection = await connectTo(kube, time);
        const log = { info: () => undefined, warn: () => undefined };
        const resource = { path: '/api/v1/nodes', labelSelector: 'in=yes' };
        const strict = createStrictSink(truth, held, lies);
        const sink: typeof strict = {
          ...strict,
          upsert: (item) => {
            read.add(item.value);
            strict.upsert(item);
          },
        };
        const reflector = startReflector({
          connection,
          resource,
          projection: encoding === 'JSON' ? json : { ...json, fromProtobuf },
          sink,
          clock: time,
          timers: time,
          log,
        });
        // Time passes slowly enough for loopback answers to come before their limits.
        const pass = async (ms: number): Promise<void> => {
          for (let passed = 0; passed <= ms; passed += 100) {
            time.advance(100);
            await new Promise((resolve) => setImmediate(resolve));
          }
        };
        for (const step of actions) {
          await perform(kube, step);
          if (step.do === 'wait') await pass(step.ms);
        }
        const isTrue = (): boolean => isDeepStrictEqual(held, truth.now());
        for (let turn = 0; turn < 2000 && !(isTrue() && reflector.status().state.name === 'live'); turn++)
          await pass(0);
        const { state, objects } = reflector.status();
        await reflector.stop();
        connection.close();
        await kube.stop();
        expect(lies).toEqual([]);
        expect(held).toEqual(truth.now());
        expect({ name: state.name, objects }).toEqual({ name: 'live', objects: held.size });
        expect(time.pending()).toEqual([]);
      };
      await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), run), {
        numRuns: 40,
        timeout: 4000,
      });
      // The server spoke JSON only at times.
      expect([...read].sort()).toEqual(encoding === 'JSON' ? ['JSON'] : ['JSON', 'protobuf']);
    },
    30_000,
  );
});
