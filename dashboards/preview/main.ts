/** `npm run preview`: the generated boards in a browser, drawn from a Prometheus. */
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
    ...(folder !== undefined && { folder }),
  });
  const uids = preview.boards.filter((uid) => board === undefined || uid === board || uid.endsWith(`-${board}`));
  if (uids.length === 0) throw new Error(`there is no board ${board ?? ''}: ${preview.boards.join(', ')}`);
  const search = new URLSearchParams({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  const suffix = search.size === 0 ? '' : `?${search.toString()}`;
  for (const uid of uids) console.log(`${preview.url}/boards/${uid}${suffix}`);
  process.once('SIGINT', () => void preview.stop());
}
