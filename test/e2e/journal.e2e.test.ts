/** Kills collectors with SIGKILL at random moments of a scripted run, and holds what their journals say against the world's own account. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { createWorld, startEmbeddedKube, type EmbeddedKube, type World } from '@rollcall/embedded-kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKubeconfig } from './gate.ts';
import { announceSeed, seedNumbers } from './random.ts';

const PROGRAM = join(import.meta.dirname, '../../collector/bin/rollcall.js');
const SEED = announceSeed();
const NODES = 40;
const STEP_MS = 50;
/**
 * Five collectors, each with a journal of its own, on one cluster: a fifth of the kills each. So many side by side, since a life has to be long
 * beside its start for a proof: what is unobserved adds up by itself.
 */
const LANES = 5;
const KILLS = 10;
/** How long a life is at least and at most, beside its own start; where starts take long, not longer than a bound. */
const LIFE_OF_STARTS = [3, 5] as const;
const LONGEST_LIFE_MS = 20_000;
/** On a machine that has nothing else to do; on a crowded one starts take what they take. */
const GOAL_UNOBSERVED = 0.3;
const FIRST_LIFE_MS = 5_000;
/** Until a change of the world is seen: its step, the event's way, the pod's review. */
const SEEN_MS = 400;

interface Sample {
  readonly atMs: number;
  readonly expected: number;
  readonly uncovered: number;
}

let folder: string;
let kube: EmbeddedKube;
let kubeconfig: string;
let world: World;
const truth = new Map<string, Sample[]>();
const changes = new Map<string, number>();
const children = new Set<ChildProcess>();
let stepping: NodeJS.Timeout;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-kills-'));
  kube = await startEmbeddedKube();
  world = createWorld({ store: kube.store, seed: SEED, now: Date.now(), nodes: NODES, pools: 1, incidents: [] });
  kubeconfig = await writeKubeconfig(folder, kube.url);
  stepping = setInterval(step, STEP_MS);
});
afterAll(async () => {
  clearInterval(stepping);
  for (const child of children) child.kill('SIGKILL');
  await kube?.stop();
  await rm(folder, { recursive: true, force: true });
});

function step(): void {
  const atMs = Date.now();
  world.step(atMs);
  for (const { namespace, name, expected, uncovered } of world.truth()) {
    const key = `${namespace}/${name}`;
    const samples = truth.get(key) ?? [];
    if (samples.at(-1)?.uncovered !== uncovered) changes.set(key, (changes.get(key) ?? 0) + 1);
    samples.push({ atMs, expected, uncovered });
    truth.set(key, samples);
  }
}

