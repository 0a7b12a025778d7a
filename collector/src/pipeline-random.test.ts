import { isDeepStrictEqual } from 'node:util';
import { MARKED_SLIS, NODE_STATES } from '@rollcall/contract';
import { expect, inject, test } from 'vitest';
import { isInScope, type Instant, type NodeRecord, type PolicyRoll } from './coverage/index.ts';
import type { PolicyReading } from './sli/index.ts';
import { subjectOf } from './coverage/describe-node.ts';
import { diagnose } from './coverage/diagnosis/diagnose.ts';
import { createAudited, findFaults, listCounters, type Audited } from './test-audit.ts';
import { describeStanding } from './test-cluster.ts';
import { isLive, judgePlainly } from './test-model.ts';
import { buildPolicy, HOUR, START } from './test-objects.ts';
import { createWorld, type World } from './test-world.ts';

/** Other worlds come by ROLLCALL_SEED. */
const FIRST_SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_260_101);
/** Two worlds a round, of 3,000 events each: many short histories meet more beginnings than one long one. */
const SEEDS = Array.from({ length: 2 * inject('rounds') }, (_, index) => FIRST_SEED + index);
const EVENTS = 3_000;
/** A busy machine takes its time. */
const TIMEOUT_MS = 30_000;
const FEWER_EVENTS = 1_500;
/** How many events lie between two full comparisons. */
const INTERVAL = 100;

/** The first way in which a policy's records differ from what the world holds, by the plain second opinion. */
function findDifference(world: World, own: PolicyRoll): string | undefined {
  for (const [name, node] of world.nodes) {
    const { states, eligible } = judgePlainly(world, own.policy, node);
    const standing = own.records.get(name)?.standing;
    const seen = describeStanding(standing);
    const known = states.some(
      (state) => state === seen || (state.endsWith(':*') && seen.startsWith(state.slice(0, -1))),
    );
    if (!known) return `${own.policy.uid} ${name} is ${seen}, not ${states.join(' or ')}`;
    if ((standing?.eligible ?? false) !== eligible) return `${name}: eligible is not ${eligible}`;
  }
  return undefined;
}

/** Versions by component, version and pool, from the records alone. */
function countAgain(records: readonly NodeRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { standing, daemon } of records) {
    if (daemon === undefined || standing === undefined || !isInScope(standing)) continue;
    for (const key of [`daemon ${daemon.object.daemonVersion}`, `driver ${daemon.object.driverVersion}`]) {
      counts[`${key} ${standing.pool}`] = (counts[`${key} ${standing.pool}`] ?? 0) + 1;
    }
  }
  return counts;
}

function countedVersions(versions: PolicyRoll['versions']): Readonly<Record<string, number>> {
  const flat = [...versions].flatMap(([component, own]) =>
    [...own].flatMap(([version, pools]) =>
      [...pools].map(([pool, nodes]) => [`${component} ${version} ${pool}`, nodes]),
    ),
  );
  return Object.fromEntries(flat);
}

/** The first figure of a roll that a recount of its records does not confirm. */
function findMiscount(world: World, { policy, records, ...own }: PolicyRoll): string | undefined {
  const all = [...records.values()];
  const nodes = all.filter(({ name }) => name !== '');
  if (!nodes.every(({ name, uid }) => world.nodes.get(name)?.uid === uid)) return 'a record of no node';
  if (all.filter(({ standing }) => standing?.eligible).length !== own.eligible) return 'eligible';
  if (all.filter(({ standing }) => standing?.state === 'uncovered').length !== own.uncovered.size) return 'uncovered';
  if (!isDeepStrictEqual(countAgain(nodes), countedVersions(own.versions))) return 'versions';
  const inScope = nodes.filter(({ standing }) => standing !== undefined && isInScope(standing));
  const promised = [...policy.minimum].map(([pool, minimum]): number => {
    const there = inScope.filter(({ standing }) => standing?.pool === pool).length;
    return Math.max(0, minimum - there);
  });
  const phantoms = all.filter(({ name }) => name === '');
  if (phantoms.length !== promised.reduce((sum, missing) => sum + missing, 0)) return 'phantoms';
  const state = isLive(world, 'nodes') ? 'uncovered' : 'unobserved';
  return phantoms.every(({ standing }) => standing?.state === state) ? undefined : `a phantom that is not ${state}`;
}

