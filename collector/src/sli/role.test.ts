import { describe, expect, test } from 'vitest';
import type { Standing } from '../coverage/index.ts';
import { buildPolicy, START } from '../test-objects.ts';
import { createChance, type Chance } from '../test-random.ts';
import type { Role } from './bucket.ts';
import { bucketsOf, createLedger, type Ledger } from './ledger.ts';

const COVERED: Standing = {
  pool: 'p',
  state: 'covered',
  verdict: 'covered',
  reason: '',
  owner: '',
  excuse: '',
  rule: '',
  eligible: true,
  current: true,
  layers: ['pod'],
  marks: [],
};
const CRASHED: Standing = { ...COVERED, state: 'uncovered', verdict: 'uncovered', reason: 'CrashLoop', owner: 'agent' };
const JOINING: Standing = { ...COVERED, state: 'excused', excuse: 'Joining', pool: 'q' };
const STRAY: Standing = { ...COVERED, state: 'stray' };
const policy = buildPolicy();

/** A replica: times are milliseconds after START. */
function createReplica(): {
  ledger: Ledger;
  take: (role: Role, ms: number) => void;
  move: (before: Standing | undefined, after: Standing | undefined, ms: number) => void;
  exported: (ms: number) => Readonly<Record<string, number>>;
  seen: (ms: number) => number;
} {
  const ledger = createLedger();
  ledger.adopt(policy, START);
  const buckets = (ms: number): ReturnType<typeof bucketsOf> => {
    const series = ledger.read(policy, START.monoMs + ms);
    return series === undefined ? [] : bucketsOf(series);
  };
  return {
    ledger,
    take: ({ leader, untilMonoMs }, ms) =>
      ledger.take({ leader, untilMonoMs: START.monoMs + untilMonoMs }, START.monoMs + ms),
    move: (before, after, ms) => ledger.move({ policy, before, after, monoMs: START.monoMs + ms }),
    exported: (ms) => {
      const sums: Record<string, number> = {};
      for (const { standing, exportedMs } of buckets(ms)) {
        const key = `${standing.excuse}${standing.excuse && ' '}${standing.verdict}`;
        if (exportedMs > 0) sums[key] = (sums[key] ?? 0) + exportedMs;
      }
      return sums;
    },
    seen: (ms) => buckets(ms).reduce((sum, bucket) => sum + bucket.ms, 0),
  };
}

const FOLLOWS = { leader: false, untilMonoMs: Infinity };

