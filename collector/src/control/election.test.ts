import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '@rollcall/kube';
import type { Role } from '../sli/bucket.ts';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { startElection, type Election } from './election.ts';

/** A quarter of a second at a time: much less than any period of an election. */
const STEP_MS = 250;
const REF = { kind: 'Lease', name: 'rollcall', namespace: 'here' };

/** What befalls a replica. */
interface Fate {
  /** Whether it knows the cluster. */
  warm: boolean;
  /** Its process neither runs nor sends anything until `resume`. */
  paused: boolean;
  /** Its requests fail, or are carried out and their answers lost. */
  cut: 'request' | 'answer' | undefined;
}

/** A replica and what it was told. */
interface Replica {
  readonly election: Election;
  readonly roles: readonly Role[];
  readonly fate: Fate;
  leads(): boolean;
  resume(): void;
  /** True while it waits for its next attempt. */
  isIdle(): boolean;
}

let cluster: TestKube;
let time: FakeTime;
let replicas: Replica[];

beforeEach(async () => {
  cluster = await startTestKube();
  cluster.kube.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: REF.namespace } });
  time = createFakeTime();
  replicas = [];
});
afterEach(() => cluster.stop());

/** A connection that shares the replica's fate. */
function cutBy(fate: Fate, connection: Connection): Connection {
  return {
    ...connection,
    request: async (asked) => {
      if (fate.cut === 'request') throw new Error('cut off');
      const answer = await connection.request(asked);
      if (fate.cut === undefined) return answer;
      answer.body.resume();
      throw new Error('the answer was lost');
    },
  };
}

async function startReplica(identity: string, { wallSkewMs = 0, warm = true } = {}): Promise<Replica> {
  const connection = await cluster.connect(time);
  const roles: Role[] = [];
  const fate: Fate = { warm, paused: false, cut: undefined };
  let waiting: (() => void) | undefined;
  const after = (ms: number, run: () => void): (() => void) => {
    const fire = (): void => {
      if (fate.paused) return;
      waiting = undefined;
      run();
    };
    waiting = fire;
    return time.after(ms, fire);
  };
  const election = startElection({
    connection: cutBy(fate, connection),
    clock: { ...time, wallMs: () => time.wallMs() + wallSkewMs },
    timers: { after },
    log: { info: () => undefined, warn: () => undefined },
    namespace: 'here',
    identity,
    isWarm: () => fate.warm,
    tell: (role) => void roles.push(role),
  });
  const leads = (): boolean => {
    const role = roles.at(-1);
    return role !== undefined && role.leader && time.monoMs() < role.untilMonoMs;
  };
  const resume = (): void => {
    fate.paused = false;
    waiting?.();
  };
  const replica = { election, roles, fate, leads, resume, isIdle: () => waiting !== undefined };
  replicas.push(replica);
  await settle();
  return replica;
}

const settle = (): Promise<void> => until(() => replicas.every((replica) => replica.isIdle()), 'all to wait');

/** Lets time pass; at each look at most one leads. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    time.advance(STEP_MS);
    await settle();
    expect(replicas.filter((replica) => replica.leads()).length).toBeLessThan(2);
  }
}

function holder(): unknown {
  return (cluster.kube.store.get(REF)?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

/** Time until `who` leads. */
async function passUntil(who: Replica): Promise<number> {
  const start = time.monoMs();
  while (!who.leads()) {
    await pass(STEP_MS);
    expect(time.monoMs() - start).toBeLessThan(60_000);
  }
  return time.monoMs() - start;
}

