/**
 * The ledger: how many nodes stand how, and for how many node-milliseconds they have. One bucket for each standing of a policy;
 * every counter is a sum of buckets, so that identities between the counters hold by construction.
 */
import type { Policy } from '@rollcall/contract';
import { dim, type Instant, type Move, type Standing, type Tallied } from '../coverage/index.ts';
import { advance, createBucket, type Bucket, type Role } from './bucket.ts';
import { createTallies, tally, turnTallies, type Tallies } from './tallies.ts';

/** The buckets of one series: one `namespace`/`daemonset`. They outlive the policy, so that no counter falls when it is made anew. */
export interface Series {
  policy: Policy | undefined;
  readonly createdWallMs: number;
  readonly good: Map<Standing, Bucket>;
  readonly bad: Map<Standing, Bucket>;
  /** Time that nobody led, by pool and excuse: exported as unobserved, and in no node's own time. */
  readonly holes: Map<string, Bucket>;
  /** What is counted one by one. */
  readonly tallies: Tallies;
}

/** The integrals of every policy. */
export interface Ledger {
  adopt(policy: Policy, now: Instant): void;
  drop(policy: Policy): void;
  move(move: Move): void;
  /** Counts or measures something; only what happened while this replica led is exported, or while nobody did and it leads next, and that once the answer is called. */
  tally(tally: Tallied): () => void;
  /**
   * Takes a role, which holds until the next one. Time behind `untilMonoMs` is pending: a leader exports it as unobserved when it
   * takes the Lease or renews it late; when somebody else is seen to lead it is dropped, since that one has. A follower's end may
   * lie in the past, before this replica saw anything: then the nodes of now are taken to have been there since.
   */
  take(role: Role, monoMs: number): void;
  /** True while this replica leads. */
  leads(monoMs: number): boolean;
  /** The series of a policy, with every bucket brought up to `monoMs`; undefined for one that was never adopted. */
  read(policy: Policy, monoMs: number): Series | undefined;
}

/** Without leader election a replica leads from the start and for ever. */
const ALONE: Role = { leader: true, untilMonoMs: Infinity };

/** An empty ledger, of a replica that is alone. */
export function createLedger(): Ledger {
  const all = new Map<string, Series>();
  let role = ALONE;
  const bump = (bucket: Bucket, by: number, monoMs: number): void => {
    advance(bucket, monoMs, role);
    bucket.count += by;
  };
  return {
    adopt: (policy, now) => {
      const series = all.get(keyOf(policy)) ?? createSeries(now.wallMs);
      all.set(keyOf(policy), series);
      if (series.policy !== undefined) rebook(series, policy, (bucket, by) => bump(bucket, by, now.monoMs));
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
    tally: (what) => tally(all.get(keyOf(what.policy))?.tallies, what, role),
    take: (next, monoMs) => {
      for (const series of all.values()) turn(series, { before: role, after: next, monoMs });
      role = next;
    },
    leads: (monoMs) => role.leader && monoMs < role.untilMonoMs,
    read: (policy, monoMs) => {
      const series = all.get(keyOf(policy));
      for (const bucket of series === undefined ? [] : bucketsOf(series)) advance(bucket, monoMs, role);
      return series;
    },
  };
}

function keyOf({ namespace, daemonset }: Policy): string {
  return `${namespace}/${daemonset}`;
}

function createSeries(createdWallMs: number): Series {
  return {
    policy: undefined,
    createdWallMs,
    good: new Map(),
    bad: new Map(),
    holes: new Map(),
    tallies: createTallies(),
  };
}

/** Every bucket of a series. */
export function bucketsOf(series: Series): readonly Bucket[] {
  return [...series.good.values(), ...series.bad.values(), ...series.holes.values()];
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
  if (bucket === undefined) byStanding.set(standing, (bucket = createBucket(standing, bad)));
  return bucket;
}

/** The nodes that stand there now go on under the changed policy's idea of bad; what is already counted stays as it was. */
function rebook(series: Series, policy: Policy, bump: (bucket: Bucket, by: number) => void): void {
  for (const bucket of bucketsOf(series)) {
    const bad = isBad(policy, bucket.standing);
    if (bucket.count === 0 || bad === bucket.bad) continue;
    bump(bucketOf(series, bucket.standing, bad), bucket.count);
    bump(bucket, -bucket.count);
  }
}

/** Ends a role: what is pending is exported by a leader, and else begins anew behind the end of another's Lease. */
function turn(series: Series, { before, after, monoMs }: { before: Role; after: Role; monoMs: number }): void {
  turnTallies(series.tallies, after);
  for (const bucket of bucketsOf(series)) {
    advance(bucket, monoMs, before);
    if (after.leader) bookHole(series, bucket);
    bucket.pendingMs = after.leader ? 0 : bucket.count * Math.max(0, monoMs - after.untilMonoMs);
  }
}

/** Exports a bucket's pending time as what it was: expected or excused, and observed by nobody who exports. */
function bookHole({ holes }: Series, { standing, pendingMs }: Bucket): void {
  const { pool, state, excuse } = standing;
  const isCounted = state === 'excused' || state === 'covered' || state === 'uncovered' || state === 'unobserved';
  if (pendingMs === 0 || !isCounted) return;
  const marks = standing.marks.map(dim);
  const key = `${excuse} ${marks.join()} ${pool}`;
  const hole = holes.get(key) ?? createBucket(unobserved({ pool, excuse, marks }), false);
  holes.set(key, hole);
  hole.exportedMs += pendingMs;
}

function unobserved({ pool, excuse, marks }: Pick<Standing, 'pool' | 'excuse' | 'marks'>): Standing {
  return {
    pool,
    state: excuse === '' ? 'unobserved' : 'excused',
    verdict: 'unobserved',
    reason: '',
    owner: '',
    excuse,
    rule: '',
    eligible: false,
    current: false,
    layers: [],
    marks,
  };
}
