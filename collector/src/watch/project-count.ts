/** Projects what a DaemonSet's controller says of it: its own counts, which Rollcall shows beside its own and never counts with. */
import { readCount, readFields } from './read-field.ts';
import { identify } from './read-metadata.ts';

/** The counts of a DaemonSet's status. `isBehind`: they are about an older template than the newest. */
export interface ControllerCount {
  readonly uid: string;
  readonly desired: number;
  readonly ready: number;
  readonly available: number;
  readonly misscheduled: number;
  readonly isBehind: boolean;
}

/** Throws only if the object has no uid or name. */
export function projectCount(raw: unknown): ControllerCount {
  const { fields, metadata, uid } = identify('DaemonSet', raw);
  const status = readFields(fields, 'status');
  return {
    uid,
    desired: readCount(status, 'desiredNumberScheduled'),
    ready: readCount(status, 'numberReady'),
    available: readCount(status, 'numberAvailable'),
    misscheduled: readCount(status, 'numberMisscheduled'),
    isBehind: readCount(status, 'observedGeneration') < readCount(metadata, 'generation'),
  };
}
