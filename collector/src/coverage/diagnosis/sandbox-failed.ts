/** The pod's sandbox, which is its network, cannot be made, so that none of its containers can begin. */
import type { Predicate } from '../subject.ts';
import { sandboxDueMono } from './deadlines.ts';
import { isBeingCreated, isLive } from './live-pod.ts';
import { describeReason, namePod, sentence } from './wording.ts';

/** From 60 s after the kubelet took the pod up. A pod whose sandbox is there waits for something else, such as an image. */
export const sandboxFailed: Predicate = ({ pod, now }) => {
  if (pod === undefined || !isLive(pod) || !isBeingCreated(pod.object)) return undefined;
  const { sandbox, containers } = pod.object;
  if (sandbox?.status === 'True' || now.monoMs < sandboxDueMono(pod)) return undefined;
  const state = containers[0]?.waiting?.reason ?? '';
  const seen =
    sandbox === undefined
      ? 'and nothing says what for'
      : `and PodReadyToStartContainers is ${sandbox.status}${describeReason(sandbox)}`;
  const message = sentence(`${namePod(pod.object)} has no sandbox: it waits for over 60 s (${state}), ${seen}`);
  return { code: 'SandboxFailed', message };
};
