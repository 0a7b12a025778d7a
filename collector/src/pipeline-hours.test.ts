import type { HourCut, Journal } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createMemoryJournal } from './journal/memory-journal.ts';
import { createTestCluster, type TestCluster } from './test-cluster.ts';
import { condition, HOUR, MINUTE, START } from './test-objects.ts';
import { createChance, type Chance } from './test-random.ts';

/** What a journal holds of the hours: the last cut of each, since a later one replaces it. */
interface Shelf {
  readonly journal: Journal;
  readonly hours: Map<string, HourCut>;
}

function createShelf(): Shelf {
  const hours = new Map<string, HourCut>();
  const memory = createMemoryJournal();
  const book = (cut: HourCut): void => {
    hours.set(`${cut.hour} ${cut.policyUid}`, cut);
    memory.book(cut);
  };
  return { journal: { ...memory, durable: true, book }, hours };
}

interface Sum {
  valid: number;
  good: number;
  unobserved: number;
  readonly reasons: Record<string, number>;
}

function sumHours(cuts: Iterable<HourCut>): Sum {
  const sum: Sum = { valid: 0, good: 0, unobserved: 0, reasons: {} };
  for (const row of [...cuts].flatMap(({ rows }) => rows)) {
    if (row.kind !== 'hour') continue;
    if (row.reason !== '') sum.reasons[row.reason] = (sum.reasons[row.reason] ?? 0) + row.validMs + row.unobservedMs;
    else {
      sum.valid += row.validMs;
      sum.good += row.goodMs;
      sum.unobserved += row.unobservedMs;
    }
  }
  return sum;
}

const NODES = ['a', 'b', 'c'];
const HOUR_START = START.wallMs - (START.wallMs % HOUR);

/** A life on that shelf, whose nodes are all covered but those that are told. */
function startLife({ journal }: Shelf, wallMs: number, sick: readonly string[] = []): TestCluster {
  const cluster = createTestCluster({ at: { monoMs: 1_000, wallMs }, journal });
  cluster.policy();
  cluster.daemonSet();
  cluster.revision(1);
  for (const name of NODES) {
    cluster.node(name);
    cluster.pod(name, sick.includes(name) ? { ready: condition('False') } : {});
  }
  cluster.live();
  return cluster;
}

function cut(cluster: TestCluster): void {
  cluster.pipeline.cutHours(cluster.now());
}

describe('an hour', () => {
  test('ends at its last millisecond, though nothing happens then', () => {
    const shelf = createShelf();
    const cluster = startLife(shelf, HOUR_START + 50 * MINUTE);
    cluster.wait(25 * MINUTE);
    cut(cluster);
    expect([...shelf.hours.values()].map(({ hour, rows }) => [hour - HOUR_START, rows])).toMatchObject([
      [0, [{ sli: 'coverage', reason: '', validMs: 30 * MINUTE, goodMs: 30 * MINUTE }]],
      [HOUR, [{ validMs: 45 * MINUTE, goodMs: 45 * MINUTE }]],
    ]);
  });

  test('that nobody looked at has its own row, between those before and behind it', () => {
    const shelf = createShelf();
    const cluster = startLife(shelf, HOUR_START);
    cluster.wait(3 * HOUR + MINUTE);
    cluster.tick();
    cut(cluster);
    const valid = [...shelf.hours.values()].map(({ rows }) => sumHours([{ rows } as HourCut]).valid);
    expect(valid).toEqual([3 * HOUR, 3 * HOUR, 3 * HOUR, 3 * MINUTE]);
  });

  test('is not counted twice when the clock is set back, and what is counted then is not lost', () => {
    const shelf = createShelf();
    const cluster = startLife(shelf, HOUR_START + 59 * MINUTE);
    cluster.wait(2 * MINUTE);
    cut(cluster);
    cluster.stepWall(-30 * MINUTE);
    cluster.wait(40 * MINUTE);
    cut(cluster);
    expect(sumHours(shelf.hours.values()).valid).toBe(3 * 42 * MINUTE);
    expect(shelf.hours.size).toBe(2);
  });

  test('that a clock skipped, set forth by years, takes no time', () => {
    const shelf = createShelf();
    const cluster = startLife(shelf, HOUR_START);
    cluster.wait(MINUTE);
    cluster.stepWall(20 * 365 * 24 * HOUR);
    cluster.wait(MINUTE);
    cut(cluster);
    expect(sumHours(shelf.hours.values()).valid).toBe(3 * 2 * MINUTE);
    expect(shelf.hours.size).toBe(2);
  });
});

