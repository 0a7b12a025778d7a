/** The pod that failed on the node: the judged one, or the one before it while the next has not begun. Else each refusal would look like a new start. */
import type { PodObject } from '@rollcall/contract';
import type { PodEntry } from '../../inventory/index.ts';
import type { Subject } from '../subject.ts';
import { failureEndsMono } from './deadlines.ts';
import { isLive } from './live-pod.ts';
import { replacementDueMono } from './retry-due.ts';
import { namePod } from './wording.ts';

/** A pod whose phase was Failed: what it is called in a message, its own words, and when it is replaced if it is still there. */
export interface FailedEnd {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly retryDueMono: number | undefined;
}

/** Undefined where none has failed, or the next one has begun. */
export function findFailed(subject: Subject): FailedEnd | undefined {
  const { pod, gone, policy, now } = subject;
  if (pod !== undefined && pod.object.phase === 'Failed') {
    const { reason, message } = pod.object;
    return { name: namePod(pod.object), reason, message, retryDueMono: replacementDueMono(subject) };
  }
  const untilMono = gone && failureEndsMono(gone);
  if (gone?.failed === undefined || untilMono === undefined || now.monoMs >= untilMono) return undefined;
  if (pod !== undefined && hasBegun(pod)) return undefined;
  const { reason, message } = gone.failed;
  return {
    name: `the last pod of ${policy.namespace}/${policy.daemonset} here`,
    reason,
    message,
    retryDueMono: undefined,
  };
}

function hasBegun(pod: PodEntry): boolean {
  return !isLive(pod) || hasWord(pod.object);
}

/** A scheduler or a kubelet has said something of it that is more than that it is on its way. */
function hasWord({ phase, scheduled, containers }: PodObject): boolean {
  return phase !== 'Pending' || containers.length > 0 || scheduled?.status === 'False';
}
