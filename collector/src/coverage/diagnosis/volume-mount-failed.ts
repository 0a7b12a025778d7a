/** A volume of the pod cannot be attached or mounted on its node, so that none of its containers can begin. */
import type { Predicate } from '../subject.ts';
import { findCreationFault } from './pod-events.ts';
import { mountDueMono } from './retry-due.ts';
import { namePod, quote, sentence } from './wording.ts';

// pkg/volume and pkg/kubelet/volumemanager of 1.36, and what the operating system says through them.
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/not found in the list of registered CSI drivers/, "The driver's own pod does not run on this node."],
  [/hostPath type check failed/, 'What the hostPath asks for is missing on this node, or of another type.'],
  [
    /permission denied|operation not permitted/i,
    'The kubelet itself may not: check owner, mode and SELinux of the path on this node.',
  ],
  [/read-only file system/i, 'The path lies on a file system of the node that is read-only.'],
  [/Multi-Attach/, 'Another node still holds the volume.'],
  [/object "[^"]*"\/"[^"]*" not registered/, 'The kubelet has not seen the pod long enough; it passes by itself.'],
];

/** In the words of the newest event, as long as no container has begun and the sandbox is not there. */
export const volumeMountFailed: Predicate = (subject) => {
  const fault = findCreationFault(subject);
  if (fault?.step !== 'volumes' || subject.pod === undefined) return undefined;
  const { reason, message: own } = fault.entry.object;
  const seen = sentence(`${namePod(subject.pod.object)} waits for a volume (${quote(reason)}): ${quote(own)}`);
  const meaning = MEANINGS.find(([pattern]) => pattern.test(own))?.[1];
  const message = meaning === undefined ? seen : `${seen} ${meaning}`;
  return { code: 'VolumeMountFailed', message, retryDueMono: mountDueMono(fault.entry) };
};
