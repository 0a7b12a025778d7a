/** What a kubelet writes of a pod that goes wrong: the shapes of pkg/kubelet and its container runtime manager, Kubernetes 1.36. */
import type { PodEvent, PodScript } from './pod-script.ts';

/** How a container ended. */
export interface Ended {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly signal?: number;
}

const UNREADY = { status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [daemon]' };

/** Now, in whole seconds, as the API keeps times. */
export function timeNow(): string {
  return new Date().toISOString().replace(/\.\d+Z/, 'Z');
}

/** The conditions of a pod that is not Ready, `initialized` or not yet. */
function unready(initialized: boolean, sandbox = true): readonly object[] {
  const lastTransitionTime = timeNow();
  const init = initialized
    ? { status: 'True' }
    : { status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [init]' };
  return [
    { type: 'PodReadyToStartContainers', status: sandbox ? 'True' : 'False', lastTransitionTime },
    { type: 'Initialized', lastTransitionTime, ...init },
    { type: 'Ready', lastTransitionTime, ...UNREADY },
    { type: 'ContainersReady', lastTransitionTime, ...UNREADY },
  ];
}

function daemonStatus(state: object, more: object = {}): object {
  return {
    name: 'daemon',
    image: 'daemon:1',
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state,
    ...more,
  };
}

/** A container that waits, in a pod that never ran. */
export function waits(reason: string, message = '', events: readonly PodEvent[] = []): PodScript {
  const containerStatuses = [daemonStatus({ waiting: { reason, message } })];
  return { status: { phase: 'Pending', startTime: timeNow(), conditions: unready(true), containerStatuses }, events };
}

/** A pod whose containers cannot be made: what is wrong stands in the events only. `sandbox`: it has its network. */
export function creating(events: readonly PodEvent[], sandbox: boolean): PodScript {
  const containerStatuses = [daemonStatus({ waiting: { reason: 'ContainerCreating' } })];
  return {
    status: { phase: 'Pending', startTime: timeNow(), conditions: unready(true, sandbox), containerStatuses },
    events,
  };
}

/** A container in CrashLoopBackOff, after an end. */
export function crashes(last: Ended, restartCount = 4, events: readonly PodEvent[] = []): PodScript {
  const message =
    'back-off 1m20s restarting failed container=daemon pod=agent(8f9c7d0e-0000-4000-8000-000000000000): CrashLoopBackOff';
  const lastState = { terminated: ended(last) };
  const state = { waiting: { reason: 'CrashLoopBackOff', message } };
  const containerStatuses = [daemonStatus(state, { restartCount, lastState })];
  return { status: { phase: 'Running', conditions: unready(true), containerStatuses }, events };
}

/** A container that runs and is not ready. */
export function runsUnready(events: readonly PodEvent[], more: object = {}): PodScript {
  const state = { running: { startedAt: timeNow() } };
  const containerStatuses = [daemonStatus(state, { started: true, ...more })];
  return { status: { phase: 'Running', conditions: unready(true), containerStatuses }, events };
}

/** A container that ended, before the kubelet starts it again. */
export function endedNow(end: Ended, restartCount: number): PodScript {
  const state = { terminated: ended(end) };
  const containerStatuses = [daemonStatus(state, { restartCount })];
  return { status: { phase: 'Running', conditions: unready(true), containerStatuses } };
}

/** An init container in a state, before which nothing else may start. */
export function initializing(state: object, more: object = {}): PodScript {
  const own = { name: 'init', image: 'init:1', imageID: '', ready: false, restartCount: 0, state, ...more };
  const containerStatuses = [daemonStatus({ waiting: { reason: 'PodInitializing' } })];
  const conditions = unready(false);
  return { status: { phase: 'Pending', conditions, initContainerStatuses: [own], containerStatuses } };
}

/** A pod that the kubelet refused or ended: its phase is Failed. */
export function fails(reason: string, message: string, conditions: readonly object[] = []): PodScript {
  return { status: { phase: 'Failed', reason, message, startTime: timeNow(), conditions } };
}

/** A pod that serves. */
export function serves(): PodScript {
  return servesImage('');
}

/** The same, of an image with that id. */
export function servesImage(imageID: string): PodScript {
  const lastTransitionTime = timeNow();
  const conditions = ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({
    type,
    status: 'True',
    reason: '',
    message: '',
    lastTransitionTime,
  }));
  const running = { startedAt: lastTransitionTime };
  const containerStatuses = [daemonStatus({ running }, { ready: true, started: true, imageID })];
  return { status: { phase: 'Running', conditions, containerStatuses } };
}

/** An end as the runtime tells it. */
export function ended({ exitCode, reason = 'Error', message, signal }: Ended): object {
  const at = timeNow();
  return { exitCode, reason, message, signal, startedAt: at, finishedAt: at, containerID: 'containerd://5f2e' };
}
