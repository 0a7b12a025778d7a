/** A container cannot be created or started as it is configured: a missing Secret, ConfigMap or key, or a command that does not exist. */
import type { ContainerObject } from '@rollcall/contract';
import type { Predicate } from '../subject.ts';
import { findContainer } from './live-pod.ts';
import { withPermissionHint } from './permission-hint.ts';
import { restartDueMono } from './retry-due.ts';
import { describeReason, nameContainer, sentence } from './wording.ts';

// pkg/kubelet/kuberuntime/kuberuntime_container.go and pkg/kubelet/container/sync_result.go.
const WAITING = new Set([
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'PostStartHookError',
  'RunContainerError',
]);

// What container runtimes call the end of a container that never started.
const NEVER_STARTED = new Set(['StartError', 'ContainerCannotRun']);

/** With the runtime's words; between two attempts they are those of the last one. */
export const containerConfigError: Predicate = (subject) => {
  const found = findContainer(subject, (container) => findFault(container) !== undefined);
  const fault = found && findFault(found.container);
  if (found === undefined || fault === undefined) return undefined;
  const { container, pod } = found;
  const seen = `${nameContainer(container, pod)} cannot start${describeReason(fault)}`;
  return {
    code: 'ContainerConfigError',
    message: sentence(withPermissionHint(seen, subject, container.name)),
    retryDueMono: restartDueMono(container, subject),
  };
};

function findFault(container: ContainerObject): { readonly reason: string; readonly message: string } | undefined {
  const { running, waiting, terminated, lastTerminated } = container;
  if (running) return undefined;
  if (waiting !== undefined && WAITING.has(waiting.reason)) return waiting;
  const end = terminated ?? lastTerminated;
  return end !== undefined && NEVER_STARTED.has(end.reason) ? end : undefined;
}
