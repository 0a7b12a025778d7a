/** Keeps the core's books a second time: the identities that hold of every reading, and integrals from the moves alone. */
import { MARKED_SLIS, type Mark, type MarkedSli, type NodeState } from '@rollcall/contract';
import {
  createRoll,
  readPlannedWork,
  readPoolReports,
  readUsage,
  type Instant,
  type Move,
  type PolicyRoll,
  type Roll,
} from './coverage/index.ts';
import { findDaemonSet } from './inventory/index.ts';
import { createLedger } from './sli/ledger.ts';
import { readPolicy } from './sli/read-policy.ts';
import type { PolicyReading } from './sli/index.ts';

type PoolReading = PolicyReading['pools'][number];

/** A roll with its ledger, and what the audit found by itself. */
export interface Audited {
  readonly roll: Roll;
  read(policy: PolicyRoll, now: Instant): PolicyReading;
  /** Node-milliseconds in a state under a DaemonSet's series up to `monoMs`, from the times of the moves alone. */
  stateMs(daemonSet: string, state: NodeState, monoMs: number): number;
  /** The same of a mark of an SLI. */
  markMs(daemonSet: string, mark: `${MarkedSli} ${Mark}`, monoMs: number): number;
  /** The DaemonSets whose series moved since this was asked last. */
  takeMoved(): ReadonlySet<string>;
}

/** Creates a roll and a ledger whose moves are audited. */
export function createAudited(): Audited {
  const ledger = createLedger();
  const integrals = createIntegrals();
  let moved = new Set<string>();
  const roll = createRoll({
    cluster: 'audited',
    memories: [],
    sink: {
      adopted: (policy, now) => ledger.adopt(policy, now),
      dropped: (policy) => ledger.drop(policy),
      moved: (move) => {
        ledger.move(move);
        integrals.move(move);
        moved.add(move.policy.daemonset);
      },
      tallied: (tally) => ledger.tally(tally)(),
      transition: () => undefined,
      happened: () => undefined,
      remember: () => undefined,
    },
  });
  return {
    roll,
    read: (own, { monoMs }) => {
      const { namespace, daemonset } = own.policy;
      const daemonSet = findDaemonSet(roll.inventory, namespace, daemonset);
      const reports = readPoolReports(roll.inventory, own, monoMs);
      const planned = readPlannedWork(roll.inventory, own, monoMs);
      const usage = readUsage(roll.inventory, own, monoMs);
      return readPolicy({ roll: own, ledger, span: 'seen', daemonSet, reports, planned, usage, monoMs });
    },
    stateMs: integrals.sumMs,
    markMs: integrals.sumMs,
    takeMoved: () => {
      const taken = moved;
      moved = new Set();
      return taken;
    },
  };
}

/** A node that enters at e and leaves at l adds l - e; one that is still there adds now - e. */
function createIntegrals(): { sumMs(daemonSet: string, what: string, monoMs: number): number; move(move: Move): void } {
  const sums = new Map<string, { left: number; count: number }>();
  const bump = (key: string, ms: number, by: number): void => {
    const sum = sums.get(key) ?? { left: 0, count: 0 };
    sums.set(key, { left: sum.left + ms, count: sum.count + by });
  };
  return {
    move: ({ policy, before, after, monoMs }) => {
      for (const what of wordsOf(before)) bump(`${policy.daemonset}/${what}`, monoMs, -1);
      for (const what of wordsOf(after)) bump(`${policy.daemonset}/${what}`, -monoMs, 1);
    },
    sumMs: (daemonSet, what, monoMs) => {
      const { left, count } = sums.get(`${daemonSet}/${what}`) ?? { left: 0, count: 0 };
      return left + count * monoMs;
    },
  };
}

/** A standing's state and its marks. */
function wordsOf(standing: Move['after']): readonly string[] {
  if (standing === undefined) return [];
  return [standing.state, ...standing.marks.map((mark, index) => `${MARKED_SLIS[index]} ${mark}`)];
}

/** Every fault of a reading: an identity that does not hold, or a figure that cannot be. Empty when all is well. */
export function findFaults(reading: PolicyReading): readonly string[] {
  const faults: string[] = [];
  const check = (holds: boolean, name: string, pool: PoolReading): void => {
    if (!holds) faults.push(`${name}: ${JSON.stringify(pool)}`);
  };
  for (const pool of reading.pools) {
    const { counts, reasons, excuses, layers } = pool;
    const { expected, covered, uncovered, unobserved, current } = counts;
    check(expected === covered + uncovered + unobserved, 'expected = covered + uncovered + unobserved', pool);
    check(sum(reasons, 'nodes') === uncovered, 'reasons sum to uncovered', pool);
    check(sum(excuses, 'nodes') === counts.excused, 'excuses sum to excused', pool);
    check(
      layers.length === 1 ? layers[0]?.good === covered : covered <= sum(layers, 'good'),
      'a layer is good where a node is covered',
      pool,
    );
    check(
      layers.every(({ good }) => good <= expected),
      'good nodes are expected',
      pool,
    );
    check(current <= covered, 'current is covered', pool);
    for (const [name, holds] of Object.entries(judgeSlis(pool))) check(holds, name, pool);
    check(areWhole(pool), 'integers from 0', pool);
  }
  return faults;
}

/** What holds between the SLIs of a pool. */
function judgeSlis({ slis, reasons }: PoolReading): Readonly<Record<string, boolean>> {
  const whole = slis.find(({ sli }) => sli === 'coverage');
  const expectedMs = (whole?.validMs ?? 0) + (whole?.unobservedMs ?? 0);
  return {
    'good <= valid': slis.every(({ validMs, goodMs }) => goodMs <= validMs),
    'covered time is good': (whole?.validMs ?? 0) - sum(reasons, 'ms') <= (whole?.goodMs ?? 0),
    'no mark outlives expectation': slis.every(({ validMs, unobservedMs }) => validMs + unobservedMs <= expectedMs),
  };
}

/** Every counter of a reading that has moved, by its name and labels. */
export function listCounters({ daemonset, pools }: PolicyReading): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const { pool, slis, reasons, excuses } of pools) {
    const add = (name: string, ms: number): void => {
      if (ms !== 0) counters.set(`${daemonset}/${pool}/${name}`, ms);
    };
    for (const { sli, validMs, goodMs, unobservedMs } of slis) {
      add(`${sli}/valid`, validMs);
      add(`${sli}/good`, goodMs);
      add(`${sli}/unobserved`, unobservedMs);
    }
    for (const { reason, ms } of reasons) add(reason, ms);
    for (const { reason, verdict, ms } of excuses) add(`${reason}/${verdict}`, ms);
  }
  return counters;
}

function sum<Key extends string>(items: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return items.reduce((total, item) => total + item[key], 0);
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areWhole({ counts, layers, excluded, slis, reasons, excuses, longestUncoveredMs }: PoolReading): boolean {
  return (
    isWhole(longestUncoveredMs) &&
    Object.values(counts).every(isWhole) &&
    layers.every(({ good }) => isWhole(good)) &&
    excluded.every(({ nodes }) => isWhole(nodes)) &&
    slis.every(({ validMs, goodMs, unobservedMs }) => [validMs, goodMs, unobservedMs].every(isWhole)) &&
    [...reasons, ...excuses].every(({ nodes, ms }) => isWhole(nodes) && isWhole(ms))
  );
}
