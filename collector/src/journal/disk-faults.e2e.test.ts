/** Real disks that fail: a file system that is full, and one that is read-only, under a journal that is written all the time. Needs root, to mount them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DurableJournal } from './durable-journal.ts';
import { cut, memory, transition } from './journal.cases.ts';
import { createStoreFolder, written, type StoreFolder } from './test-store.ts';

const run = promisify(execFile);
const PATIENCE = { timeout: 60_000, interval: 5 };
/** What the loop of a collector may wait for at most, at the 99th percentile; a busy machine has ten times that. */
const DELAY_GOAL_MS = 50;

let mounted: string;
let folder: StoreFolder;

beforeEach(async () => {
  mounted = await mkdtemp(join(tmpdir(), 'rollcall-disk-'));
});
afterEach(async () => {
  await folder?.remove().catch(() => undefined);
  await run('umount', ['-l', mounted]);
  await rm(mounted, { recursive: true, force: true });
});

const mount = (options: string): Promise<unknown> => run('mount', ['-t', 'tmpfs', '-o', options, 'none', mounted]);

async function inState(journal: DurableJournal, state: string): Promise<void> {
  await vi.waitUntil(() => journal.status().state === state, PATIENCE);
}

test('a full disk costs nothing but time: the loop goes on, and all is written once there is room', async () => {
  await mount('size=600k');
  folder = await createStoreFolder(mounted);
  const journal = await folder.open();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let appended = 0;
  while (journal.status().state !== 'full' || appended < 20_000) {
    for (let n = 0; n < 200; n += 1) journal.append(transition((appended += 1), { evidence: 'x'.repeat(80) }));
    journal.remember(memory(`uid-${appended}`));
    journal.book(cut(appended));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  delay.disable();
  const p99 = delay.percentile(99) / 1e6;
  console.log(`full disk, ${appended} rows: loop delay p99 ${p99.toFixed(1)} ms (goal ${DELAY_GOAL_MS} ms)`);
  expect(p99).toBeLessThan(10 * DELAY_GOAL_MS);
  expect(journal.notes()).toEqual([expect.stringContaining('its disk is full; make room')]);
  expect(journal.status().queued).toBeGreaterThan(0);
  await run('mount', ['-o', 'remount,size=50m', mounted]);
  await vi.waitUntil(() => journal.status().queued === 0, PATIENCE);
  expect(journal.status()).toMatchObject({ state: 'writing', dropped: 0 });
  const { items } = await journal.history({ node: 'a', limit: 100_000, beforeMs: Infinity });
  expect(items).toHaveLength(appended);
  const { items: hours } = await journal.hours({ sinceMs: 0, limit: 10, after: undefined, best: false });
  expect(hours).toMatchObject([{ validMs: 2 * appended }]);
  expect(folder.said.map(([message]) => message).filter((text) => text.includes('written'))).toHaveLength(2);
}, 180_000);

test('a read-only disk is said, and written to as soon as it lets us', async () => {
  await mount('size=5m');
  folder = await createStoreFolder(mounted);
  const first = await folder.open();
  first.append(transition(1));
  await first.close();
  await run('mount', ['-o', 'remount,ro', mounted]);
  const second = await folder.open();
  second.append(transition(2));
  await inState(second, 'readOnly');
  expect(second.notes()).toEqual([expect.stringContaining('read-only; make it writable')]);
  await run('mount', ['-o', 'remount,rw', mounted]);
  await written(second);
  const { items } = await second.history({ node: 'a', limit: 9, beforeMs: Infinity });
  expect(items).toHaveLength(2);
}, 180_000);
