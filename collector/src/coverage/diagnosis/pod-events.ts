/** Events about the judged pod: evidence of what its objects do not tell. */
import type { EventEntry } from '../../inventory/index.ts';
import type { Subject } from '../subject.ts';
import { isBeingCreated, isLive } from './live-pod.ts';

/** The newest of the events for which the test holds; of equally new ones the first. */
export function findNewest({ podEvents }: Subject, test: (entry: EventEntry) => boolean): EventEntry | undefined {
  let newest: EventEntry | undefined;
  for (const entry of podEvents)
    if (test(entry) && (newest === undefined || entry.lastMono > newest.lastMono)) newest = entry;
  return newest;
}

/** The newest event of one of these reasons. */
export function findEvent(subject: Subject, reasons: ReadonlySet<string>): EventEntry | undefined {
  return findNewest(subject, ({ object }) => reasons.has(object.reason));
}

/** What holds up a pod of which no container has begun. */
export interface CreationFault {
  readonly step: 'volumes' | 'sandbox';
  readonly entry: EventEntry;
}

const STEPS: ReadonlyMap<string, CreationFault['step']> = new Map([
  ['FailedMount', 'volumes'],
  ['FailedAttachVolume', 'volumes'],
  ['FailedMapVolume', 'volumes'],
  ['FailedCreatePodSandBox', 'sandbox'],
  ['NetworkNotReady', 'sandbox'],
  ['FailedPodSandBoxStatus', 'sandbox'],
]);

/** The step that failed last: the kubelet makes volumes first and the sandbox then, so that only one of them is tried at a time. */
export function findCreationFault(subject: Subject): CreationFault | undefined {
  const { pod } = subject;
  if (pod === undefined || !isLive(pod) || !awaitsSandbox(pod.object)) return undefined;
  const newest = findNewest(subject, ({ object }) => STEPS.has(object.reason));
  const step = newest && STEPS.get(newest.object.reason);
  if (newest === undefined || step === undefined) return undefined;
  return { step, entry: step === 'volumes' ? (findPlainWords(subject) ?? newest) : newest };
}

/** From time to time the kubelet sums up in vain words what single volumes complain of. */
function findPlainWords(subject: Subject): EventEntry | undefined {
  const isPlain = ({ object: { reason, message } }: EventEntry): boolean =>
    STEPS.get(reason) === 'volumes' && !message.startsWith('Unable to attach or mount volumes');
  return findNewest(subject, isPlain);
}

type Pod = NonNullable<Subject['pod']>['object'];

/** A pod whose sandbox is there has its volumes, too. Before its first status it has no containers to show. */
function awaitsSandbox(pod: Pod): boolean {
  if (pod.sandbox?.status === 'True') return false;
  return isBeingCreated(pod) || (pod.bound && pod.phase === 'Pending' && pod.containers.length === 0);
}
