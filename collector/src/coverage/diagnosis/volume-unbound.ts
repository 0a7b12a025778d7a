/** A PersistentVolumeClaim of the pod is missing, unbound, or out of reach of this node. */
import { refusedFor } from './scheduler-refusal.ts';

// VolumeBinding, VolumeRestrictions, VolumeZone and NodeVolumeLimits of kube-scheduler 1.36, and the older wording of the first.
const VOLUME_WORDS = [
  'persistentvolumeclaim "',
  'unbound immediate PersistentVolumeClaims',
  "didn't find available persistent volumes to bind",
  "didn't match PersistentVolume's node affinity",
  'had volume node affinity conflict',
  'bound to non-existent pv',
  'did not have enough free storage',
  'had no available volume zone',
  'had no available disk',
  'exceed max volume count',
  'ReadWriteOncePod access mode already in-use',
];

/** The words of the scheduler's volume plugins. */
export const volumeUnbound = refusedFor('VolumeUnbound', new RegExp(VOLUME_WORDS.join('|')));
