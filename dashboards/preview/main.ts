/** `npm run preview`: the generated boards in a browser, drawn from a Prometheus. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPreview } from './server.ts';

const USAGE =
  'npm run preview -- --prometheus URL [--board on-call] [--from now-6h] [--to now] [--port N] [--folder DIRECTORY]';

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      prometheus: { type: 'string' },
      board: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      port: { type: 'string' },
      folder: { type: 'string' },
    },
  });
  const { prometheus, board, from, to, port, folder } = values;
  if (prometheus === undefined) throw new Error(USAGE);
  const preview = await startPreview({
    prometheus: prometheus.replace(/\/$/, ''),
    clock: Date.now,
    ...(port !== undefined && { port: Number(port) }),
    dashboards: await readDashboards(folder ?? fileURLToPath(new URL('../generated', import.meta.url))),
  });
  const uids = preview.boards.filter((uid) => board === undefined || uid === board || uid.endsWith(`-${board}`));
  if (uids.length === 0) throw new Error(`there is no board ${board ?? ''}: ${preview.boards.join(', ')}`);
  const search = new URLSearchParams({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  const suffix = search.size === 0 ? '' : `?${search.toString()}`;
  for (const uid of uids) console.log(`${preview.url}/boards/${uid}${suffix}`);
  process.once('SIGINT', () => void preview.stop());
}

async function readDashboards(folder: string): Promise<readonly object[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  if (names.length === 0) throw new Error(`${folder} has no dashboards: npm run generate writes them`);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as object);
}
