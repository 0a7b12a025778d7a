/** The JSON of the dashboards is what the types of Grafana's SDK say, panel by panel; faults that are planted are found. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { panelsOf, readBoards, type BoardJson } from './read-questions.ts';
import { partsOf, writeSource, type TypedPart } from './typed-source.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const FLAGS =
  '--ignoreConfig --noEmit --strict --skipLibCheck --target esnext --module nodenext --exactOptionalPropertyTypes'.split(
    ' ',
  );

/** What the compiler says of each part, by what the part is. */
async function compile(parts: readonly TypedPart[]): Promise<readonly string[]> {
  const { text, firstLine } = writeSource(parts);
  // Within the repository, where the SDK is found.
  const folder = await mkdtemp(join(ROOT, 'node_modules/.dashboards-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'boards.ts'), text);
    const out = await new Promise<string>((resolve) =>
      execFile(TSC, [...FLAGS, join(folder, 'boards.ts')], { maxBuffer: 64 << 20 }, (_, said, fault) =>
        resolve(said + fault),
      ),
    );
    return out.split('\n').flatMap((line) => {
      const [, at = '', message = line] = /boards\.ts\((\d+),\d+\): error \w+: (.*)$/.exec(line) ?? [];
      // Lines that begin with a space go into the detail of the one before.
      if (line.trim() === '' || line.startsWith(' ')) return [];
      return [`${parts[Number(at) - firstLine]?.what ?? 'the source'}: ${message}`];
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const boards = readBoards();

test('every part of every dashboard has its type', async () => {
  const parts = boards.flatMap(partsOf);
  expect(parts.length).toBeGreaterThan(5);
  expect(await compile(parts)).toEqual([]);
}, 60_000);

/** A panel of a kind, copied, with an object in it changed that is found by a path. */
function plant(kind: string, path: readonly (string | number)[], change: object): readonly TypedPart[] {
  const board = boards.find((own) => panelsOf(own).some(({ type }) => type === kind));
  const panel = board && panelsOf(board).find(({ type }) => type === kind);
  if (panel === undefined) throw new Error(`no board has a panel of the kind ${kind}`);
  const spoilt = structuredClone(panel);
  const place = path.reduce<unknown>((at, step) => Object(at)[step] as unknown, spoilt);
  Object.assign(place as object, change);
  return partsOf({ ...board, panels: [spoilt] } as BoardJson).slice(1);
}

const FAULTS = [
  ['stat', ['options'], { graphMod: 'area' }, '\'"graphMod"\' does not exist'],
  ['stat', ['options'], { colorMode: 'backgroud' }, '"backgroud"\' is not assignable'],
  ['stat', [], { descripton: 'x' }, '\'"descripton"\' does not exist'],
  ['stat', ['fieldConfig', 'defaults'], { units: 's' }, '\'"units"\' does not exist'],
  ['stat', ['fieldConfig', 'defaults'], { decimals: '2' }, "'string' is not assignable"],
  ['stat', ['targets', 0], { legend: 'x' }, '\'"legend"\' does not exist'],
  ['stat', ['targets', 0], { format: 'tables' }, '"tables"\' is not assignable'],
  [
    'table',
    ['fieldConfig', 'overrides', 0],
    { properties: [{ id: 'custom.widht', value: 9 }] },
    '\'"widht"\' does not',
  ],
  ['table', ['fieldConfig', 'overrides', 0], { properties: [{ id: 'decimal', value: 1 }] }, '\'"decimal"\' does not'],
] as const;

test('faults of each sort are found', async () => {
  const said = await compile(FAULTS.flatMap(([kind, path, change]) => plant(kind, path, change)));
  expect(said).toEqual(FAULTS.map(([, , , words]) => expect.stringContaining(words) as string));
}, 60_000);