/** The first state whose integral in the reading is not what the times of the moves say. */
function findMiscalculation(
  { roll, read, stateMs, markMs }: Audited,
  own: PolicyRoll,
  world: World,
): string | undefined {
  const reading = read(own, world.now());
  const { monoMs } = world.now();
  const inState = (state: Parameters<typeof stateMs>[1]): number => stateMs(own.policy.daemonset, state, monoMs);
  const all = reading.pools.flatMap((pool) => pool.slis);
  const slis = all.filter(({ sli }) => sli === 'coverage');
  const add = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
  const said = {
    valid: add(slis.map(({ validMs }) => validMs)),
    unobserved: add(slis.map(({ unobservedMs }) => unobservedMs)),
    uncovered: add(reading.pools.flatMap(({ reasons }) => reasons.map(({ ms }) => ms))),
    excused: add(reading.pools.flatMap(({ excuses }) => excuses.map(({ ms }) => ms))),
    divergence: reading.controller?.divergence ?? 0,
  };
  const desired = reading.controller?.desired ?? roll.policies.get(own.policy.uid)?.eligible ?? 0;
  const found = {
    valid: inState('covered') + inState('uncovered'),
    unobserved: inState('unobserved'),
    uncovered: inState('uncovered'),
    excused: inState('excused'),
    divergence: own.eligible - desired,
  };
  const wrong = Object.keys(said).find((key) => said[key as keyof typeof said] !== found[key as keyof typeof found]);
  return wrong === undefined ? findMismark(markMs, reading, monoMs) : `${wrong}: ${JSON.stringify({ said, found })}`;
}

/** The first marked SLI whose integrals are not what the times of the moves say. */
function findMismark(
  markMs: Audited['markMs'],
  { daemonset, pools }: PolicyReading,
  monoMs: number,
): string | undefined {
  for (const sli of MARKED_SLIS) {
    const own = pools.flatMap(({ slis }) => slis.filter((one) => one.sli === sli));
    if (own.length === 0) continue;
    const add = (key: 'validMs' | 'goodMs' | 'unobservedMs'): number => own.reduce((sum, one) => sum + one[key], 0);
    const [good, bad, dark] = (['good', 'bad', 'unobserved'] as const).map((mark) =>
      markMs(daemonset, `${sli} ${mark}`, monoMs),
    );
    const said = `${add('goodMs')} of ${add('validMs')} and ${add('unobservedMs')}`;
    const found = `${good} of ${(good ?? 0) + (bad ?? 0)} and ${dark}`;
    if (said !== found) return `${sli}: ${said} is not ${found}`;
  }
  return undefined;
}

/** The first uncovered node of which a diagnosis made now names another reason than the one that is counted: a timer that is missing. */
function findStaleReason({ roll }: Audited, own: PolicyRoll, now: Instant): string | undefined {
  const context = { inventory: roll.inventory, roll: own, now, rfc3339: String };
  for (const record of own.uncovered) {
    const node = roll.inventory.nodes.get(record.name);
    if (node === undefined) continue;
    const { code } = diagnose(subjectOf(context, record, node));
    if (code !== record.standing?.reason) return `${record.name} is ${record.standing?.reason}, and now ${code}`;
  }
  return undefined;
}

/** Throws when a counter of the series is below what it was at its last reading. */
function verifyRise(last: Map<string, ReadonlyMap<string, number>>, reading: PolicyReading): void {
  const counters = listCounters(reading);
  for (const [key, before] of last.get(reading.daemonset) ?? []) {
    const now = counters.get(key) ?? 0;
    if (now < before) throw new Error(`${key} fell from ${before} to ${now}`);
  }
  last.set(reading.daemonset, counters);
}

