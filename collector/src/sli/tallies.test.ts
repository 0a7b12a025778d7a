import { AGENT_COMPONENT_LIMIT, type Policy, type TallyName } from '@rollcall/contract';
import { describe, expect, test, vi } from 'vitest';
import { buildPolicy, START } from '../test-objects.ts';
import { createLedger } from './ledger.ts';
import { readTallies } from './read-tallies.ts';
import { createTallies, tally } from './tallies.ts';

const JOINS: Partial<Policy> = { objectives: [{ sli: 'join', target: 0.95, windowMs: 1 }] };
const HEARTBEATS: Partial<Policy> = {
  heartbeatLayer: { periodMs: 10_000, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] },
};

/** A ledger that counts for one policy; times are milliseconds after START. */
function createScene(changes: Partial<Policy> = {}): {
  count: (of: TallyName, label: string, ms?: number) => void;
  hold: (of: TallyName, label: string, ms?: number) => () => void;
  lead: (leader: boolean, untilMs: number, ms: number) => void;
  measure: (of: TallyName, label: string, measured: number) => void;
  at: (ms: number) => void;
  exported: (pool?: string) => readonly string[];
  seen: (pool?: string) => readonly string[];
} {
  const ledger = createLedger();
  const policy = buildPolicy(changes);
  ledger.adopt(policy, START);
  let now = 0;
  const monoMs = (): number => START.monoMs + now;
  const read = (which: 'seen' | 'exported', pool: string): readonly string[] =>
    readTallies(policy, ledger.read(policy, monoMs()), (cell) => cell[which])
      .of(pool)
      .filter(({ slots }) => slots.some((slot) => slot > 0))
      .map(({ of, label, slots }) => `${of} ${label}: ${slots.join(' ')}`);
  return {
    count: (of, label, ms = now) => ledger.tally({ policy, pool: 'p', of, label, monoMs: START.monoMs + ms })(),
    measure: (of, label, measured) => ledger.tally({ policy, pool: '', of, label, ms: measured, monoMs: monoMs() })(),
    hold: (of, label, ms = now) => ledger.tally({ policy, pool: 'p', of, label, monoMs: START.monoMs + ms }),
    lead: (leader, untilMs, ms) => ledger.take({ leader, untilMonoMs: START.monoMs + untilMs }, START.monoMs + ms),
    at: (ms) => {
      now = ms;
    },
    exported: (pool = 'p') => read('exported', pool),
    seen: (pool = 'p') => read('seen', pool),
  };
}

