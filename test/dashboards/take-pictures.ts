/**
 * `npm run pictures`: opens the scene, lets an outage happen in it, and takes the pictures of the documentation. `--keep-open` leaves
 * it all running after that, with the preview's address printed, until it is interrupted.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateDashboards } from '@rollcall/dashboards';
import { startPreview } from '@rollcall/dashboards/preview';
import { startChromium } from '../control-plane/index.ts';
import { lookAtBoards } from './look-at-boards.ts';
import { openScene, SPEED } from './scene.ts';

const FOLDER = new URL('../../docs/dashboards/', import.meta.url);
/** The cluster before the outage, and after it, so that both can be seen. */
const [CALM_MS, AFTER_MS] = [60_000, 75_000];
/** How much time is shown. */
const RANGE = 'now-3m';
/** At which step annotations are asked: a minute at the scene's speed. */
const MARK_STEP = `${60 / SPEED}s`;
/** The node that the board about single nodes is opened for. */
const NODE = 'general-20';

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'keep-open': { type: 'boolean', default: false } } });
  await using stack = new AsyncDisposableStack();
  const scene = stack.adopt(await openScene(), (own) => own.close());
  await delay(CALM_MS);
  await scene.strike();
  await delay(AFTER_MS);
  const boards = generateDashboards({ speed: SPEED, apiUrl: scene.collector.url, runbookBase: '' });
  const dashboards = boards.map(({ annotations, ...rest }) => ({
    ...rest,
    annotations: { list: (annotations?.list ?? []).map((one) => ({ ...one, step: MARK_STEP })) },
  }));
  const options = { prometheus: scene.prometheus.url, dashboards, clock: Date.now, scrapeIntervalMs: 1_000 };
  const preview = stack.adopt(await startPreview(options), (own) => own.stop());
  const browser = stack.adopt(await startChromium(), (own) => own.close());
  const search = { from: RANGE, to: 'now', 'var-node': NODE };
  for (const { uid, faults, picture } of await lookAtBoards(browser, { ...preview, search })) {
    const name = `${uid.replace('rollcall-', '')}.png`;
    await writeFile(new URL(name, FOLDER), picture);
    console.log(`${name} ${Math.round(picture.length / 1000)} kB ${faults.join('; ')}`);
    if (faults.length > 0) process.exitCode = 1;
  }
  if (!values['keep-open']) return;
  console.log(`${preview.url} ${scene.prometheus.url}`);
  await once(process, 'SIGINT');
}