function serve(journal: string): ChildProcess {
  const args = [PROGRAM, 'serve', '--kubeconfig', kubeconfig, '--discover', '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [...args, '--journal', journal], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Runs for as long as `lifeMs` says of its measured start, from when it is ready, and ends by the signal; answers how long it took to start. */
async function liveAndDie(
  journal: string,
  lifeMs: (startMs: number) => number,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<number> {
  const began = performance.now();
  const child = serve(journal);
  await ready(child);
  const startMs = performance.now() - began;
  await delay(lifeMs(startMs));
  await end(child, signal);
  return startMs;
}

async function dieWhileStarting(journal: string, afterMs: number): Promise<void> {
  const child = serve(journal);
  child.stdout?.resume();
  await delay(afterMs);
  await end(child, 'SIGKILL');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function ready(child: ChildProcess): Promise<void> {
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the collector ended with ${code}`)));
    child.stdout?.on('data', (text: Buffer) => {
      const found = /"url":"([^"]+)"/.exec(text.toString())?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  while (!(await fetch(`${url}/readyz`)).ok) await delay(20);
}

async function runLane(lane: number): Promise<string> {
  const chance = seedNumbers(SEED + lane);
  const journal = join(folder, `journal-${lane}.db`);
  const [least, most] = LIFE_OF_STARTS;
  // Of a life that ends before its first cut nobody can know.
  let startMs = await liveAndDie(journal, () => FIRST_LIFE_MS);
  for (let kill = 1; kill < KILLS; kill += 1) {
    if (kill % 2 === lane % 2) world.start(chance() < 0.5 ? 'crashLoop' : 'imagePull', { seconds: 1 + 6 * chance() });
    const share = chance();
    if (chance() < 0.2) await dieWhileStarting(journal, startMs * share);
    else startMs = await liveAndDie(journal, (ms) => Math.min(LONGEST_LIFE_MS, ms * (least + (most - least) * share)));
  }
  await liveAndDie(journal, () => FIRST_LIFE_MS, 'SIGTERM');
  return journal;
}

interface Booked {
  readonly daemonSet: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly valid: number;
  readonly good: number;
  readonly unobserved: number;
  readonly excused: number;
  readonly byReason: number;
}

function readJournal(path: string): readonly Booked[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const sql = `
    SELECT namespace || '/' || daemonset AS daemonSet, at_ms AS toMs,
      (SELECT min(wall_ms) FROM transitions WHERE policy_uid = policies.policy_uid) AS fromMs,
      sum(iif(reason = '', valid_ms, 0)) AS valid, sum(iif(reason = '', good_ms, 0)) AS good,
      sum(iif(reason = '', unobserved_ms, 0)) AS unobserved,
      sum(iif(reason LIKE 'excused:%', valid_ms + unobserved_ms, 0)) AS excused,
      sum(iif(reason <> '' AND reason NOT LIKE 'excused:%', valid_ms, 0)) AS byReason
    FROM policies JOIN hourly USING (policy_uid) WHERE kind = 'hour' AND sli = 'coverage' GROUP BY policy_uid`;
  return database.prepare(sql).all() as unknown as readonly Booked[];
}

function integrate(samples: readonly Sample[], { fromMs, toMs }: Booked, of: 'expected' | 'uncovered'): number {
  return samples.reduce((sum, sample, at) => {
    const endMs = Math.min(toMs, samples[at + 1]?.atMs ?? toMs);
    return sum + sample[of] * Math.max(0, endMs - Math.max(fromMs, sample.atMs));
  }, 0);
}

test(`journals add up to the truth after ${LANES * KILLS} kills at random moments (seed ${SEED})`, async () => {
  const began = performance.now();
  const journals = await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane)));
  const rows = journals.flatMap((path) => readJournal(path));
  let [seen, all] = [0, 0];
  for (const booked of rows) {
    const samples = truth.get(booked.daemonSet) ?? [];
    const [expected, uncovered] = [integrate(samples, booked, 'expected'), integrate(samples, booked, 'uncovered')];
    const { valid, good, unobserved, excused, byReason } = booked;
    const off = (valid + unobserved + excused) / expected - 1;
    const late = SEEN_MS * (changes.get(booked.daemonSet) ?? 0);
    console.log(
      `${booked.daemonSet}: ${(expected / 1e6).toFixed(1)} thousand node-seconds, off by ${(off * 100).toFixed(4)} %, unobserved ` +
        `${((unobserved / expected) * 100).toFixed(1)} %; uncovered ${((valid - good) / 1e3).toFixed(1)} s of ${(uncovered / 1e3).toFixed(1)} s`,
    );
    expect(Math.abs(off)).toBeLessThan(0.001);
    expect(byReason).toBe(valid - good);
    expect(valid - good).toBeLessThan(uncovered + late);
    expect(valid - good + unobserved).toBeGreaterThan(uncovered - late);
    [seen, all] = [seen + valid + excused, all + expected];
  }
  expect(rows).toHaveLength(3 * LANES);
  console.log(
    `unobserved of all: ${((1 - seen / all) * 100).toFixed(1)} % (goal on a quiet machine: at most ${GOAL_UNOBSERVED * 100} %); ${LANES * KILLS} kills in ${((performance.now() - began) / 1000).toFixed(0)} s (seed ${SEED})`,
  );
  // Short lives or long starts: something must have been seen all the same, or the sums prove nothing.
  expect(seen / all).toBeGreaterThan(0.1);
}, 900_000);
