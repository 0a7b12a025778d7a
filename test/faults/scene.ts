/** Where one fault plays: a namespace, nodes and a policy of its own, so that many faults can play beside each other. */
import type { ControlPlane } from '../control-plane/index.ts';
import type { Agents } from './agents.ts';
import type { PodWriter, ScenePod } from './pod-script.ts';
import type { Stage } from './stage.ts';

/** A label with the scene's name that no fault takes away. */
export const HOME = 'home';

/** What a scene is called, and how many nodes it has. */
export interface SceneSize {
  readonly name: string;
  readonly nodes: number;
}

/** One fault's part of the cluster, and what its acts do there. Paths without a leading slash are of its namespace. */
export interface Scene {
  readonly name: string;
  readonly namespace: string;
  readonly nodes: readonly string[];
  readonly stage: Stage;
  readonly request: ControlPlane['request'];
  /** Makes an object of its namespace, such as `resourcequotas`. */
  readonly make: (resource: string, body: object) => Promise<unknown>;
  /** Makes an object of the cluster, which goes when the scene does, or with `remove`. */
  readonly makeGlobal: (path: string, body: object) => Promise<unknown>;
  /** Deletes an object that the scene made; one that is gone already is fine. */
  readonly remove: (path: string) => Promise<void>;
  readonly addDaemonSet: () => Promise<unknown>;
  readonly patchDaemonSet: (patch: object) => Promise<unknown>;
  /** The daemon's pods. */
  readonly pods: () => Promise<readonly ScenePod[]>;
  /** Deletes all of them; a grace of 0 waits for no kubelet. */
  readonly deletePods: (graceSeconds?: number) => Promise<void>;
  /** A pod of somebody else on every node, past the scheduler. */
  readonly addForeignPods: (spec: object, labels?: Readonly<Record<string, string>>) => Promise<void>;
  readonly patchNodes: (patch: object) => Promise<void>;
  readonly setNodeConditions: (conditions: readonly object[]) => Promise<void>;
  /** Takes the kubelets away: their Leases end. */
  readonly silence: () => Promise<void>;
  /** Takes KWOK away, and keeps the Leases alive in its place, so that the test says what the node says. */
  readonly takeNodes: () => Promise<void>;
  readonly revive: () => Promise<void>;
  /** From now on writes the status of every pod of the daemon that is bound, once each, in the kubelet's place. */
  readonly writePods: (writer: PodWriter) => Promise<void>;
  /** Waits until the collector gives all nodes a reason. */
  readonly seeReason: (reason: string) => Promise<unknown>;
  /** Waits until the collector calls all nodes covered. */
  readonly seeCovered: () => Promise<unknown>;
  /** Whether an event of the namespace says so. */
  readonly hasEvent: (pattern: RegExp) => Promise<boolean>;
  /** The daemon's processes, as far as they talk: to a backend, and to the collector. */
  readonly agents: Agents;
  readonly close: () => Promise<void>;
}

/** Does an act for each, ten at a time. */
export async function each<T>(items: readonly T[], act: (item: T, index: number) => Promise<unknown>): Promise<void> {
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) await act(item, index);
  };
  await Promise.all(Array.from({ length: 10 }, work));
}