describe('a replica', () => {
  test('exports all that it sees when it is alone', () => {
    const { move, exported, ledger } = createReplica();
    move(undefined, COVERED, 0);
    expect(exported(70)).toEqual({ covered: 70 });
    expect(ledger.leads(Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  test('that follows exports nothing and sees everything', () => {
    const { take, move, exported, seen, ledger } = createReplica();
    take(FOLLOWS, 0);
    move(undefined, COVERED, 0);
    expect([exported(70), seen(70), ledger.leads(START.monoMs)]).toEqual([{}, 70, false]);
  });

  test('that leads exports up to the end of its Lease, and what lies behind as unobserved once it has renewed', () => {
    const { take, move, exported, seen, ledger } = createReplica();
    move(undefined, COVERED, 0);
    take({ leader: true, untilMonoMs: 150 }, 0);
    move(COVERED, CRASHED, 200);
    expect(exported(300)).toEqual({ covered: 150 });
    expect([149, 150].map((ms) => ledger.leads(START.monoMs + ms))).toEqual([true, false]);
    take({ leader: true, untilMonoMs: 450 }, 310);
    expect(exported(320)).toEqual({ covered: 150, unobserved: 160, uncovered: 10 });
    expect(seen(320)).toBe(320);
  });

  test('that renews in time has no hole', () => {
    const { take, move, exported } = createReplica();
    move(undefined, COVERED, 0);
    for (const ms of [0, 20, 40]) take({ leader: true, untilMonoMs: ms + 150 }, ms);
    expect(exported(190)).toEqual({ covered: 190 });
  });

  test('drops what was pending when another one is seen to lead', () => {
    const { take, move, exported } = createReplica();
    move(undefined, COVERED, 0);
    take({ leader: true, untilMonoMs: 150 }, 0);
    take({ leader: false, untilMonoMs: 400 }, 250);
    take({ leader: true, untilMonoMs: 650 }, 500);
    expect(exported(600)).toEqual({ covered: 250, unobserved: 100 });
  });

  test('takes the nodes that it starts with to have been there since the Lease of a dead process ran out', () => {
    const { take, move, exported } = createReplica();
    take(FOLLOWS, 0);
    move(undefined, COVERED, 1_000);
    move(undefined, CRASHED, 1_000);
    take({ leader: false, untilMonoMs: -9_000 }, 1_000);
    expect(exported(16_000)).toEqual({});
    take({ leader: true, untilMonoMs: 31_000 }, 16_000);
    expect(exported(16_000)).toEqual({ unobserved: 2 * 25_000 });
  });

  test('books excused time of a hole as excused, and that of nodes out of scope nowhere', () => {
    const { take, move, exported } = createReplica();
    take({ leader: false, untilMonoMs: 0 }, 0);
    for (const standing of [COVERED, JOINING, STRAY]) move(undefined, standing, 0);
    take({ leader: true, untilMonoMs: Infinity }, 10);
    expect(exported(10)).toEqual({ unobserved: 10, 'Joining unobserved': 10 });
  });
});

const SEEDS = Array.from({ length: 200 }, (_, index) => 4_001 + index);
const LEASE = 150;
const STATES = [COVERED, CRASHED] as const;

type Replica = ReturnType<typeof createReplica>;

/** One Lease and two replicas; the one that does not hold it sees each of its changes up to 20 ms late. */
function createLease(chance: Chance): {
  readonly replicas: readonly [Replica, Replica];
  now: number;
  lostAtMost: number;
  /** The Lease is renewed in time or late, or taken once it has run out for both. */
  stir(): void;
  settle(): void;
} {
  const replicas: [Replica, Replica] = [createReplica(), createReplica()];
  let [leader, until, late] = [0, 0, 0];
  const lead = (who: number): void => {
    until = lease.now + LEASE;
    late = chance.below(20);
    replicas[who]?.take({ leader: true, untilMonoMs: until }, lease.now);
    replicas[1 - who]?.take({ leader: false, untilMonoMs: until + late }, lease.now + late);
    leader = who;
    lease.now += late;
  };
  const lease = {
    replicas,
    now: 0,
    lostAtMost: 0,
    stir: () => {
      const isFree = lease.now >= until + late;
      if (!chance.once(2)) return;
      if (!isFree || chance.once(2)) return lead(leader);
      lease.lostAtMost += late;
      lead(1 - leader);
    },
    settle: () => lead(leader),
  };
  lead(0);
  return lease;
}

/** Five nodes under such a Lease. */
function playLease(chance: Chance): { readonly lost: number; readonly lostAtMost: number } {
  const lease = createLease(chance);
  const nodes: Standing[] = Array.from({ length: 5 }, () => COVERED);
  const start = lease.now;
  for (const { move } of lease.replicas) for (const standing of nodes) move(undefined, standing, start);
  for (let step = 0; step < 60; step += 1) {
    lease.now += chance.below(120);
    const at = chance.below(nodes.length);
    const [before, after] = [nodes[at], chance.pick(STATES)];
    for (const { move } of lease.replicas) move(before, after, lease.now);
    nodes[at] = after;
    lease.stir();
  }
  lease.settle();
  const all = lease.replicas.flatMap(({ exported }) => Object.values(exported(lease.now)));
  const exported = all.reduce((total, ms) => total + ms, 0);
  return { lost: nodes.length * (lease.now - start) - exported, lostAtMost: nodes.length * lease.lostAtMost };
}

describe('two replicas of which one leads at a time', () => {
  test.each(SEEDS)('export together every node-millisecond once (seed %i)', (seed) => {
    const { lost, lostAtMost } = playLease(createChance(seed));
    // Of a Lease that ran out its successor knows the end later by as much as it saw the last renewal late.
    expect(lost).toBeGreaterThanOrEqual(0);
    expect(lost).toBeLessThanOrEqual(lostAtMost);
  });

  test('and the histories have hand-overs in them', () => {
    expect(SEEDS.filter((seed) => playLease(createChance(seed)).lostAtMost > 0).length).toBeGreaterThan(100);
  });
});