describe('tallies', () => {
  test('are all exported by a replica that is alone', () => {
    const { count, exported, seen } = createScene();
    count('restarts', 'OOMKilled');
    count('restarts', 'OOMKilled');
    expect(exported()).toEqual(['restarts OOMKilled: 2']);
    expect(seen()).toEqual(exported());
  });

  test('are seen, and not exported, by a replica that follows', () => {
    const { count, lead, exported, seen } = createScene();
    lead(false, 100, 0);
    count('restarts', 'Error', 50);
    expect(exported()).toEqual([]);
    expect(seen()).toEqual(['restarts Error: 1']);
  });

  test('are exported when they are released, once, by whoever led when they were counted', () => {
    const { hold, lead, exported, seen } = createScene();
    const release = hold('restarts', 'Error', 10);
    expect(seen()).toEqual(['restarts Error: 1']);
    expect(exported()).toEqual([]);
    lead(false, 100, 50);
    release();
    release();
    hold('restarts', 'Error', 60)();
    expect(exported()).toEqual(['restarts Error: 1']);
  });

  test('that are held behind the end of a Lease are for whoever leads next', () => {
    const { hold, lead, exported } = createScene();
    lead(false, 100, 0);
    const [ours, theirs] = [hold('restarts', 'Error', 150), hold('restarts', 'OOMKilled', 120)];
    lead(false, 130, 160);
    lead(true, 300, 170);
    ours();
    theirs();
    expect(exported()).toEqual(['restarts Error: 1']);
  });

  test('behind the end of a Lease are exported by whoever leads next, and by nobody twice', () => {
    const { count, lead, exported, seen } = createScene();
    lead(true, 100, 0);
    count('restarts', 'Error', 100);
    count('restarts', 'Error', 101);
    expect(exported()).toEqual(['restarts Error: 1']);
    lead(true, 300, 200);
    expect(exported()).toEqual(['restarts Error: 2']);
    count('restarts', 'Error', 301);
    lead(false, 400, 302);
    lead(true, 900, 500);
    expect(exported()).toEqual(['restarts Error: 2']);
    expect(seen()).toEqual(['restarts Error: 3']);
  });

  test('of a follower wait until somebody is seen to have led, or it leads itself', () => {
    const { count, lead, exported } = createScene();
    lead(false, 100, 0);
    count('restarts', 'Error', 150);
    lead(false, 120, 160);
    lead(true, 900, 200);
    expect(exported()).toEqual(['restarts Error: 1']);
  });

  test('that are measured go where their bound is, the bound included', () => {
    const { measure, exported } = createScene(JOINS);
    for (const ms of [0, 1_000, 1_001, 1_800_000, 1_800_001]) measure('joinDuration', 'started', ms);
    expect(exported('')).toEqual([`joinDuration started: 2 1 0 0 0 0 0 0 0 0 1 1 ${1_000 + 1_001 + 3_600_001}`]);
  });

  test('have labels beyond a limit together, and the first ones for life', () => {
    const { count, exported } = createScene(HEARTBEATS);
    for (let n = 0; n < AGENT_COMPONENT_LIMIT + 3; n += 1) count('agentErrors', `c${n}`);
    count('agentErrors', 'c0');
    expect(exported()).toHaveLength(AGENT_COMPONENT_LIMIT + 1);
    expect(exported()[0]).toBe('agentErrors c0: 2');
    expect(exported().at(-1)).toBe('agentErrors other: 3');
  });

  test('are there at 0 from the start where the labels are known, and only where the policy asks', () => {
    const labels = (changes: Partial<Policy>, pool: string): ReadonlySet<string> =>
      new Set(
        readTallies(buildPolicy(changes), undefined, (cell) => cell.seen)
          .of(pool)
          .map(({ of }) => of),
      );
    expect(labels({}, 'p')).toEqual(new Set(['restarts', 'failedScheduling']));
    expect(labels({}, '')).toEqual(new Set(['failedScheduling']));
    expect(labels(JOINS, 'p')).toEqual(new Set(['restarts', 'failedScheduling', 'joins', 'joinDuration']));
    expect(labels(JOINS, '')).toEqual(new Set(['failedScheduling', 'joinDuration']));
    // Heartbeats are taken for each of these layers.
    for (const asking of [
      HEARTBEATS,
      { meshLayer: { minimumPeersRatio: 0.9 } },
      { ingestionLayer: { maxLagMs: 30_000 } },
    ]) {
      expect(labels(asking, '')).toEqual(new Set(['failedScheduling', 'ingestionLag']));
      expect(labels(asking, 'p')).toEqual(new Set(['restarts', 'failedScheduling', 'heartbeats']));
    }
  });

  test('by a name that senders chose look at no other cells, however many pools there are', () => {
    const tallies = createTallies();
    const count = (label: string): void => {
      const tallied = { policy: buildPolicy(), pool: 'p', of: 'telemetrySent', label, monoMs: 1 } as const;
      tally(tallies, tallied, { leader: true, untilMonoMs: Infinity })();
    };
    count('logs');
    const looks = vi.spyOn(tallies.cells, 'values');
    count('logs');
    count('metrics');
    expect(looks).not.toHaveBeenCalled();
  });

  test('of a policy that was never adopted count nothing', () => {
    const ledger = createLedger();
    const policy = buildPolicy();
    ledger.tally({ policy, pool: 'p', of: 'restarts', label: 'Error', monoMs: 0 });
    expect(ledger.read(policy, 0)).toBeUndefined();
  });
});