describe('the next life', () => {
  test('books what lies behind the last cut as unobserved, for the nodes that were expected then, hour by hour', () => {
    const shelf = createShelf();
    const first = startLife(shelf, HOUR_START + 30 * MINUTE, ['b']);
    first.wait(MINUTE);
    cut(first);
    first.wait(MINUTE);
    const second = startLife(shelf, HOUR_START + 2 * HOUR + 10 * MINUTE);
    second.wait(MINUTE);
    cut(second);
    const byHour = [...shelf.hours.values()].map((own) => [own.hour - HOUR_START, sumHours([own])]);
    expect(byHour).toMatchObject([
      [0, { valid: 3 * MINUTE, unobserved: 3 * 29 * MINUTE, reasons: { Unexplained: MINUTE } }],
      [HOUR, { valid: 0, unobserved: 3 * HOUR }],
      [2 * HOUR, { valid: 3 * MINUTE, unobserved: 3 * 10 * MINUTE }],
    ]);
  });

  test('goes on with the hour that the former one was in, also behind a clock that was set back', () => {
    const shelf = createShelf();
    const first = startLife(shelf, HOUR_START + 70 * MINUTE);
    first.wait(MINUTE);
    cut(first);
    const second = startLife(shelf, HOUR_START + 40 * MINUTE);
    second.wait(MINUTE);
    cut(second);
    expect(sumHours(shelf.hours.values())).toMatchObject({ valid: 3 * 2 * MINUTE, unobserved: 0 });
    expect(shelf.hours.size).toBe(1);
  });

  test('leaves the gap open until it knows the nodes, and forgets it when nobody was expected', () => {
    const shelf = createShelf();
    const first = startLife(shelf, HOUR_START);
    first.wait(MINUTE);
    cut(first);
    const waiting = createTestCluster({ at: { monoMs: 1, wallMs: HOUR_START + 2 * MINUTE }, journal: shelf.journal });
    waiting.policy();
    waiting.wait(5 * MINUTE);
    cut(waiting);
    expect(sumHours(shelf.hours.values())).toMatchObject({ valid: 3 * MINUTE, unobserved: 0 });
    const third = startLife(shelf, HOUR_START + 11 * MINUTE);
    third.policyGone();
    third.wait(MINUTE);
    const fourth = startLife(shelf, HOUR_START + 20 * MINUTE);
    fourth.wait(MINUTE);
    cut(fourth);
    expect(sumHours(shelf.hours.values())).toMatchObject({ valid: 6 * MINUTE, unobserved: 3 * 10 * MINUTE });
  });
});

test('a policy that goes and comes back within the hour goes on with its totals', () => {
  const shelf = createShelf();
  const cluster = startLife(shelf, HOUR_START);
  cluster.wait(MINUTE);
  cluster.policyGone();
  cluster.wait(MINUTE);
  cluster.policy();
  cluster.wait(MINUTE);
  cut(cluster);
  expect(sumHours(shelf.hours.values()).valid).toBe(3 * 2 * MINUTE);
});

const FIRST_SEED = Number(process.env['ROLLCALL_SEED'] ?? 31_000);
const SEEDS = Array.from({ length: 40 }, (_, index) => FIRST_SEED + index);

/** Random events of one life; answers the good node-milliseconds of it up to what it booked last, by the script's own account. */
function playLife(shelf: Shelf, cluster: TestCluster, sick: Set<string>, chance: Chance): number {
  const stretches: { readonly fromMs: number; readonly toMs: number; readonly good: number }[] = [];
  for (let step = 0; step < 15; step += 1) {
    const fromMs = cluster.now().wallMs;
    cluster.wait(chance.below(8 * MINUTE));
    const toMs = cluster.now().wallMs;
    stretches.push({ fromMs, toMs, good: NODES.length - sick.size });
    if (chance.once(3)) cut(cluster);
    const name = chance.pick(NODES);
    if (!sick.delete(name)) sick.add(name);
    cluster.pod(name, sick.has(name) ? { ready: condition('False') } : {});
  }
  const bookedMs = Math.max(0, ...[...shelf.hours.values()].map(({ atMs }) => atMs));
  return stretches.reduce(
    (sum, { fromMs, toMs, good }) => sum + good * Math.max(0, Math.min(toMs, bookedMs) - fromMs),
    0,
  );
}

test.each(SEEDS)('hours and unobserved time equal the truth through random lives and deaths (seed %i)', (seed) => {
  const chance = createChance(seed);
  const shelf = createShelf();
  const sick = new Set<string>();
  const startMs = HOUR_START + chance.below(HOUR);
  let [wallMs, truth] = [startMs, 0];
  for (let life = 0; life < 6; life += 1) {
    const cluster = startLife(shelf, wallMs, [...sick]);
    truth += playLife(shelf, cluster, sick, chance);
    wallMs = cluster.now().wallMs + chance.below(2 * HOUR);
  }
  cut(startLife(shelf, wallMs));
  const { valid, good, unobserved } = sumHours(shelf.hours.values());
  expect({ good, all: valid + unobserved }).toEqual({ good: truth, all: NODES.length * (wallMs - startMs) });
  expect(valid).toBeGreaterThan(good);
});