describe('an election', () => {
  test('is won by the first and kept by renewing; the other one hears until when', async () => {
    const a = await startReplica('a');
    expect(a.roles).toEqual([
      { leader: false, untilMonoMs: Infinity },
      { leader: true, untilMonoMs: 15_000 },
    ]);
    const b = await startReplica('b');
    expect(b.roles.at(-1)).toEqual({ leader: false, untilMonoMs: 15_000 });
    await pass(60_000);
    expect([a.leads(), b.leads(), holder()]).toEqual([true, false, 'a']);
    expect(a.roles.at(-1)?.untilMonoMs).toBeGreaterThan(time.monoMs() + 12_000);
    // The follower knows each end later than the leader itself, never sooner.
    expect(b.roles.at(-1)?.untilMonoMs).toBeGreaterThanOrEqual(time.monoMs() + 12_000);
    expect(cluster.kube.store.get(REF)?.['spec']).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  test('goes to the other one when the leader dies, after the Lease has not changed for its whole duration', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')];
    await pass(5_000);
    a.fate.paused = true;
    const took = await passUntil(b);
    expect(took).toBeGreaterThan(11_000);
    expect(took).toBeLessThanOrEqual(15_000 + 2 * 2_400);
    expect(b.roles.at(-2)?.untilMonoMs).toBeGreaterThanOrEqual(a.roles.at(-1)?.untilMonoMs ?? Infinity);
    a.resume();
    await settle();
    expect(a.roles.at(-1)).toEqual({
      leader: false,
      untilMonoMs: expect.closeTo(time.monoMs() + 15_000, -4) as number,
    });
    await pass(30_000);
    expect([a.leads(), b.leads()]).toEqual([false, true]);
  });

  test.each([-3_600_000, 3_600_000])('does not care that wall clocks differ by %i ms', async (wallSkewMs) => {
    const a = await startReplica('a');
    const b = await startReplica('b', { wallSkewMs });
    await pass(30_000);
    expect([a.leads(), b.leads()]).toEqual([true, false]);
    a.fate.paused = true;
    expect(await passUntil(b)).toBeGreaterThan(11_000);
  });

  test('is handed over at once when the leader stops', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')];
    await a.election.stop();
    replicas.shift();
    expect([a.leads(), holder()]).toEqual([false, '']);
    expect(await passUntil(b)).toBeLessThanOrEqual(2_500);
    // The end that it heard of is that of the release, not that of the Lease before it.
    expect(b.roles.at(-2)?.untilMonoMs).toBeLessThanOrEqual(time.monoMs());
  });

  test('is not released by one that does not hold it', async () => {
    const [, b] = [await startReplica('a'), await startReplica('b')];
    await b.election.stop();
    expect(holder()).toBe('a');
  });

  test('lets a leader that cannot renew stop writing at 10 s and counting at 15 s, and lead on when it can again', async () => {
    const a = await startReplica('a');
    a.fate.cut = 'request';
    await pass(9_750);
    expect([a.election.mayWrite(), a.leads()]).toEqual([true, true]);
    await pass(250);
    expect([a.election.mayWrite(), a.leads()]).toEqual([false, true]);
    await pass(5_000);
    expect(a.leads()).toBe(false);
    a.fate.cut = undefined;
    await pass(2_250);
    expect([a.election.mayWrite(), a.leads()]).toEqual([true, true]);
    expect(a.roles.every(({ leader }, index) => leader === index > 0)).toBe(true);
  });

  test('believes in a renewal only when it was answered', async () => {
    const a = await startReplica('a');
    a.fate.cut = 'answer';
    await pass(14_000);
    expect(a.roles.at(-1)).toEqual({ leader: true, untilMonoMs: 15_000 });
    a.fate.cut = undefined;
    await pass(2_250);
    expect(a.roles.at(-1)?.untilMonoMs).toBeGreaterThan(27_000);
    expect(cluster.kube.store.get(REF)?.['spec']).toMatchObject({ leaseTransitions: 0 });
  });

  test('is taken by a replica that starts after all others died, which hears when they did', async () => {
    const a = await startReplica('a');
    a.fate.paused = true;
    replicas.pop();
    time.advance(600_000);
    const b = await startReplica('b');
    expect(b.roles.at(-1)).toEqual({ leader: false, untilMonoMs: 15_000 });
    expect(await passUntil(b)).toBeGreaterThanOrEqual(15_000);
  });

  test('is not entered before the replica is warm', async () => {
    const a = await startReplica('a', { warm: false });
    await pass(30_000);
    expect(a.roles).toHaveLength(1);
    a.fate.warm = true;
    await pass(1_250);
    expect(a.leads()).toBe(true);
  });

  test('goes on when somebody deletes the Lease or writes labels on it', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')];
    await pass(5_000);
    cluster.kube.store.patch(REF, { metadata: { labels: { some: 'body' } } });
    await pass(5_000);
    expect([a.leads(), b.leads(), holder()]).toEqual([true, false, 'a']);
    cluster.kube.store.delete(REF);
    time.advance(5_000);
    await settle();
    expect(['a', 'b']).toContain(holder());
  });
});