test.each(SEEDS)(
  `${EVENTS} random events from seed %i keep every identity at each of them, let no counter fall, and agree with a second opinion`,
  (seed) => {
    const audited = createAudited();
    const { roll } = audited;
    const world = createWorld({ seed, wallSteps: true, emit: roll.apply });
    const last = new Map<string, ReadonlyMap<string, number>>();
    for (let event = 1; event <= EVENTS; event += 1) {
      world.step();
      roll.advance(world.now());
      if (roll.nextDueMono() <= world.now().monoMs) throw new Error(`event ${event}: a timer is due and was not fired`);
      const moved = audited.takeMoved();
      for (const own of roll.policies.values()) {
        // Where nothing moved, the figures go on in a straight line: they are looked at now and then.
        const isFull = event % INTERVAL === 0;
        if (!moved.has(own.policy.daemonset) && !isFull) continue;
        const reading = audited.read(own, world.now());
        const faults = findFaults(reading);
        if (faults.length > 0) throw new Error(`event ${event}: ${faults.join('\n')}`);
        verifyRise(last, reading);
        if (!isFull || !own.started) continue;
        expect(findMiscount(world, own), `event ${event}`).toBeUndefined();
        expect(findMiscalculation(audited, own, world), `event ${event}`).toBeUndefined();
        expect(findDifference(world, own), `event ${event}`).toBeUndefined();
        expect(findStaleReason(audited, own, world.now()), `event ${event}`).toBeUndefined();
      }
    }
    expect([...last.values()].reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(50);
  },
  TIMEOUT_MS,
);

test.each(SEEDS.slice(0, 2))('what is due happens at its due time, however late time is told (seed %i)', (seed) => {
  const play = (looks: number): Audited & { readonly now: Instant } => {
    const audited = createAudited();
    const { roll } = audited;
    let latest = START;
    const world = createWorld({
      seed,
      wallSteps: false,
      emit: (event) => {
        const step = Math.ceil((event.monoMs - latest.monoMs) / looks);
        for (let { monoMs, wallMs } = latest; looks > 1 && monoMs < event.monoMs; monoMs += step, wallMs += step) {
          roll.advance({ monoMs, wallMs });
        }
        latest = { monoMs: event.monoMs, wallMs: event.wallMs };
        roll.apply(event);
      },
    });
    for (let event = 0; event < FEWER_EVENTS; event += 1) world.step();
    roll.advance(world.now());
    return { ...audited, now: world.now() };
  };
  const [late, prompt] = [play(1), play(9)];
  const { now } = late;
  expect(late.roll.policies.size).toBeGreaterThan(0);
  for (const [uid, own] of late.roll.policies) {
    const other = prompt.roll.policies.get(uid);
    expect(other).toBeDefined();
    if (other === undefined) continue;
    expect(late.read(own, now)).toEqual(prompt.read(other, now));
    expect(sinceOf(own)).toEqual(sinceOf(other));
  }
});

function sinceOf({ records }: PolicyRoll): readonly string[] {
  return [...records.values()].map(
    ({ key, standing, sinceMono }) => `${key} ${describeStanding(standing)} ${sinceMono}`,
  );
}

test.each(SEEDS.slice(0, 2))(
  'every node is in some state at all times: their time adds up to its integral (seed %i)',
  (seed) => {
    const audited = createAudited();
    const { roll, stateMs } = audited;
    let nodeMs = 0;
    let latestMono = START.monoMs;
    const everybody = buildPolicy({ daemonset: 'd0', selector: { matchLabels: {}, matchExpressions: [] } });
    const begin = { source: 'test', uid: 'test', ...START };
    roll.apply({ ...begin, kind: 'watchState', source: 'nodes', state: 'live' });
    roll.apply({ ...begin, kind: 'watchState', source: 'daemonsets', state: 'live' });
    roll.apply({ ...begin, kind: 'policy', object: everybody });
    const world: World = createWorld({
      seed,
      wallSteps: true,
      emit: (event) => {
        nodeMs += roll.inventory.nodes.size * (event.monoMs - latestMono);
        latestMono = event.monoMs;
        if (event.kind !== 'policy') roll.apply(event);
      },
    });
    for (let event = 0; event < FEWER_EVENTS; event += 1) {
      world.step();
      const sum = NODE_STATES.reduce((total, state) => total + stateMs('d0', state, latestMono), 0);
      if (sum !== nodeMs) throw new Error(`event ${event}: ${sum} is not ${nodeMs}`);
    }
    expect(nodeMs).toBeGreaterThan(HOUR);
    expect(stateMs('d0', 'outOfScope', latestMono) + stateMs('d0', 'stray', latestMono)).toBe(0);
  },
);
