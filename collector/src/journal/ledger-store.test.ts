import { DatabaseSync } from 'node:sqlite';
import type { LedgerEntry } from '@rollcall/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStoreFolder, type StoreFolder } from './test-store.ts';

let folder: StoreFolder;

beforeEach(async () => {
  folder = await createStoreFolder();
});
afterEach(() => folder.remove());

function entry(id: string, recordedMs: number): LedgerEntry {
  const about = { namespace: 'agents', daemonset: 'agent', pool: '', fromMs: 0, toMs: 3_600_000, revokes: '' };
  return { id, cluster: '', recordedMs, author: 'ana', reason: 'racks', ...about };
}

test('entries are there once, oldest first, in the next life too, and with each page of hours', async () => {
  const first = await folder.open();
  expect(await first.exclude([entry('b', 2), entry('a', 1)])).toBe(2);
  expect(await first.exclude([{ ...entry('a', 1), reason: 'another' }])).toBe(0);
  await first.close();
  const second = await folder.open();
  expect(await second.exclusions()).toEqual([entry('a', 1), entry('b', 2)]);
  const { exclusions } = await second.hours({ sinceMs: 0, limit: 1, best: true, after: undefined });
  expect(exclusions.map(({ id }) => id)).toEqual(['a', 'b']);
});

test.each(['DELETE FROM exclusions', "UPDATE exclusions SET author = 'nobody'"])(
  'the file refuses: %s',
  async (sql) => {
    const journal = await folder.open();
    await journal.exclude([entry('a', 1)]);
    await journal.close();
    const database = new DatabaseSync(folder.path);
    expect(() => database.exec(sql)).toThrow('the ledger is only added to');
    database.close();
  },
);
