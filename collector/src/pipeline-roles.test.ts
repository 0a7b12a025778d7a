import { expect, inject, test } from 'vitest';
import type { Instant } from './coverage/index.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { createAudited, findFaults, listCounters } from './test-audit.ts';
import { START } from './test-objects.ts';
import { createChance } from './test-random.ts';
import { createWorld } from './test-world.ts';

/** Other worlds come by ROLLCALL_SEED. */
const FIRST_SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_260_401);
const SEEDS = Array.from({ length: 2 * inject('rounds') }, (_, index) => FIRST_SEED + index);
const EVENTS = 1_500;
const LEASE_MS = 15_000;
const STATES = ['covered', 'uncovered', 'unobserved', 'excused'] as const;

function createReplica(): Pipeline {
  const history = { durable: false, append: () => undefined, remember: () => undefined };
  return createPipeline({ cluster: '', history, memories: [] });
}

/** Two replicas that see the same cluster; the Lease is renewed, runs out, is renewed late or changes hands by chance. */
function createPair(seed: number): {
  readonly replicas: readonly [Pipeline, Pipeline];
  readonly changes: () => number;
  stir(now: Instant): void;
  settle(now: Instant): void;
} {
  const chance = createChance(seed);
  const replicas = [createReplica(), createReplica()] as const;
  let [leader, until, changes] = [0, START.monoMs + LEASE_MS, 0];
  const tell = (who: number, leads: boolean, { monoMs, wallMs }: Instant): void =>
    replicas[who]?.apply({ kind: 'role', source: 'lease', uid: '', leader: leads, untilMonoMs: until, monoMs, wallMs });
  const lead = (who: number, now: Instant): void => {
    if (who !== leader) changes += 1;
    leader = who;
    until = now.monoMs + LEASE_MS;
    tell(who, true, now);
    tell(1 - who, false, now);
  };
  lead(0, START);
  return {
    replicas,
    changes: () => changes,
    stir: (now) => {
      // Only the leader may renew, on time or late; the other one takes what has run out.
      if (chance.once(3)) lead(now.monoMs >= until && chance.once(2) ? 1 - leader : leader, now);
    },
    settle: (now) => lead(leader, now),
  };
}

test.each(SEEDS)(
  'two replicas export every node-millisecond once between them, by identities that hold at each of them (seed %i)',
  (seed) => {
    const truth = createAudited();
    const { replicas, stir, settle, changes } = createPair(seed);
    const world = createWorld({
      seed,
      wallSteps: true,
      emit: (event) => {
        for (const { apply } of [truth.roll, ...replicas]) apply(event);
      },
    });
    const last = replicas.map(() => new Map<string, ReadonlyMap<string, number>>());
    for (let event = 0; event < EVENTS; event += 1) {
      world.step();
      stir(world.now());
      if (event % 10 === 0) replicas.forEach((replica, who) => verify(replica, world.now(), last[who]));
    }
    const now = world.now();
    settle(now);
    truth.roll.advance(now);
    for (const { policy } of truth.roll.policies.values()) {
      const expected = STATES.map((state) => truth.stateMs(policy.daemonset, state, now.monoMs));
      expect(sumExported(replicas, policy.daemonset, now)).toBe(expected.reduce((sum, ms) => sum + ms, 0));
    }
    expect(changes()).toBeGreaterThan(5);
  },
  30_000,
);

/** Throws when an identity of the exported figures does not hold, or one of them fell. */
function verify(replica: Pipeline, now: Instant, last: Map<string, ReadonlyMap<string, number>> | undefined): void {
  for (const reading of replica.read(now)) {
    expect(findFaults(reading)).toEqual([]);
    const counters = listCounters(reading);
    for (const [name, before] of last?.get(reading.daemonset) ?? []) {
      expect(counters.get(name) ?? 0, name).toBeGreaterThanOrEqual(before);
    }
    last?.set(reading.daemonset, counters);
  }
}

/** Valid, unobserved and excused node-milliseconds of all replicas. */
function sumExported(replicas: readonly Pipeline[], daemonset: string, now: Instant): number {
  const pools = replicas
    .flatMap((replica) => replica.read(now))
    .filter((reading) => reading.daemonset === daemonset)
    .flatMap((reading) => reading.pools);
  const times = pools.flatMap(({ slis, excuses }) => [
    // Every node that is expected is valid or unobserved for coverage.
    ...slis.filter(({ sli }) => sli === 'coverage').map(({ validMs, unobservedMs }) => validMs + unobservedMs),
    ...excuses.map(({ ms }) => ms),
  ]);
  return times.reduce((sum, ms) => sum + ms, 0);
}
