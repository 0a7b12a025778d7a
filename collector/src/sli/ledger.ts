/**
 * The ledger: how many nodes stand how, and for how many node-milliseconds they have. One bucket for each standing of a policy;
 * every counter is a sum of buckets, so that identities between the counters hold by construction.
 */
import type { Policy } from '@rollcall/contract';
import type { Instant, Move, Standing } from '../coverage/index.ts';

/** Nodes that share a standing. `ms` is exact up to `atMono`; add `count` times what has passed since. */
export interface Bucket {
  readonly standing: Standing;
  /** True when this standing counts against the coverage objective. */
  readonly bad: boolean;
  count: number;
  ms: number;
  atMono: number;
}

/** The buckets of one series: one `namespace`/`daemonset`. They outlive the policy, so that no counter falls when it is made anew. */
export interface Series {
  policy: Policy | undefined;
  readonly createdWallMs: number;
  readonly good: Map<Standing, Bucket>;
  readonly bad: Map<Standing, Bucket>;
}

/** The integrals of every policy. */
export interface Ledger {
  adopt(policy: Policy, now: Instant): void;
  drop(policy: Policy): void;
  move(move: Move): void;
  /** The series of a policy, with every bucket brought up to `monoMs`; undefined for one that was never adopted. */
  read(policy: Policy, monoMs: number): Series | undefined;
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const all = new Map<string, Series>();
  return {
    adopt: (policy, now) => {
      const key = keyOf(policy);
      const series = all.get(key) ?? { policy: undefined, createdWallMs: now.wallMs, good: new Map(), bad: new Map() };
      all.set(key, series);
      if (series.policy !== undefined) rebook(series, policy, now.monoMs);
      series.policy = policy;
    },
    drop: (policy) => {
      const series = all.get(keyOf(policy));
      if (series?.policy?.uid === policy.uid) series.policy = undefined;
    },
    move: ({ policy, before, after, monoMs }) => {
      const series = all.get(keyOf(policy));
      if (series === undefined) return;
      // The policy that the buckets were booked by: while one takes over from another, both move nodes of this series.
      const judge = series.policy ?? policy;
      if (before !== undefined) bump(bucketOf(series, before, isBad(judge, before)), -1, monoMs);
      if (after !== undefined) bump(bucketOf(series, after, isBad(judge, after)), 1, monoMs);
    },
    read: (policy, monoMs) => {
      const series = all.get(keyOf(policy));
      if (series === undefined) return undefined;
      for (const bucket of bucketsOf(series)) bump(bucket, 0, monoMs);
      return series;
    },
  };
}

function keyOf({ namespace, daemonset }: Policy): string {
  return `${namespace}/${daemonset}`;
}

/** Every bucket of a series. */
export function bucketsOf(series: Series): readonly Bucket[] {
  return [...series.good.values(), ...series.bad.values()];
}

/** Uncovered time is bad, unless the coverage objective names owners and this reason's is none of them. */
function isBad(policy: Policy, { state, owner }: Standing): boolean {
  if (state !== 'uncovered' || owner === '') return false;
  const objective = policy.objectives.find(({ sli }) => sli === 'coverage');
  return objective?.owners === undefined || objective.owners.includes(owner);
}

function bucketOf(series: Series, standing: Standing, bad: boolean): Bucket {
  const byStanding = bad ? series.bad : series.good;
  let bucket = byStanding.get(standing);
  if (bucket === undefined) byStanding.set(standing, (bucket = { standing, bad, count: 0, ms: 0, atMono: 0 }));
  return bucket;
}

function bump(bucket: Bucket, by: number, monoMs: number): void {
  const passed = monoMs - bucket.atMono;
  if (passed > 0) {
    bucket.ms += bucket.count * passed;
    bucket.atMono = monoMs;
  }
  bucket.count += by;
}

/** The nodes that stand there now go on under the changed policy's idea of bad; what is already counted stays as it was. */
function rebook(series: Series, policy: Policy, monoMs: number): void {
  for (const bucket of bucketsOf(series)) {
    const bad = isBad(policy, bucket.standing);
    if (bucket.count === 0 || bad === bucket.bad) continue;
    bump(bucketOf(series, bucket.standing, bad), bucket.count, monoMs);
    bump(bucket, -bucket.count, monoMs);
  }
}
