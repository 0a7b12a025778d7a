import type { HourRow, LagRow } from '@rollcall/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { createChance } from '../test-random.ts';
import type { DurableJournal } from './durable-journal.ts';
import { fetchHours, startFetching } from './fetch-hours.ts';
import { BASE, cut } from './journal.cases.ts';
import { createStoreFolder, written, type StoreFolder } from './test-store.ts';

const HOUR = 3_600_000;
const HOURS = 30 * 24;
const FIRST = BASE - HOURS * HOUR + 2 * HOUR;
const NODES = 40;

const folders: StoreFolder[] = [];
afterAll(() => Promise.all(folders.map((folder) => folder.remove())));

async function openNew(): Promise<DurableJournal> {
  const folder = await createStoreFolder();
  folders.push(folder);
  return folder.open();
}

/** An hour of the policy `p` of which so many milliseconds were observed, all of it good but 1 %. */
function hourOf(hour: number, observedMs: number, changes: Partial<HourRow> = {}): HourRow {
  const validMs = NODES * observedMs;
  const times = { validMs, goodMs: Math.floor(validMs * 0.99), unobservedMs: NODES * HOUR - validMs };
  const of = { pool: 'none', sli: 'coverage', reason: '' } as const;
  return { kind: 'hour', cluster: '', policyUid: 'p', hour, replica: '', ...of, ...times, ...changes };
}

type Page = (path: string) => Promise<unknown>;

/** Asks a journal as its HTTP route does. */
function asPeer(journal: DurableJournal): Page {
  return async (path) => {
    const search = new URL(path, 'http://peer').searchParams;
    const after = search.get('continue') ?? undefined;
    const sinceMs = Date.parse(search.get('since') ?? '');
    const { items, policies, next } = await journal.hours({ sinceMs, limit: 500, after, best: false });
    return { items, policies, ...(next !== undefined && { continue: next }) };
  };
}

function hostOf(journal: DurableJournal, ...peers: readonly Page[]) {
  const timers = {
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  return { peers: () => Promise.resolve(peers), journal, clock: { wallMs: Date.now }, timers, log };
}

const going = (): boolean => false;

async function bestHours(journal: DurableJournal): Promise<readonly HourRow[]> {
  const { items } = await journal.hours({ sinceMs: 0, limit: 100_000, after: undefined, best: true });
  return items.filter((row) => row.kind === 'hour');
}

describe('a replica that takes over after 30 days', () => {
  test('has every hour once, each from whoever saw the most of it', async () => {
    const chance = createChance(7);
    const [first, second, third] = [await openNew(), await openNew(), await openNew()];
    const most: number[] = [];
    for (let at = 0; at < HOURS; at += 1) {
      const hour = FIRST + at * HOUR;
      // Each of the two was away now and then, and in some hours both were for a part of it.
      const seen = [0, 1].map(() => (chance.once(10) ? chance.below(HOUR) : HOUR));
      most.push(Math.max(...seen));
      for (const [journal, observedMs = 0] of [
        [first, seen[0]],
        [second, seen[1]],
      ] as const) {
        journal.append(hourOf(hour, observedMs));
        journal.append(hourOf(hour, observedMs, { reason: 'CrashLoop', goodMs: 0, unobservedMs: 0 }));
      }
    }
    first.book(cut(0, { hour: BASE + 5 * HOUR, rows: [] }));
    await Promise.all([written(first), written(second)]);
    // The second knows the first; the first is gone when the third comes.
    const began = performance.now();
    expect(await fetchHours(hostOf(second, asPeer(first)), going)).toBe(2 * HOURS);
    await written(second);
    await fetchHours(hostOf(third, asPeer(third), asPeer(second)), going);
    await written(third);
    console.log(`30 days of two replicas fetched twice in ${Math.round(performance.now() - began)} ms`);
    const found = (await bestHours(third)).filter(({ reason, hour }) => reason === '' && hour < FIRST + HOURS * HOUR);
    expect(found.map(({ hour }) => hour)).toEqual(most.map((_, at) => FIRST + at * HOUR));
    expect(found.map(({ validMs }) => validMs / NODES)).toEqual(most);
    const { policies } = await third.hours({ sinceMs: 0, limit: 1, after: undefined, best: false });
    expect(policies).toMatchObject([{ policyUid: 'p', namespace: 'agents', daemonset: 'agent' }]);
  });

  test('fetches what has ended since, and the running hour anew', async () => {
    const [old, young] = [await openNew(), await openNew()];
    old.append(hourOf(BASE, HOUR));
    old.append(hourOf(BASE + HOUR, HOUR / 4));
    await written(old);
    await fetchHours(hostOf(young, asPeer(old)), going);
    await written(young);
    old.append(hourOf(BASE + HOUR, HOUR));
    old.append(hourOf(BASE + 2 * HOUR, HOUR / 2));
    await written(old);
    expect(await fetchHours(hostOf(young, asPeer(old)), going)).toBe(2);
    await written(young);
    expect((await bestHours(young)).map(({ validMs }) => validMs / NODES)).toEqual([HOUR, HOUR, HOUR / 2]);
  });

  test('asks the peers that answer, and says when none does', async () => {
    const [old, young] = [await openNew(), await openNew()];
    old.append(hourOf(BASE, HOUR));
    await written(old);
    const down = (): Promise<unknown> => Promise.reject(new Error('connection refused'));
    expect(await fetchHours(hostOf(young, down, asPeer(old)), going)).toBe(1);
    await expect(fetchHours(hostOf(young, down), going)).rejects.toThrow('connection refused');
  });
});

test('a fetch that fails is tried again, until it is stopped', async () => {
  const waits: { readonly ms: number; readonly run: () => void }[] = [];
  const journal = await openNew();
  const warned: string[] = [];
  const host = {
    ...hostOf(journal, () => Promise.reject(new Error('down'))),
    timers: { after: (ms: number, run: () => void) => (waits.push({ ms, run }), () => void waits.pop()) },
    log: { info: () => undefined, warn: (_: object, message: string) => void warned.push(message) },
  };
  const fetching = startFetching(host);
  waits.shift()?.run();
  while (waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect([waits[0]?.ms, warned]).toEqual([30_000, ['hours cannot be fetched from the peers; trying again']]);
  fetching.stop();
  expect(waits).toEqual([]);
});

test('lags of an hour are those of the replica that observed the most of it', async () => {
  const [own, peer] = [await openNew(), await openNew()];
  const lagOf = (hour: number, counts: readonly number[]): LagRow => {
    return { kind: 'lag', cluster: '', policyUid: 'p', hour, replica: '', boundsMs: [1_000], counts, sumMs: 0 };
  };
  const [early, late] = [BASE - 2 * HOUR, BASE - HOUR];
  for (const row of [hourOf(early, 60_000), lagOf(early, [1, 0]), hourOf(late, HOUR), lagOf(late, [2, 0])])
    own.append(row);
  for (const row of [hourOf(early, HOUR), lagOf(early, [0, 7]), hourOf(late, 60_000), lagOf(late, [0, 9])])
    peer.append(row);
  await Promise.all([written(own), written(peer)]);
  await fetchHours(hostOf(own, asPeer(peer)), going);
  await written(own);
  const counts = async (fromMs: number): Promise<unknown> =>
    (await own.lags({ fromMs, toMs: BASE })).map((row) => [row.hour - BASE, row.counts]);
  expect(await counts(early + 1)).toEqual([
    [-2 * HOUR, [0, 7]],
    [-HOUR, [2, 0]],
  ]);
  expect(await counts(late)).toEqual([[-HOUR, [2, 0]]]);
});
