import type { ReflectorStatus, WatchState } from '@rollcall/kube';
import { expect, test } from 'vitest';
import { readinessOf, statusesOf } from './watch-status.ts';

const NOW = { monoMs: 100_000, wallMs: 1_000_000 };

function watch(id: string, state: Partial<WatchState>, status: Partial<ReflectorStatus> = {}) {
  const whole: ReflectorStatus = {
    state: { name: 'live', sinceWallMs: NOW.wallMs - 7_000, trouble: undefined, blocked: undefined, ...state },
    syncedWallMs: undefined,
    heardWallMs: undefined,
    objects: 0,
    events: 0,
    faults: 0,
    lists: 1,
    reconnects: 0,
    bytes: 0,
    errors: {},
    mode: 'streaming',
    ...status,
  };
  return { id, reflector: { stop: async () => undefined, status: () => whole } };
}

const trouble = { code: 'Network', message: 'GET /api/v1/nodes: ECONNREFUSED', wallMs: 0 } as const;
const live = watch('daemonsets', {});

test.each<[string, ReturnType<typeof watch>[], boolean, readonly string[]]>([
  ['without a watch', [], false, []],
  ['when all are live', [live, watch('nodes', {})], true, ['', '']],
  ['while one lists', [live, watch('nodes', { name: 'syncing' })], false, ['', 'for 7 s']],
  [
    'when one is stale',
    [live, watch('nodes', { name: 'stale', trouble })],
    false,
    ['', 'for 7 s: GET /api/v1/nodes: ECONNREFUSED'],
  ],
  ['without the CRD', [live, watch('daemoncoverages', { name: 'syncing', blocked: 'absent' })], true, ['', '']],
  ['when the CRD went', [live, watch('daemoncoverages', { name: 'stale', blocked: 'absent' })], true, ['', '']],
  [
    'when policies are forbidden',
    [watch('daemoncoverages', { name: 'syncing', blocked: 'forbidden' })],
    false,
    ['for 7 s'],
  ],
  ['when windows are forbidden', [watch('maintenancewindows', { name: 'syncing', blocked: 'forbidden' })], true, ['']],
  ['when nodes are absent', [watch('nodes', { name: 'syncing', blocked: 'absent' })], false, ['for 7 s']],
  [
    'when the wall clock went back',
    [watch('nodes', { name: 'syncing', sinceWallMs: 2 * NOW.wallMs })],
    false,
    ['for 0 s'],
  ],
])('readiness %s', (_, watches, ready, why) => {
  const readiness = readinessOf({ needed: watches, optional: [] }, NOW.wallMs);
  expect([readiness.ready, readiness.watches.map((own) => own.why)]).toEqual([ready, why]);
});

test('an optional watch that is down is listed with why, and stands in nobody’s way', () => {
  const optional = [watch('daemons/riptides', { name: 'stale', trouble }), watch('leases', {})];
  expect(readinessOf({ needed: [live], optional }, NOW.wallMs)).toMatchObject({
    ready: true,
    watches: [{ why: '' }, { watch: 'daemons/riptides', why: 'for 7 s: GET /api/v1/nodes: ECONNREFUSED' }, { why: '' }],
  });
  expect(readinessOf({ needed: [], optional }, NOW.wallMs).ready).toBe(false);
});

test.each([
  [undefined, null],
  [NOW.wallMs - 2_400, 2],
  [NOW.wallMs + 5_000, 0],
])('readiness tells since when nothing was heard: %j', (heardWallMs, seconds) => {
  const needed = [watch('nodes', {}, { heardWallMs })];
  expect(readinessOf({ needed, optional: [] }, NOW.wallMs).watches).toEqual([
    { watch: 'nodes', state: 'live', why: '', heardSeconds: seconds },
  ]);
});

test('a status is told on the monotonic clock, by the age of what the reflector tells in Unix time', () => {
  const own = watch('nodes', {}, { heardWallMs: NOW.wallMs - 2_000, events: 5, lists: 3, errors: { Gone: 2 } });
  expect(statusesOf([own], NOW)).toEqual([
    {
      watch: 'nodes',
      state: 'live',
      sinceMono: 93_000,
      lastHeardMono: 98_000,
      events: 5,
      relists: 3,
      errors: { Gone: 2, Projection: 0 },
    },
  ]);
});

test('a watch that never heard anything is as old as its state', () => {
  expect(statusesOf([watch('nodes', { name: 'syncing' })], NOW)).toMatchObject([{ lastHeardMono: 93_000 }]);
});
