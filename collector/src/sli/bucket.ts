/** A bucket: how many nodes share a standing, and for how many node-milliseconds they have, all told and by whom it is exported. */
import type { RoleEvent } from '@rollcall/contract';
import type { Standing } from '../coverage/index.ts';

/** Who leads as far as this replica knows, and until when: the leader itself, or the one that a follower follows. */
export type Role = Pick<RoleEvent, 'leader' | 'untilMonoMs'>;

/** Nodes that share a standing. The times are exact up to `atMono`; add `count` times what has passed since. */
export interface Bucket {
  readonly standing: Standing;
  /** True when this standing counts against the coverage objective. */
  readonly bad: boolean;
  count: number;
  /** All time that this replica saw. */
  ms: number;
  /** The part of it that this replica led: what it exports. */
  exportedMs: number;
  /** The part that lies behind the end of the Lease: nobody has exported it yet. */
  pendingMs: number;
  atMono: number;
}

/** A bucket without nodes and time. */
export function createBucket(standing: Standing, bad: boolean): Bucket {
  return { standing, bad, count: 0, ms: 0, exportedMs: 0, pendingMs: 0, atMono: 0 };
}

/** Brings a bucket up to `monoMs` under a role that has held since its last change; an earlier time changes nothing. */
export function advance(bucket: Bucket, monoMs: number, { leader, untilMonoMs }: Role): void {
  const { count, atMono } = bucket;
  if (monoMs <= atMono) return;
  const passed = count * (monoMs - atMono);
  const pending = count * Math.max(0, monoMs - Math.max(atMono, untilMonoMs));
  bucket.ms += passed;
  if (leader) bucket.exportedMs += passed - pending;
  bucket.pendingMs += pending;
  bucket.atMono = monoMs;
}
