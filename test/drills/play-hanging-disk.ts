/**
 * A disk that hangs: an ext4 file system in a file, frozen under the journal of a real collector, so that every write to it waits in the
 * kernel. Needs root and loop devices, which is why it is no part of `make test`.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createWorld, startEmbeddedKube } from '@rollcall/embedded-kube';
import { waitFor } from '../control-plane/index.ts';
import { writeKubeconfig } from '../e2e/gate.ts';
import { startCollector, type Collector } from '../e2e/rollcall.ts';

const run = promisify(execFile);
const FROZEN_MS = 30_000;
const STEP_MS = 50;
const SCRAPE_GOAL_MS = 50;
const SIZE = 64 << 20;

/** What was seen of the collector while its disk hung. */
interface Watched {
  readonly states: ReadonlySet<string>;
  /** How long each answer took, milliseconds, the longest last. */
  readonly tookMs: readonly number[];
  readonly wentSeconds: number;
  readonly stayedReady: boolean;
}

/** Plays it and prints what came of it; rejects if the collector stood still, said nothing, or lost time. */
export async function playHangingDisk(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-hanging-'));
  const [image, disk] = [join(folder, 'image'), join(folder, 'disk')];
  await writeFile(image, '');
  await truncate(image, SIZE);
  await mkdir(disk);
  await run('mkfs.ext4', ['-q', image]);
  await run('mount', ['-o', 'loop', image, disk]);
  try {
    await playOn(folder, disk);
  } finally {
    // umount lets go of the loop device, too.
    await run('umount', [disk]);
    await rm(folder, { recursive: true });
  }
}

async function playOn(folder: string, disk: string): Promise<void> {
  const kube = await startEmbeddedKube();
  const world = createWorld({ store: kube.store, seed: 1, now: Date.now(), nodes: 40, pools: 1, incidents: [] });
  const stepping = setInterval(() => world.step(Date.now()), STEP_MS);
  const journal = join(disk, 'journal.db');
  const kubeconfig = await writeKubeconfig(folder, kube.url);
  const collector = await startCollector({ kubeconfig, flags: ['--discover', '--journal', journal] });
  try {
    await waitFor(async () => (await stateOf(collector)) === 'writing', { what: 'the journal to be written' });
    await waitFor(collector.isReady, { what: 'the collector to be ready' });
    const watched = await watchFrozen(collector, disk);
    await waitFor(async () => (await stateOf(collector)) === 'writing', { what: 'the journal to be written again' });
    await collector.terminate();
    judge(watched, readSums(journal));
  } finally {
    await collector.stop();
    clearInterval(stepping);
    await kube.stop();
  }
}

async function watchFrozen(collector: Collector, disk: string): Promise<Watched> {
  const before = await collector.total('rollcall_valid_node_seconds_total');
  await run('fsfreeze', ['--freeze', disk]);
  const [states, tookMs] = [new Set<string>(), [] as number[]];
  let stayedReady = true;
  try {
    for (const began = performance.now(); performance.now() - began < FROZEN_MS; await delay(100)) {
      const asked = performance.now();
      const state = await stateOf(collector);
      tookMs.push(performance.now() - asked);
      states.add(state);
      stayedReady &&= await collector.isReady();
    }
    const wentSeconds = (await collector.total('rollcall_valid_node_seconds_total')) - before;
    return { states, tookMs: tookMs.sort((one, other) => one - other), wentSeconds, stayedReady };
  } finally {
    await run('fsfreeze', ['--unfreeze', disk]);
  }
}

async function stateOf({ url }: Collector): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return /^rollcall_journal_state\{[^}]*state="(\w+)"[^}]*\} 1$/m.exec(text)?.[1] ?? '';
}

/** Node-milliseconds of coverage by the journal, and those that it has for unobserved. */
function readSums(path: string): { readonly validMs: number; readonly unobservedMs: number } {
  using database = new DatabaseSync(path, { readOnly: true });
  const sql = `SELECT sum(valid_ms) AS validMs, sum(unobserved_ms) AS unobservedMs FROM hourly
    WHERE kind = 'hour' AND sli = 'coverage' AND reason = ''`;
  return database.prepare(sql).get() as unknown as ReturnType<typeof readSums>;
}

function judge({ states, tookMs, wentSeconds, stayedReady }: Watched, sums: ReturnType<typeof readSums>): void {
  const p99 = tookMs[Math.floor(tookMs.length * 0.99)] ?? Infinity;
  console.log(
    `a disk that hung for ${FROZEN_MS / 1000} s: states ${[...states].join(', ')}; ${tookMs.length} scrapes, p99 ${p99.toFixed(1)} ms ` +
      `(goal ${SCRAPE_GOAL_MS} ms); ${wentSeconds.toFixed(1)} node-seconds counted meanwhile; afterwards the journal has ` +
      `${(sums.validMs / 1000).toFixed(1)} valid and ${(sums.unobservedMs / 1000).toFixed(1)} unobserved ones`,
  );
  if (!states.has('hanging')) throw new Error('the collector never said that its disk hangs');
  if (!stayedReady) throw new Error('the collector became unready for its disk');
  if (wentSeconds < FROZEN_MS / 1000) throw new Error('counters stood still');
  if (sums.validMs / 1000 < wentSeconds) throw new Error('the journal lacks what was counted while it hung');
  if (p99 > 10 * SCRAPE_GOAL_MS) throw new Error(`a scrape took ${p99} ms`);
}
