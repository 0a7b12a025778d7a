import type { HourPage, HourQuery, HourRow, LedgerEntry, Policy } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { createFakeTime, until } from '../test-time.ts';
import { keepBudgets } from './keep-budgets.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse('2026-03-10T12:30:00Z');
const POLICY = {
  uid: 'p',
  namespace: 'ns',
  daemonset: 'ds',
  objectives: [{ sli: 'coverage', target: 0.99, windowMs: 7 * DAY_MS }],
} as unknown as Policy;
const ENTRY: LedgerEntry = {
  id: 'e',
  cluster: '',
  recordedMs: 0,
  author: 'ana',
  reason: 'move',
  namespace: 'ns',
  daemonset: 'ds',
  pool: '',
  fromMs: START - (START % HOUR_MS) - 4 * HOUR_MS,
  toMs: START - (START % HOUR_MS) - 3 * HOUR_MS,
  revokes: '',
};

/** A journal of ten days of one node, of which the fourth hour before the last was lost; `asked` are the times since which it was read. */
function createScene(journal: { durable?: boolean } = {}) {
  const time = createFakeTime(START);
  const state = { asked: [] as number[], ledger: [] as readonly LedgerEntry[], fails: false };
  const rowOf = (hour: number): HourRow => {
    const validMs = Math.min(HOUR_MS, time.wallMs() - hour);
    const goodMs = hour === ENTRY.fromMs ? 0 : validMs;
    const key = { cluster: '', policyUid: 'p', pool: '', sli: 'coverage', reason: '', replica: 'r' } as const;
    return { kind: 'hour', ...key, hour, validMs, goodMs, unobservedMs: 0 };
  };
  const hours = ({ sinceMs }: HourQuery): Promise<HourPage> => {
    state.asked.push(sinceMs);
    if (state.fails) return Promise.reject(new Error('the disk is gone'));
    const first = START - (START % HOUR_MS) - 10 * DAY_MS;
    const all = Array.from({ length: 241 }, (_, index) => first + index * HOUR_MS);
    const items = all.filter((hour) => hour >= sinceMs).map(rowOf);
    const policies = [{ policyUid: 'p', cluster: '', namespace: 'ns', daemonset: 'ds' }];
    return Promise.resolve({ items, policies, exclusions: state.ledger, next: undefined });
  };
  const budgets = keepBudgets({
    journal: { durable: true, hours, joins: () => Promise.resolve([]), ...journal },
    clock: time,
    timers: time,
    log: { info: () => undefined, warn: () => undefined },
    policies: () => [POLICY],
  });
  /** A minute, and the reading that it brings. */
  const turn = async (): Promise<void> => {
    const before = state.asked.length;
    time.advance(60_000);
    await until(() => {
      time.advance(0);
      return state.asked.length > before && time.pending().some((ms) => ms > 1_000);
    });
  };
  return { state, budgets, turn, time };
}

test('budgets are there after the first reading, and nothing waits for it', async () => {
  const { budgets, turn } = createScene();
  expect(budgets.objectives(POLICY)).toEqual([]);
  expect(budgets.all()).toMatchObject({ asOf: null, note: 'The journal has not been read yet.' });
  await turn();
  const lost = 1 / (7 * 24);
  const [own] = budgets.objectives(POLICY);
  expect(own).toMatchObject({ window: '7d', historyRatio: 1, adjusted: { met: true, valid: 7 * 86_400 } });
  expect(own?.adjusted.attainment?.low).toBeCloseTo(1 - lost, 12);
  expect(budgets.remaining('p')).toBeCloseTo(1 - lost / 0.01, 12);
  expect(budgets.windows(POLICY).map(({ sli, window }) => `${sli} ${window}`)).toEqual([
    'coverage 7d',
    'coverage 30d',
    'coverage 90d',
  ]);
  expect(budgets.all().items[0]?.suggestions).toMatchObject([{ sli: 'coverage', windowDays: 7, historyDays: 10 }]);
});

test('from then on only the last hours are read, and all again when the ledger has changed', async () => {
  const { state, budgets, turn } = createScene();
  await turn();
  await turn();
  const floor = START - (START % HOUR_MS);
  expect(state.asked.map((since) => (floor - since) / HOUR_MS)).toEqual([93 * 24, 3]);
  expect(budgets.remaining('p')).toBeCloseTo(1 - 1 / 168 / 0.01, 12);
  state.ledger = [ENTRY];
  await turn();
  expect(state.asked.slice(2).map((since) => (floor - since) / HOUR_MS)).toEqual([3, 93 * 24]);
  expect(budgets.remaining('p')).toBe(1);
  expect(budgets.objectives(POLICY)[0]?.raw.budget?.leftRatio).toBeCloseTo(1 - 1 / 168 / 0.01, 12);
  const [shown] = budgets.windows(POLICY);
  expect(shown).toMatchObject({ attainment: 1, budgetRemaining: 1 });
  expect(shown?.budgetRemainingRaw).toBeCloseTo(1 - 1 / 168 / 0.01, 12);
});

test('a journal that cannot be read leaves budgets as they were, says so, and is read as a whole once it can', async () => {
  const { state, budgets, turn } = createScene();
  await turn();
  state.fails = true;
  await turn();
  expect(budgets.all()).toMatchObject({ note: 'the disk is gone', items: [{ objectives: [{ sli: 'coverage' }] }] });
  state.fails = false;
  await turn();
  expect(budgets.all().note).toBe('');
  expect((START - (START % HOUR_MS) - (state.asked.at(-1) ?? 0)) / HOUR_MS).toBe(93 * 24);
});

test('without a journal in a file nothing is read, and what to do is said', () => {
  const { budgets, time } = createScene({ durable: false });
  expect(time.pending()).toEqual([]);
  expect(budgets.all().note).toContain('--journal PATH');
});

test('it ends', async () => {
  const { budgets, turn, time } = createScene();
  await turn();
  budgets.stop();
  expect(time.pending()).toEqual([]);
});
