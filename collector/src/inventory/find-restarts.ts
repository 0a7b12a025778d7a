/**
 * Finds restarts of a daemon in what its pod says now and said before: containers that were started again, and a pod that takes the place
 * of one of the same revision. A pod of another revision is a rollout. Init containers are counted only where they go on running.
 */
import type { ContainerObject, KubeEventObject, PodObject, RestartReason, Termination } from '@rollcall/contract';
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
    return restartOf(container, { known, entry, arrival, kill: findKill(inventory, entry.object.uid) });
  });
  const replaced = gone === undefined ? undefined : replacement(entry.object, gone, arrival);
  return replaced === undefined ? found : [...found, replaced];
}

/** What a pod's end is called when another takes its place, `toldToGo` or not; undefined for one that never ran: nothing starts again there. */
export function nameEnd(pod: PodObject, toldToGo: boolean): RestartReason | undefined {
  const { phase, reason, disruption, containers } = pod;
  if (!hasRun(pod)) return undefined;
  if (SHUTDOWNS.has(reason)) return 'NodeShutdown';
  if (EVICTIONS.has(reason) || disruption?.status === 'True') return 'Evicted';
  if (toldToGo || phase === 'Running') return 'Replaced';
  const ended = containers.find(({ init, terminated }) => !init && terminated !== undefined)?.terminated;
  return ended === undefined ? undefined : nameTermination(ended.reason);
}

/** A kubelet under pressure or on its way down also refuses pods by the words with which it ends others: those have no container. */
function hasRun({ phase, containers }: PodObject): boolean {
  const began = containers.some(
    ({ init, running, terminated, lastTerminated }) =>
      !init && (running || (terminated ?? lastTerminated) !== undefined),
  );
  return began || phase === 'Running';
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
  /** The newest word of the kubelet that it ends a container of the pod. */
  readonly kill: KubeEventObject | undefined;
}

const NO_END = { reason: '', message: '', finishedAt: undefined };

function restartsBefore(known: PodEntry | undefined, container: string): number {
  return known?.object.containers.find(({ name }) => name === container)?.restarts ?? 0;
}

// pkg/kubelet/kuberuntime/kuberuntime_manager.go.
const KILLED = /^Container (\S+) failed (liveness|startup) probe/;
/** A container is given its grace period to end; a kill that came long before an end was not the cause of it. */
const LONGEST_END_MS = 120_000;
/** Events and ends have whole seconds, by the clock of the same kubelet. */
const ROUNDED_MS = 1_000;

function findKill({ events }: Inventory, podUid: string): KubeEventObject | undefined {
  return events.known.get(podUid)?.get('Killing')?.object;
}

/** The probe for which the kubelet ended the run before: it said so after the end of the run before that one, and shortly before this end. */
function nameProbeKill(
  kill: KubeEventObject | undefined,
  container: ContainerObject,
  beforeAt = -Infinity,
): RestartReason | undefined {
  if (kill?.lastAt === undefined || kill.lastAt <= beforeAt) return undefined;
  const [, name, probe] = KILLED.exec(kill.message) ?? [];
  if (name !== container.name || !mayEnd(kill.lastAt, container.lastTerminated ?? NO_END)) return undefined;
  return probe === 'startup' ? 'StartupProbe' : 'LivenessProbe';
}

function mayEnd(saidAt: number, { reason, finishedAt }: Pick<Termination, 'reason' | 'finishedAt'>): boolean {
  if (finishedAt === undefined || reason === 'OOMKilled') return false;
  return saidAt <= finishedAt + ROUNDED_MS && finishedAt - saidAt <= LONGEST_END_MS;
}

function endOf(known: PodEntry | undefined, name: string): number | undefined {
  return known?.object.containers.find((own) => own.name === name)?.lastTerminated?.finishedAt;
}

function restartOf(container: ContainerObject, { known, entry, arrival, kill }: Seen): readonly Restart[] {
  const count = container.restarts - restartsBefore(known, container.name);
  if (count <= 0) return NONE;
  const { reason, message, finishedAt } = container.lastTerminated ?? container.terminated ?? NO_END;
  return [
    {
      ...placeOf(entry.object),
      container: container.name,
      count,
      reason: nameProbeKill(kill, container, endOf(known, container.name)) ?? nameTermination(reason),
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
