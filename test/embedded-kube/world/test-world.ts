/** What the tests of the world share: a world on a clock of its own, and short reads of its objects. */
import { readList, readText, type Json } from '../objects/json.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { createStore, type Store } from '../store.ts';
import { createWorld, type World, type WorldOptions } from '../world.ts';
import { INCIDENT_RULES, type IncidentKind } from './incidents.ts';
import { createRandom } from './seeded-random.ts';
import type { NodeTruth } from './truth.ts';

const NOON = Date.parse('2026-03-13T12:00:00Z');
const STEP_MS = 250;

/** Every kind of incident. */
export const ALL = Object.keys(INCIDENT_RULES) as IncidentKind[];

/** A world, its store and its time: `run` steps it for so many seconds and calls back after each step. */
export type Live = {
  readonly store: Store;
  readonly world: World;
  readonly run: (seconds: number, each?: () => void) => void;
};

/** A world on a clock of its own; without incidents unless the case asks for some. */
export function live(options: Partial<WorldOptions> = {}): Live {
  let now = NOON;
  const store = createStore({ clock: { now: () => now }, random: createRandom(1).next });
  const world = createWorld({ store, seed: 7, now, nodes: 30, incidents: [], ...options });
  const run = (seconds: number, each: () => void = () => undefined): void => {
    for (let i = 0; i < seconds * (1000 / STEP_MS); i += 1) {
      now += STEP_MS;
      world.step(now);
      each();
    }
  };
  return { store, world, run };
}

/** The truth about one node for a daemon. */
export function truthOf(world: World, daemon: string, node: string): NodeTruth | undefined {
  return world
    .truth()
    .find(({ name }) => name === daemon)
    ?.nodes.find((row) => row.node === node);
}

/** The pods of a daemon. */
export function podsOf(store: Store, daemon: string): readonly KubeObject[] {
  return store.list('Pod', { labelSelector: `app.kubernetes.io/name=${daemon}` });
}

/** A daemon's pod for a node, bound or not. */
export function podOn(store: Store, daemon: string, node: string): KubeObject | undefined {
  return podsOf(store, daemon).find((pod) => JSON.stringify(pod['spec']).includes(`"${node}"`));
}

/** A condition of a node or pod. */
export function conditionOf(object: KubeObject | undefined, type: string): Json | undefined {
  return readList(object, ['status', 'conditions']).find((row) => readText(row, ['type']) === type);
}

/** The status of a DaemonSet. */
export function statusOf(store: Store, name: string): Json {
  return store.list('DaemonSet').find(({ metadata }) => metadata.name === name)?.['status'] ?? null;
}

/** Which nodes a daemon covers by the API's objects alone: a Ready pod that is not ending on a node that is Ready. */
export function coveredByApi(store: Store, daemon: string): ReadonlySet<string> {
  const ready = new Set(
    store
      .list('Node')
      .filter((node) => readText(conditionOf(node, 'Ready'), ['status']) === 'True')
      .map(({ metadata }) => metadata.name),
  );
  const serving = podsOf(store, daemon).filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && readText(conditionOf(pod, 'Ready'), ['status']) === 'True',
  );
  return new Set(serving.map((pod) => readText(pod, ['spec', 'nodeName'])).filter((name) => ready.has(name)));
}
