/** The pod's sandbox, which is its network, cannot be made, so that none of its containers can begin. */
import type { Condition } from '@rollcall/contract';
import type { Hit, Predicate, Subject } from '../subject.ts';
import { sandboxDueMono } from './deadlines.ts';
import { isBeingCreated, isLive } from './live-pod.ts';
import { findCreationFault } from './pod-events.ts';
import { sandboxRetryMono } from './retry-due.ts';
import { describeCondition, namePod, quote, sentence } from './wording.ts';

/**
 * By the kubelet's events at once; without any, from 60 s after the kubelet took the pod up. A pod whose sandbox is there waits for something
 * else, such as an image, and one whose volumes fail has not come so far.
 */
export const sandboxFailed: Predicate = (subject) => {
  const fault = findCreationFault(subject);
  if (fault === undefined) return findSilent(subject);
  if (fault.step !== 'sandbox' || subject.pod === undefined) return undefined;
  const { reason, message } = fault.entry.object;
  const seen = `${namePod(subject.pod.object)} has no sandbox (${quote(reason)}): ${quote(message)}`;
  return { code: 'SandboxFailed', message: sentence(seen), retryDueMono: sandboxRetryMono(fault.entry) };
};

function findSilent({ pod, now }: Subject): Hit | undefined {
  if (pod === undefined || !isLive(pod) || !isBeingCreated(pod.object)) return undefined;
  const { sandbox, containers } = pod.object;
  if (sandbox?.status === 'True' || now.monoMs < sandboxDueMono(pod)) return undefined;
  const [state = ''] = containers.map(({ waiting }) => waiting?.reason);
  const seen = `it waits for over 60 s (${state}), ${describeSandbox(sandbox)}`;
  return { code: 'SandboxFailed', message: sentence(`${namePod(pod.object)} has no sandbox: ${seen}`) };
}

function describeSandbox(sandbox: Condition | undefined): string {
  return sandbox === undefined
    ? 'and nothing says what for'
    : `and PodReadyToStartContainers is ${describeCondition(sandbox)}`;
}
