/** How a container fails again and again, in words. */
import type { ContainerObject, PodObject, Termination } from '@rollcall/contract';
import { isWhyNotReady } from './live-pod.ts';
import { describeEnd, describeReason, describeRestarts, stop } from './wording.ts';

/** What was seen of a container in CrashLoopBackOff, of one that ended with a fault, or of one between two such ends; undefined for any other. */
export function describeFailing(container: ContainerObject, pod: PodObject): string | undefined {
  if (container.waiting?.reason === 'CrashLoopBackOff') return describeBackOff(container, container.waiting.message);
  if (container.running) return describeBetween(container, pod);
  const { terminated } = container;
  if (terminated === undefined || !isFaulty(terminated)) return undefined;
  return `has ended${describeRestarts(container)}, with ${describeRun(terminated)}`;
}

function describeBackOff(container: ContainerObject, message: string): string {
  const { lastTerminated } = container;
  const last =
    lastTerminated === undefined
      ? describeReason({ reason: '', message })
      : `, last run: ${describeRun(lastTerminated)}`;
  return `is in CrashLoopBackOff${describeRestarts(container)}${last}`;
}

/** Between two crashes it runs: without this a slow crasher would alternate between two reasons. */
function describeBetween(container: ContainerObject, pod: PodObject): string | undefined {
  const { ready, restarts, lastTerminated } = container;
  if (ready || restarts === 0 || lastTerminated === undefined) return undefined;
  if (!isFaulty(lastTerminated) || !isWhyNotReady(lastTerminated, pod)) return undefined;
  return `runs again and has not become ready${describeRestarts(container)}, last run: ${describeRun(lastTerminated)}`;
}

/** True while init containers hold the pod up; sidecars among them may fail later, like any other container. */
export function isInitializing({ initialized }: PodObject): boolean {
  return initialized?.status !== 'True';
}

function isFaulty({ exitCode, signal }: Termination): boolean {
  return exitCode !== 0 || signal !== 0;
}

function describeRun(end: Termination): string {
  const killed = nameKill(end);
  if (killed === undefined) return describeEnd(end);
  return `${stop(describeEnd(end))} ${killed} came from outside: a liveness or startup probe that failed, or the node`;
}

/** No program ends itself by these. */
function nameKill({ exitCode, signal, reason }: Termination): string | undefined {
  if (reason === 'OOMKilled') return undefined;
  if (exitCode === 137 || signal === 9) return 'SIGKILL';
  return exitCode === 143 || signal === 15 ? 'SIGTERM' : undefined;
}
