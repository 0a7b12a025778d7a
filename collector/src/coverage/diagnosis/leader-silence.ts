/** Whether the leader of a component of the control plane still renews its Lease. */
import type { LeaseEntry } from '../../inventory/index.ts';
import { sayDuration } from '../say-duration.ts';
import type { Instant } from '../subject.ts';

/** A Lease's duration where it does not say. */
const LEASE_MS = 15_000;

/** When the Lease ends if nobody renews it; undefined where it is not known. */
export function leaseEndsMono(lease: LeaseEntry | undefined): number | undefined {
  if (lease?.renewedMono === undefined) return undefined;
  return lease.renewedMono + (lease.object.durationSeconds * 1000 || LEASE_MS);
}

/** What is to be said of a component whose Lease has ended; '' for one that renews it, or of which nothing is known. */
export function describeSilence(component: string, lease: LeaseEntry | undefined, now: Instant): string {
  const endsMono = leaseEndsMono(lease);
  if (lease?.renewedMono === undefined || endsMono === undefined || now.monoMs < endsMono) return '';
  return `${component} is down or hangs: its Lease was last renewed ${sayDuration(now.monoMs - lease.renewedMono)} ago.`;
}
