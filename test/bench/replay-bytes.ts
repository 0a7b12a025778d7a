/** The replay's cluster as an API server sends it: paths, and the bytes of watch events. */
import { POLICY_API_VERSION, POLICY_KIND, WATCHED_KINDS, WINDOW_KIND } from '@rollcall/contract';
import { DAEMON, daemonSetObject, revisionObject } from './daemon-objects.ts';
import type { Encoding, KindOf } from './encoding.ts';
import { JSON_ENCODING } from './json-encoding.ts';
import { createFaces, SELECTED } from './replay-faces.ts';
import type { Template } from './vary-objects.ts';
import { isEligible, isServing, type Fleet, type Slot, type Thing } from './replay-fleet.ts';

/** How an event says what happened. */
export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Events of what is there now. */
export interface ReplayBytes {
  /** Undefined where the slot has no such thing, or the pod no node. */
  node(slot: Slot, type: EventType): Buffer | undefined;
  pod(slot: Slot, type: EventType): Buffer | undefined;
  daemonSet(type: EventType): Buffer;
  revision(type: EventType): Buffer;
  /** Everything at `path`; undefined where there is no such collection. */
  list(path: string): Iterable<Buffer> | undefined;
  /** The event that says: up to now nothing is missing. */
  bookmark(path: string, annotations: object): Buffer;
  /** What is written at `path`: what the collector has many of in the encoding, the few others in JSON. */
  encodingOf(path: string): Encoding;
}

const { group, version: policyVersion, resource } = WATCHED_KINDS.daemoncoverages;
const WINDOWS: KindOf = { kind: WINDOW_KIND, apiVersion: POLICY_API_VERSION };

/** Where the collector finds the collections. */
export const PATHS = {
  nodes: '/api/v1/nodes',
  pods: `/api/v1/namespaces/${DAEMON.namespace}/pods`,
  daemonSets: '/apis/apps/v1/daemonsets',
  revisions: `/apis/apps/v1/namespaces/${DAEMON.namespace}/controllerrevisions`,
  policies: `/apis/${group}/${policyVersion}/${resource}`,
  windows: `/apis/${group}/${policyVersion}/${WATCHED_KINDS.maintenancewindows.resource}`,
} as const;

const BINARY: ReadonlySet<string> = new Set([PATHS.nodes, PATHS.pods]);
const POLICY: KindOf = { kind: POLICY_KIND, apiVersion: POLICY_API_VERSION };
const KINDS: Readonly<Record<string, KindOf>> = {
  [PATHS.nodes]: { kind: 'Node', apiVersion: 'v1' },
  [PATHS.pods]: { kind: 'Pod', apiVersion: 'v1' },
  [PATHS.daemonSets]: { kind: 'DaemonSet', apiVersion: 'apps/v1' },
  [PATHS.revisions]: { kind: 'ControllerRevision', apiVersion: 'apps/v1' },
  [PATHS.windows]: WINDOWS,
};

const ZONES = ['zone-a', 'zone-b', 'zone-c'];
const POOLS = ['pool-a', 'pool-b', 'pool-c', 'pool-d', 'pool-e'];

/** Reads the fleet at each call; `now` is Unix milliseconds. */
export function createReplayBytes(fleet: Fleet, encoding: Encoding, now: () => number): ReplayBytes {
  const { slots } = fleet;
  const faces = createFaces(encoding);
  const encodingOf = (path: string): Encoding => (BINARY.has(path) ? encoding : JSON_ENCODING);
  const time = (ms: number): string => encoding.writeTime(Math.floor(ms / 1000));
  const common = (thing: Thing<unknown>): Readonly<Record<string, string>> => ({
    version: String(fleet.version),
    index: digits(thing.number),
    created: time(thing.madeMs),
    moved: time(thing.sinceMs),
  });
  const bytes: Omit<ReplayBytes, 'list' | 'bookmark' | 'encodingOf'> = {
    node: ({ node, number }, type) =>
      node && faces.nodes[node.face][type]({ ...common(node), ...placeOf(number), at: time(now()) }),
    pod: ({ node, pod }, type) =>
      node && pod && faces.pods[pod.face][type]({ ...common(pod), node: digits(node.number), hash: pod.hash }),
    daemonSet: (type) => JSON_ENCODING.stampObject(describeDaemonSet(fleet))[type]({ version: String(fleet.version) }),
    revision: (type) => JSON_ENCODING.stampObject(describeRevision(fleet))[type]({ version: String(fleet.version) }),
  };
  const lists: Readonly<Record<string, () => Iterable<Buffer>>> = {
    [PATHS.nodes]: () => each(slots, (slot) => bytes.node(slot, 'ADDED')),
    [PATHS.pods]: () => each(slots, (slot) => bytes.pod(slot, 'ADDED')),
    [PATHS.daemonSets]: () => [bytes.daemonSet('ADDED')],
    [PATHS.revisions]: () => [bytes.revision('ADDED')],
    [PATHS.policies]: () => [JSON_ENCODING.stampObject(describePolicy(fleet)).ADDED({})],
    [PATHS.windows]: () => [],
  };
  return {
    ...bytes,
    list: (path) => lists[path]?.(),
    bookmark: (path, annotations) =>
      encodingOf(path).bookmark(KINDS[path] ?? POLICY, { resourceVersion: String(fleet.version), annotations }),
    encodingOf,
  };
}

function* each(slots: readonly Slot[], encode: (slot: Slot) => Buffer | undefined): Iterable<Buffer> {
  for (const slot of slots) {
    const bytes = encode(slot);
    if (bytes !== undefined) yield bytes;
  }
}

function placeOf(number: number): { readonly zone: string; readonly pool: string } {
  return { zone: ZONES[number % ZONES.length] ?? '', pool: POOLS[number % POOLS.length] ?? '' };
}

function digits(number: number): string {
  return String(number).padStart(6, '0');
}

function describeDaemonSet({ slots, generation, hash }: Fleet): Template {
  const object = daemonSetObject(slots.filter(isEligible).length) as Template & {
    readonly metadata: { generation: number };
    readonly spec: { readonly template: { readonly spec: { nodeSelector?: object } } };
    readonly status: object;
  };
  object.metadata.generation = generation;
  object.spec.template.spec.nodeSelector = SELECTED;
  const serving = slots.filter(isServing).length;
  Object.assign(object.status, {
    observedGeneration: generation,
    numberReady: serving,
    numberAvailable: serving,
    updatedNumberScheduled: slots.filter(({ pod }) => pod?.hash === hash).length,
  });
  return object;
}

function describeRevision({ generation, hash }: Fleet): Template {
  const object = revisionObject() as Template & {
    readonly metadata: { name: string; uid: string; readonly labels: Record<string, string> };
    revision: number;
  };
  object.metadata.name = `${DAEMON.name}-${hash}`;
  object.metadata.uid = `1c9e4a52-0d7b-47f0-a5ce-6f1d2b3c${String(generation).padStart(4, '0')}`;
  object.metadata.labels['controller-revision-hash'] = hash;
  object.revision = generation;
  return object;
}

function describePolicy({ version }: Fleet): Template & { readonly metadata: object; readonly spec: object } {
  return {
    ...POLICY,
    metadata: { ...DAEMON, uid: 'replay', resourceVersion: String(version), creationTimestamp: '2026-01-10T08:00:00Z' },
    spec: { daemonSet: { name: DAEMON.name }, nodeNotReady: 'Excused', grace: { nodeNotReady: '30m' } },
  };
}
