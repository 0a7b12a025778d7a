/** Measures canaries that go a faulty way to a real Loki, and writes what came out into docs/canary.md: `make peers` runs it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCanary } from '@rollcall/contract';
import { startFaultyWay, type Passenger } from './faulty-way.ts';
import { startFleet } from './fleet.ts';
import { forwardLines, startLoki } from './loki.ts';
import { formatRows, judgeRow, measureWay, type Row } from './measure-way.ts';
import { makePlans } from './plans.ts';
import { openWorkspace } from '../control-plane/workspace.ts';

const PAGE = join(import.meta.dirname, '../../docs/canary.md');
const LOSSY_MS = 90_000;

const { plans, mend } = makePlans({
  clean: {},
  'late-by-8s': { delayMs: 8_000 },
  'late-by-20s': { delayMs: 20_000 },
  'loses-every-4th': { loses: (place) => place % 4 === 2 },
  'loses-half': { loses: (place) => (place * 7) % 10 < 5 },
  'loses-and-late': { delayMs: 8_000, loses: (place) => place % 3 === 1 },
});
const nodes = [...plans.keys()];

async function measureLoki(): Promise<readonly Row[]> {
  const backend = await openWorkspace();
  const endings: (() => Promise<unknown>)[] = [backend.close];
  try {
    const url = await startLoki(backend);
    const way = await startFaultyWay({ target: url, plans, read: readPush });
    endings.unshift(way.stop);
    const fleet = await startFleet(nodes, `loki,${url}`);
    endings.unshift(fleet.stop);
    for (const node of nodes) {
      const file = join(fleet.workspace.folder, `${node}.log`);
      endings.unshift(forwardLines(file, way.url, { container: 'rollcall-canary', node }));
      await fleet.startCanary(node, ['--write', file]);
    }
    return await measureWay({ fleet, way, nodes, lossyMs: LOSSY_MS, mend });
  } finally {
    for (const end of endings) await end();
  }
}

function readPush(body: Buffer): readonly Passenger[] {
  const { streams } = JSON.parse(body.toString()) as {
    readonly streams: readonly { readonly values: readonly (readonly [string, string])[] }[];
  };
  return streams.flatMap(({ values }) => values.flatMap(([, line]) => parseCanary(line) ?? []));
}

/** Puts a text between the marks of that name. */
async function writeBetween(mark: string, text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${mark} begin -->`, `<!-- ${mark} end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE}: no marks ${begin} and ${end}`);
  await writeFile(PAGE, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
}

const rows = await measureLoki();
console.log(formatRows(rows));
const faults = rows.flatMap(judgeRow);
const late = rows.find(({ node }) => node === 'late-by-20s')?.state;
if (late !== 'uncovered:IngestionLagging') faults.push(`late-by-20s is ${late}`);
if (faults.length > 0) throw new Error(faults.join('\n'));
await writeBetween('loki', formatRows(rows));
