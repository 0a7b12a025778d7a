/** The replay's cluster as an API server sends it: paths, and the bytes of watch events. */
import { POLICY_API_VERSION, POLICY_KIND, WATCHED_KINDS } from '@rollcall/contract';
import { DAEMON, daemonSetObject, revisionObject } from './daemon-objects.ts';
import { createFaces, SELECTED, stampEvent } from './replay-faces.ts';
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
}

const { group, version: policyVersion, resource } = WATCHED_KINDS.daemoncoverages;

/** Where the collector finds the collections. */
export const PATHS = {
  nodes: '/api/v1/nodes',
  pods: `/api/v1/namespaces/${DAEMON.namespace}/pods`,
  daemonSets: '/apis/apps/v1/daemonsets',
  revisions: `/apis/apps/v1/namespaces/${DAEMON.namespace}/controllerrevisions`,
  policies: `/apis/${group}/${policyVersion}/${resource}`,
} as const;

const ZONES = ['zone-a', 'zone-b', 'zone-c'];
const POOLS = ['pool-a', 'pool-b', 'pool-c', 'pool-d', 'pool-e'];

/** Reads the fleet at each call; `now` is Unix milliseconds. */
export function createReplayBytes(fleet: Fleet, now: () => number): ReplayBytes {
  const { slots } = fleet;
  const faces = createFaces();
  const common = (thing: Thing<unknown>, type: EventType): Readonly<Record<string, string>> => ({
    type: typed(type),
    version: String(fleet.version),
    index: digits(thing.number),
    made: clock(thing.madeMs),
    since: clock(thing.sinceMs),
  });
  const bytes: Omit<ReplayBytes, 'list'> = {
    node: ({ node, number }, type) =>
      node && faces.nodes[node.face]({ ...common(node, type), ...placeOf(number), at: clock(now()) }),
    pod: ({ node, pod }, type) =>
      node && pod && faces.pods[pod.face]({ ...common(pod, type), node: digits(node.number), hash: pod.hash }),
    daemonSet: (type) => describeDaemonSet(fleet, type),
    revision: (type) => describeRevision(fleet, type),
  };
  const lists: Readonly<Record<string, () => Iterable<Buffer>>> = {
    [PATHS.nodes]: () => each(slots, (slot) => bytes.node(slot, 'ADDED')),
    [PATHS.pods]: () => each(slots, (slot) => bytes.pod(slot, 'ADDED')),
    [PATHS.daemonSets]: () => [bytes.daemonSet('ADDED')],
    [PATHS.revisions]: () => [bytes.revision('ADDED')],
    [PATHS.policies]: () => [describePolicy(fleet)],
  };
  return { ...bytes, list: (path) => lists[path]?.() };
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

function typed(type: EventType): string {
  return JSON.stringify(type).padEnd(10);
}

function digits(number: number): string {
  return String(number).padStart(6, '0');
}

function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function describeDaemonSet({ slots, version, generation, hash }: Fleet, type: EventType): Buffer {
  const object = daemonSetObject(slots.filter(isEligible).length) as {
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
  return stampEvent(object)({ type: typed(type), version: String(version) });
}

function describeRevision({ version, generation, hash }: Fleet, type: EventType): Buffer {
  const object = revisionObject() as {
    readonly metadata: { name: string; uid: string; readonly labels: Record<string, string> };
    revision: number;
  };
  object.metadata.name = `${DAEMON.name}-${hash}`;
  object.metadata.uid = `1c9e4a52-0d7b-47f0-a5ce-6f1d2b3c${String(generation).padStart(4, '0')}`;
  object.metadata.labels['controller-revision-hash'] = hash;
  object.revision = generation;
  return stampEvent(object)({ type: typed(type), version: String(version) });
}

function describePolicy({ version }: Fleet): Buffer {
  const object = {
    apiVersion: POLICY_API_VERSION,
    kind: POLICY_KIND,
    metadata: { ...DAEMON, uid: 'replay', resourceVersion: String(version), creationTimestamp: '2026-01-10T08:00:00Z' },
    spec: { daemonSet: { name: DAEMON.name }, nodeNotReady: 'Excused', grace: { nodeNotReady: '30m' } },
  };
  return stampEvent(object)({ type: typed('ADDED') });
}
