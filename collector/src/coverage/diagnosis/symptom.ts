/** Tells causes from symptoms where the catalogue's order alone would blame the wrong one. */
import type { Hit, Subject } from '../subject.ts';
import { isLive } from './live-pod.ts';
import { isMissingOwnNetwork } from './node-not-ready.ts';

/**
 * True when the hit ranks behind all others but Unexplained: a DaemonSet that goes with its namespace, a node without network whose network this daemon provides, and a
 * NoSchedule taint under which a bound pod is kept, which therefore is not why that pod does not serve.
 */
export function isSymptom(hit: Hit, subject: Subject): boolean {
  switch (hit.code) {
    case 'NodeNotReady':
      return isMissingOwnNetwork(subject);
    case 'DaemonSetMissing':
      return subject.making.namespaceEndsSinceMono !== undefined;
    case 'LabelDrift':
    case 'UntoleratedTaint':
      return isKept(subject);
    default:
      return false;
  }
}

function isKept({ placement, pod }: Subject): boolean {
  return placement.keepRunning && pod !== undefined && pod.object.bound && isLive(pod);
}
