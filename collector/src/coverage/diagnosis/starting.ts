/** The daemon is on its way and inside its start deadline. */
import type { Predicate, Subject } from '../subject.ts';
import { absenceDueMono, startDueMono, stuckDueMono } from './deadlines.ts';
import { isLive } from './live-pod.ts';
import { namePod, sentence } from './wording.ts';

interface Beginning {
  readonly seen: string;
  readonly dueMono: number | undefined;
}

/** No pod yet, or the last one ends within its grace, on a node that is eligible; or a young pod that is not Ready. */
export const starting: Predicate = (subject) => {
  const beginning = findBeginning(subject);
  if (beginning?.dueMono === undefined || subject.now.monoMs >= beginning.dueMono) return undefined;
  return { code: 'Starting', message: sentence(beginning.seen) };
};

function findBeginning(subject: Subject): Beginning | undefined {
  const { pod, placement, policy } = subject;
  const within = `the start deadline of ${policy.podLayer.startDeadlineMs / 1000} s`;
  if (pod !== undefined && isLive(pod)) {
    if (pod.object.ready.status === 'True') return undefined;
    const seen = `${namePod(pod.object)} is ${pod.object.phase || 'new'}, not Ready yet and within ${within}`;
    return { seen, dueMono: startDueMono(subject, pod.createdMono) };
  }
  if (!placement.shouldRun) return undefined;
  if (pod === undefined) return { seen: `no pod yet, within ${within}`, dueMono: absenceDueMono(subject) };
  return { seen: `${namePod(pod.object)} is terminating, the next one follows it`, dueMono: stuckDueMono(pod) };
}
