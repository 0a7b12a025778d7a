import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runRollcall } from '../e2e/rollcall.ts';
import { listChanges, readGenerated } from './compare-generated.ts';

it('names every file that a generator changed, added or no longer writes', () => {
  const before = new Map([
    ['same.md', '1'],
    ['stale.md', '1'],
    ['gone.md', '1'],
  ]);
  const after = new Map([
    ['same.md', '1'],
    ['stale.md', '2'],
    ['new.md', '1'],
  ]);
  expect(listChanges(before, after)).toEqual(['gone.md', 'new.md', 'stale.md']);
});

const BOARDS = 'dashboards/generated/';

it('finds a panel that was edited by hand, as `generate dashboards --check` does', async () => {
  const boards = [...readGenerated()].filter(([file]) => file.startsWith(BOARDS));
  const [stale, text] = boards[0] ?? ['', ''];
  const edited = text.replace('"unit": "percentunit"', '"unit": "percent"');
  expect(edited).not.toBe(text);
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-stale-'));
  try {
    for (const [file, own] of boards) await writeFile(join(folder, file.slice(BOARDS.length)), own);
    const generate = (...flags: readonly string[]): ReturnType<typeof runRollcall> =>
      runRollcall('generate', 'dashboards', '--out', folder, ...flags);
    expect(await generate('--check')).toMatchObject({ code: 0 });
    await writeFile(join(folder, stale.slice(BOARDS.length)), edited);
    const { code, out, err } = await generate('--check');
    expect(code).toBe(1);
    expect(out + err).toContain(stale.slice(BOARDS.length));
    expect(await generate()).toMatchObject({ code: 0 });
    const after = boards.map(
      ([file]) => [file, readFileSync(join(folder, file.slice(BOARDS.length)), 'utf8')] as const,
    );
    expect(listChanges(new Map(boards).set(stale, edited), new Map(after))).toEqual([stale]);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
