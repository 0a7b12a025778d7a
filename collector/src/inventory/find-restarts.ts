/**
 * Finds restarts of a daemon in what its pod says now and said before: containers that were started again, and a pod that takes the place
 * of one of the same revision. A pod of another revision is a rollout. Init containers are counted only where they go on running.
 */
import type { ContainerObject, PodObject, RestartReason } from '@rollcall/contract';
import { dateFirstSight, type Arrival } from './dating.ts';
import type { GonePod, Inventory, PodEntry } from './inventory.ts';

/** Restarts of one container that were seen at once; `container` is '' for a pod in the place of another. */
export interface Restart {
  readonly ownerUid: string;
  readonly node: string;
  readonly container: string;
  readonly count: number;
  readonly reason: RestartReason;
  /** How the one before ended in its own words. */
  readonly ended: string;
  readonly message: string;
  readonly atMono: number;
  /** When the pod before went, where one took its place. */
  readonly goneMono: number | undefined;
  /** When the pod was made that is seen for the first time; undefined for one that was known before. */
  readonly firstSeenOf: number | undefined;
}

const NONE: readonly Restart[] = Object.freeze([]);

/** The restarts that a pod shows; `known` is what was known of it before. Of a pod seen for the first time they may be of any age. */
export function findRestarts(
  inventory: Inventory,
  { known, entry, arrival }: { known: PodEntry | undefined; entry: PodEntry; arrival: Arrival },
): readonly Restart[] {
  const { ownerUid, target, containers } = entry.object;
  const gone = known === undefined ? inventory.goneAt.get(ownerUid)?.get(target) : undefined;
  if (containers.length === 0 && gone === undefined) return NONE;
  const found = containers.flatMap((container) => {
    if (container.init && !isSidecar(inventory, ownerUid, container.name)) return [];
    return restartOf(container, { known, entry, arrival });
  });
  const replaced = gone === undefined ? undefined : replacement(entry.object, gone, arrival);
  return replaced === undefined ? found : [...found, replaced];
}

/** What a pod's end is called when another takes its place; undefined for one that never ran: nothing starts again there. */
export function nameEnd({ phase, reason, disruption, containers }: PodObject): RestartReason | undefined {
  if (SHUTDOWNS.has(reason)) return 'NodeShutdown';
  if (EVICTIONS.has(reason) || disruption?.status === 'True') return 'Evicted';
  const ended = containers.find(({ init, terminated }) => !init && terminated !== undefined)?.terminated;
  if (phase === 'Running') return 'Replaced';
  return ended === undefined ? undefined : nameTermination(ended.reason);
}

/** The kubelet's words in `status.reason` of a pod that it ends: pkg/kubelet/eviction, preemption, nodeshutdown. */
const EVICTIONS = new Set(['Evicted', 'Preempting']);
const SHUTDOWNS = new Set(['Terminated', 'NodeShutdown', 'Shutdown']);

function nameTermination(reason: string): RestartReason {
  switch (reason) {
    case 'OOMKilled':
    case 'Completed':
      return reason;
    case 'Error':
    case 'StartError':
    case 'ContainerCannotRun':
    case 'DeadlineExceeded':
      return 'Error';
    default:
      return 'Unknown';
  }
}

interface Seen {
  readonly known: PodEntry | undefined;
  readonly entry: PodEntry;
  readonly arrival: Arrival;
}

const NO_END = { reason: '', message: '', finishedAt: undefined };

function restartsBefore(known: PodEntry | undefined, container: string): number {
  return known?.object.containers.find(({ name }) => name === container)?.restarts ?? 0;
}

function restartOf(container: ContainerObject, { known, entry, arrival }: Seen): readonly Restart[] {
  const count = container.restarts - restartsBefore(known, container.name);
  if (count <= 0) return NONE;
  const { reason, message, finishedAt } = container.lastTerminated ?? container.terminated ?? NO_END;
  return [
    {
      ...placeOf(entry.object),
      container: container.name,
      count,
      reason: nameTermination(reason),
      ended: reason,
      message,
      atMono: known === undefined ? dateFirstSight(arrival, finishedAt) : arrival.monoMs,
      goneMono: undefined,
      firstSeenOf: known === undefined ? entry.createdMono : undefined,
    },
  ];
}

function replacement(pod: PodObject, gone: GonePod, { monoMs }: Arrival): Restart | undefined {
  const { end } = gone;
  if (end === undefined || gone.hash !== pod.hash) return undefined;
  return {
    ...placeOf(pod),
    container: '',
    count: 1,
    reason: end,
    ended: end,
    message: '',
    atMono: monoMs,
    goneMono: gone.monoMs,
    firstSeenOf: undefined,
  };
}

function placeOf({ ownerUid, target }: PodObject): Pick<Restart, 'ownerUid' | 'node'> {
  return { ownerUid, node: target };
}

function isSidecar({ daemonSets }: Inventory, ownerUid: string, name: string): boolean {
  const containers = daemonSets.get(ownerUid)?.object.podTemplate.containers ?? [];
  return containers.some((container) => container.sidecar && container.name === name);
}
