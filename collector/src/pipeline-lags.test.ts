import type { HourCut, HeartbeatObject, Journal, LagRow } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { createMemoryJournal } from './journal/memory-journal.ts';
import { createTestCluster, type TestCluster } from './test-cluster.ts';
import { HOUR, MINUTE, SECOND, START } from './test-objects.ts';

const HOUR_START = START.wallMs - (START.wallMs % HOUR);
const HEARTBEATS = { periodMs: 10 * SECOND, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };

/** A journal of which the last cut of each hour is seen. */
function createShelf(): { readonly journal: Journal; lags(): readonly LagRow[] } {
  const hours = new Map<number, HourCut>();
  const memory = createMemoryJournal();
  const book = (cut: HourCut): void => {
    hours.set(cut.hour, cut);
    memory.book(cut);
  };
  return {
    journal: { ...memory, durable: true, book },
    lags: () => [...hours.values()].flatMap(({ rows }) => rows.filter((row) => row.kind === 'lag')),
  };
}

function startLife(journal: Journal, wallMs: number): TestCluster {
  const cluster = createTestCluster({ at: { monoMs: 1_000, wallMs }, journal });
  cluster.policy({ heartbeatLayer: HEARTBEATS });
  cluster.daemonSet();
  cluster.revision(1);
  cluster.node('n');
  cluster.pod('n');
  cluster.live();
  return cluster;
}

function createAgent(): (cluster: TestCluster, lagMs: number) => void {
  let sequence = 0;
  return (cluster, lagMs) => {
    sequence += 1;
    const sentAt = cluster.now().wallMs;
    const said = { sequence, sentAt, ackedThrough: sentAt - lagMs, telemetry: [], errors: [], bootId: 'b' };
    const mesh = { peersConnected: 2, peersTotal: 2 };
    const object: HeartbeatObject = { ownerUid: 'ds-agent', node: 'n', podUid: 'pod-n', mesh, ...said };
    cluster.send({ kind: 'heartbeat', uid: object.podUid, object });
  };
}

const sum = (row: LagRow | undefined): number => row?.counts.reduce((all, count) => all + count, 0) ?? 0;

test('lags are booked in the hour in which they were seen, and go on behind the end of a life', () => {
  const { journal, lags } = createShelf();
  const beat = createAgent();
  const first = startLife(journal, HOUR_START + 58 * MINUTE);
  for (const ms of [500, 4_000, 4_000]) {
    beat(first, ms);
    first.wait(MINUTE);
  }
  first.pipeline.cutHours(first.now());
  expect(lags().map(({ hour, sumMs }) => [(hour - HOUR_START) / HOUR, sumMs])).toEqual([
    [0, 4_500],
    [1, 4_000],
  ]);
  expect(lags()[0]?.counts.slice(0, 4)).toEqual([1, 0, 1, 0]);
  // What was seen behind the last cut died with the first life.
  beat(first, 9_000);
  const second = startLife(journal, HOUR_START + 70 * MINUTE);
  beat(second, 20_000);
  second.pipeline.cutHours(second.now());
  second.pipeline.cutHours(second.now());
  expect(lags().map((row) => [sum(row), row.sumMs])).toEqual([
    [2, 4_500],
    [2, 24_000],
  ]);
});

test('an hour in which nothing was sent has no lags', () => {
  const { journal, lags } = createShelf();
  const cluster = startLife(journal, HOUR_START);
  cluster.wait(2 * HOUR);
  cluster.pipeline.cutHours(cluster.now());
  expect(lags()).toEqual([]);
});
