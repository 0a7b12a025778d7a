/**
 * `npm run pictures`: opens the scene, lets an outage happen in it, and takes the pictures of the documentation. `--keep-open` leaves
 * it all running after that, with the preview's address printed, until it is interrupted.
 */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateDashboards } from '@rollcall/dashboards';
import { startPreview } from '@rollcall/dashboards/preview';
import { startChromium } from '../control-plane/index.ts';
import { nameNodes, nodeOf } from '../e2e/cluster.ts';
import { waits } from '../faults/pod-states.ts';
import { each } from '../faults/scene.ts';
import { lookAtBoards } from './look-at-boards.ts';
import { openScene, POOLS, SPEED, type Scene } from './scene.ts';
import { shrinkPicture } from './shrink-picture.ts';

const FOLDER = new URL('../../docs/dashboards/', import.meta.url);
/** Before the drift, from it to the outage, and after that. */
const [CALM_MS, DRIFT_MS, OUTAGE_MS] = [40_000, 30_000, 70_000];
/** How much time is shown. */
const RANGE = 'now-165s';
/** At which step annotations are asked: a minute at the scene's speed. */
const MARK_STEP = `${60 / SPEED}s`;
const LOST: ReadonlySet<string> = new Set(nameNodes('general', POOLS.general).slice(20, 50));
const DRIFTED = ['gpu-1', 'gpu-2', 'edge-3'];
/** The node that the board about single nodes is opened for. */
const NODE = 'general-20';

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'keep-open': { type: 'boolean', default: false } } });
  await using stack = new AsyncDisposableStack();
  const scene = stack.adopt(await openScene(), (own) => own.close());
  await delay(CALM_MS);
  await driftAway(scene);
  await delay(DRIFT_MS);
  await loseImage(scene);
  await delay(OUTAGE_MS);
  const boards = generateDashboards({ speed: SPEED, apiUrl: scene.collector.url, runbookBase: '' });
  const dashboards = boards.map(({ annotations, ...rest }) => ({
    ...rest,
    annotations: { list: (annotations?.list ?? []).map((one) => ({ ...one, step: MARK_STEP })) },
  }));
  const options = { prometheus: scene.prometheus.url, dashboards, clock: Date.now, scrapeIntervalMs: 1_000 };
  const preview = stack.adopt(await startPreview(options), (own) => own.stop());
  const browser = stack.adopt(await startChromium(), (own) => own.close());
  await mkdir(FOLDER, { recursive: true });
  const search = { from: RANGE, to: 'now', 'var-node': NODE };
  for (const { uid, faults, picture } of await lookAtBoards(browser, { ...preview, search })) {
    const name = `${uid.replace('rollcall-', '')}.png`;
    const small = shrinkPicture(picture);
    await writeFile(new URL(name, FOLDER), small);
    console.log(`${name} ${Math.round(small.length / 1000)} kB ${faults.join('; ')}`);
    if (faults.length > 0) process.exitCode = 1;
  }
  if (!values['keep-open']) return;
  console.log(`${preview.url} ${scene.prometheus.url}`);
  await once(process, 'SIGINT');
}

/** Three nodes lose the label that the daemon selects. */
async function driftAway({ cluster }: Scene): Promise<void> {
  await each(DRIFTED, (name) => cluster.patchNode(name, { metadata: { labels: { fleet: 'none' } } }));
}

/** On 30 nodes of the pool `general` the daemon's image cannot be pulled any more. */
async function loseImage({ plane, cluster }: Scene): Promise<void> {
  const { status } = waits('ImagePullBackOff', 'Back-off pulling image "daemon:2": not found');
  const pods = (await cluster.podsOf('agent')).filter((pod) => LOST.has(nodeOf(pod) ?? ''));
  const contentType = 'application/strategic-merge-patch+json';
  await each(pods, ({ metadata: { name } }) =>
    plane.request('PATCH', `/api/v1/namespaces/default/pods/${name}/status`, { body: { status }, contentType }),
  );
}
