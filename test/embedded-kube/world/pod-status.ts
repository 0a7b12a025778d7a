/** The status of a daemon pod as the kubelet writes it, stage by stage. */
import type { JsonObject } from '../objects/json.ts';
import { toTimestamp } from '../objects/kube-object.ts';
import { addressOf } from './node-object.ts';
import type { DaemonFault, Machine, PodRun } from './world-state.ts';

/** What a status is about; `image` is the container's, `now` in milliseconds. */
export type StatusSubject = {
  readonly run: PodRun;
  readonly machine: Machine;
  readonly image: string;
  readonly now: number;
};

const IMAGE_TROUBLE = 'failed to pull and unpack image: unexpected status from HEAD request: 429 Too Many Requests';
const ENDINGS: Readonly<Record<'crashLoop' | 'oomKilled', JsonObject>> = {
  crashLoop: { exitCode: 1, reason: 'Error' },
  oomKilled: { exitCode: 137, reason: 'OOMKilled' },
};

/** The whole status for the run's stage. */
export function podStatus(subject: StatusSubject): JsonObject {
  const { run, machine, now } = subject;
  const isReady = run.stage === 'ready';
  const hostIP = addressOf(machine.serial);
  const condition = (type: string, holds: boolean): JsonObject => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: toTimestamp(now),
    ...(!holds && { reason: 'ContainersNotReady', message: `containers with unready status: [${containerOf(run)}]` }),
  });
  return {
    phase: ['running', 'ready'].includes(run.stage) || run.restarts > 0 ? 'Running' : 'Pending',
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('Ready', isReady),
      condition('ContainersReady', isReady),
    ],
    hostIP,
    podIP: hostIP,
    startTime: toTimestamp(run.startedAt),
    containerStatuses: [containerStatus(subject)],
  };
}

/** A daemon's only container bears the DaemonSet's name. */
function containerOf({ daemon }: PodRun): string {
  return daemon.slice(daemon.indexOf('/') + 1);
}

function containerStatus({ run, image, now }: StatusSubject): JsonObject {
  const { lastFault } = run;
  const ended = lastFault === 'crashLoop' || lastFault === 'oomKilled' ? ENDINGS[lastFault] : undefined;
  const finishedAt = toTimestamp(now);
  return {
    name: containerOf(run),
    image,
    imageID: run.stage === 'creating' ? '' : `${image}@sha256:${'0'.repeat(64)}`,
    ready: run.stage === 'ready',
    started: run.stage === 'running' || run.stage === 'ready',
    restartCount: run.restarts,
    state: containerState(run, image),
    lastState: ended === undefined ? {} : { terminated: { ...ended, startedAt: toTimestamp(now - 2_000), finishedAt } },
  };
}

function containerState(run: PodRun, image: string): JsonObject {
  if (run.stage === 'running' || run.stage === 'ready') return { running: { startedAt: toTimestamp(run.startedAt) } };
  return { waiting: waitingState(run.stage === 'waiting' ? run.lastFault : undefined, run, image) };
}

function waitingState(fault: DaemonFault | undefined, run: PodRun, image: string): JsonObject {
  switch (fault) {
    case 'crashLoop':
    case 'oomKilled': {
      const pod = `${run.name}_${run.namespace}(${run.uid})`;
      const message = `back-off 10s restarting failed container=${containerOf(run)} pod=${pod}`;
      return { reason: 'CrashLoopBackOff', message };
    }
    case 'imagePull':
      return {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${image}": ErrImagePull: ${IMAGE_TROUBLE}`,
      };
    case 'noRoom':
    case undefined:
      return { reason: 'ContainerCreating' };
  }
}
