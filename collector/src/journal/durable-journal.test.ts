import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { BASE, cut, journalCases, memory, transition } from './journal.cases.ts';
import { createStoreFolder, written, type StoreFolder } from './test-store.ts';

const folders: StoreFolder[] = [];
afterAll(() => Promise.all(folders.map((folder) => folder.remove())));

async function createFolder(): Promise<StoreFolder> {
  const folder = await createStoreFolder();
  folders.push(folder);
  return folder;
}

journalCases('in a file', async () => {
  const journal = await (await createFolder()).open();
  return { journal, settle: () => written(journal) };
});

describe('the next life on the same file', () => {
  test('recalls memories, the last cut of each policy and the last transitions', async () => {
    const folder = await createFolder();
    const first = await folder.open();
    first.remember(memory('a', { coveredOnce: false }));
    first.remember(memory('a', { drift: 'a label', excused: { Leaving: 7 } }));
    first.append(transition(1));
    first.append(transition(2));
    first.book(cut(3));
    first.book(cut(4));
    await first.close();
    const second = await folder.open();
    expect(second.durable).toBe(true);
    const lasts = { lastInScope: BASE + 4, lastEligible: BASE + 4 };
    expect(second.recall()).toEqual([memory('a', { ...lasts, drift: 'a label', excused: { Leaving: 7 } })]);
    const [found] = second.cuts();
    expect(found).toMatchObject({ ...cut(4), rows: [{ validMs: 8, goodMs: 4 }] });
    expect(found?.rows[0]?.replica).not.toBe('');
    expect(second.transitions('p', 'uid-a', 9).map(({ sequence }) => sequence)).toEqual([2, 1]);
    expect(second.recall()).toEqual([]);
  });

  test('takes a node that was in scope to have been so until its policy was last known', async () => {
    const folder = await createFolder();
    const first = await folder.open();
    first.remember(memory('still', { lastInScope: BASE, lastEligible: BASE }));
    first.remember(memory('left', { inScope: false, eligible: false, lastInScope: BASE - 5, lastEligible: BASE - 9 }));
    first.remember(memory('gone', { lastInScope: BASE, gone: true, wallMs: BASE }));
    first.book(cut(70_000));
    await first.close();
    const recalled = new Map((await folder.open()).recall().map((own) => [own.nodeUid, own]));
    const last = BASE + 70_000;
    expect(recalled.get('still')).toMatchObject({ lastInScope: last, lastEligible: last });
    expect(recalled.get('left')).toMatchObject({ lastInScope: BASE - 5, lastEligible: BASE - 9 });
    expect(recalled.get('gone')).toMatchObject({ lastInScope: BASE });
  });

  test('does not count what a node lost in the gap between them', async () => {
    const folder = await createFolder();
    const first = await folder.open();
    first.append(transition(0));
    first.book(cut(10_000));
    await first.close();
    const second = await folder.open();
    second.append(transition(60_000, { sequence: 1, from: 'absent' }));
    second.append(transition(90_000, { sequence: 2, to: 'covered', reason: '' }));
    second.book(cut(95_000));
    await written(second);
    const { nodes } = await second.lost({ fromMs: BASE - 1, toMs: BASE + 100_000 });
    expect(nodes.map(({ lostMs }) => lostMs)).toEqual([40_000]);
  });
});

describe('a file that cannot be used', () => {
  test('because it is damaged is set aside, and a new one begun', async () => {
    const folder = await createFolder();
    const first = await folder.open();
    for (let ms = 0; ms < 2_000; ms += 1) first.append(transition(ms));
    await first.close();
    await truncate(folder.path, 40_000);
    const second = await folder.open();
    second.append(transition(1));
    await written(second);
    expect(second.status()).toMatchObject({ state: 'writing', queued: 0, dropped: 0 });
    const names = await readdir(dirname(folder.path));
    expect(names.filter((name) => /^journal\.db\.corrupt-\d{8}T\d{6}Z$/.test(name))).toHaveLength(1);
    expect(folder.said.map(([message]) => message)).toContain(
      'the journal was damaged: it is set aside, and a new one begun',
    );
  });

  test('because it is no journal at all is set aside too', async () => {
    const folder = await createFolder();
    await writeFile(folder.path, 'it was something else\n'.repeat(500));
    const journal = await folder.open();
    expect(journal.status().state).toBe('writing');
    expect(await readdir(dirname(folder.path))).toContainEqual(expect.stringContaining('.corrupt-'));
  });

  test('because another process holds it is waited for; what comes meanwhile is written then, under another name', async () => {
    const folder = await createFolder();
    const former = await folder.open();
    former.book(cut(5_000));
    await former.close();
    const other = new DatabaseSync(folder.path);
    other.exec('BEGIN EXCLUSIVE');
    const journal = await folder.open(1);
    expect(journal.cuts()).toEqual([]);
    await vi.waitUntil(() => journal.status().state === 'locked', { timeout: 20_000, interval: 5 });
    expect(journal.notes()).toEqual([expect.stringMatching(/is not written: another process holds its file/)]);
    await expect(journal.history({ node: 'a', limit: 1, beforeMs: 0 })).rejects.toThrow('another process holds');
    journal.append(transition(1));
    journal.book(cut(1_000));
    other.exec('ROLLBACK');
    other.close();
    await written(journal);
    expect(journal.notes()).toEqual([]);
    const { items } = await journal.hours({ sinceMs: 0, limit: 10, after: undefined, best: false });
    expect(new Set(items.map((row) => (row.kind === 'hour' ? row.validMs : 0)))).toEqual(new Set([10_000, 2_000]));
  }, 30_000);

  test('because its folder is missing is said and tried again', async () => {
    const folder = await createFolder();
    await mkdir(`${folder.path}-wal`);
    const journal = await folder.open();
    expect(journal.status().state).not.toBe('writing');
    expect(journal.notes()).toHaveLength(1);
  }, 30_000);
});
