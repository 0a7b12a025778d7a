/** How a container fails again and again, in words. */
import type { ContainerObject, PodObject, Termination } from '@rollcall/contract';
import { describeEnd, describeReason, describeRestarts, stop } from './wording.ts';

/** What was seen of a container in CrashLoopBackOff, of one that ended with a fault, or of one between two such ends; undefined for any other. */
export function describeFailing(container: ContainerObject): string | undefined {
  const { running, waiting, terminated, lastTerminated } = container;
  if (waiting?.reason === 'CrashLoopBackOff') {
    const last =
      lastTerminated === undefined
        ? describeReason({ reason: '', message: waiting.message })
        : `, last run: ${describeRun(lastTerminated)}`;
    return `is in CrashLoopBackOff${describeRestarts(container)}${last}`;
  }
  // Between two crashes it runs: without this a slow crasher would alternate between two reasons.
  if (
    running &&
    !container.ready &&
    container.restarts > 0 &&
    lastTerminated !== undefined &&
    isFaulty(lastTerminated)
  ) {
    return `runs again and has not become ready${describeRestarts(container)}, last run: ${describeRun(lastTerminated)}`;
  }
  if (running || terminated === undefined || !isFaulty(terminated)) return undefined;
  return `has ended${describeRestarts(container)}, with ${describeRun(terminated)}`;
}

/** True while init containers hold the pod up; sidecars among them may fail later, like any other container. */
export function isInitializing({ initialized }: PodObject): boolean {
  return initialized?.status !== 'True';
}

function isFaulty({ exitCode, signal }: Termination): boolean {
  return exitCode !== 0 || signal !== 0;
}

function describeRun(end: Termination): string {
  if (!/permission denied/i.test(end.message)) return describeEnd(end);
  return `${stop(describeEnd(end))} Check the path that it names and the securityContext of the container`;
}
