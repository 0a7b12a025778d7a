/** Budgets out of a real journal: a collector serves, its file gets a month of seeded history, and the next life answers by it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectiveAnswer, ObjectivesAnswer } from '@rollcall/contract';
import { createWorld, startEmbeddedKube, type EmbeddedKube } from '@rollcall/embedded-kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKubeconfig } from './gate.ts';
import { announceSeed, seedNumbers } from './random.ts';
import { runRollcall, startCollector, type Collector } from './rollcall.ts';

const SEED = announceSeed();
const HOUR_MS = 3_600_000;
const DAYS = 40;
const NODES = 10;

let folder: string;
let kube: EmbeddedKube;
let collector: Collector | undefined;
let name = { namespace: '', daemonset: '' };
/** Node-milliseconds by hour, as they were written. */
const written = new Map<number, { readonly valid: number; readonly good: number }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-slo-'));
  kube = await startEmbeddedKube();
  const world = createWorld({ store: kube.store, seed: SEED, now: Date.now(), nodes: NODES, pools: 1, incidents: [] });
  world.step(Date.now());
  const [own] = world.truth();
  name = { namespace: own?.namespace ?? '', daemonset: own?.name ?? '' };
});
afterAll(async () => {
  await collector?.stop();
  await kube?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function serve(): Promise<Collector> {
  const kubeconfig = await writeKubeconfig(folder, kube.url);
  const policy = `apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: ${name.daemonset}, namespace: ${name.namespace} }
spec:
  daemonSet: { name: ${name.daemonset} }
  objectives:
    - { sli: coverage, target: 99 }
`;
  return startCollector({ kubeconfig, policies: [policy], flags: ['--journal', join(folder, 'journal.db')] });
}

/** A month of whole hours, a twentieth of them with a loss. */
function writeHistory(): void {
  const chance = seedNumbers(SEED);
  const database = new DatabaseSync(join(folder, 'journal.db'));
  const [known] = database.prepare("SELECT * FROM hourly WHERE kind = 'hour' AND sli = 'coverage'").all();
  const current = Number(known?.['hour']);
  const insert = database.prepare(
    "INSERT INTO hourly VALUES (?, 'hour', ?, ?, ?, 'coverage', '', ?, ?, ?, 0, '') ON CONFLICT DO NOTHING",
  );
  for (let hour = current - DAYS * 24 * HOUR_MS; hour < current; hour += HOUR_MS) {
    const valid = NODES * HOUR_MS;
    const good = valid - (chance() < 0.05 ? Math.floor(chance() * HOUR_MS) : 0);
    written.set(hour, { valid, good });
    const key = ['cluster', 'policy_uid', 'pool', 'replica'].map((own) => String(known?.[own]));
    insert.run(hour, key[0] ?? '', key[1] ?? '', key[2] ?? '', key[3] ?? '', valid, good);
  }
  database.close();
}

/** What was written within a window, of the hours that its ends cut the share; in node-seconds. */
function sumWritten(fromMs: number, toMs: number): { readonly valid: number; readonly bad: number } {
  let [valid, bad] = [0, 0];
  for (const [hour, times] of written) {
    const share = Math.max(0, Math.min(hour + HOUR_MS, toMs) - Math.max(hour, fromMs)) / HOUR_MS;
    valid += (times.valid * share) / 1_000;
    bad += ((times.valid - times.good) * share) / 1_000;
  }
  return { valid, bad };
}

async function relive(): Promise<Collector> {
  const first = await serve();
  await delay(3_000);
  await first.terminate();
  await first.stop();
  writeHistory();
  return serve();
}

test('the next life answers by what the journal holds', async () => {
  collector = await relive();
  const own = await readObjective(collector.url);
  const { valid, bad } = sumWritten(Date.parse(own.from), Date.parse(own.to));
  const { budget, valid: known } = own.adjusted;
  // What this hour holds beside is what the two lives saw.
  console.log(`spent ${budget?.spent} s, ${bad} s of them written`);
  expect(budget?.spent).toBeGreaterThan(bad - 1);
  expect(Math.abs(1 - known / valid)).toBeLessThan(0.002);
  expect(own).toMatchObject({ historyRatio: 1, window: '30d', unit: 'node-seconds' });
  const { objectives } = await collector.policy(`${name.namespace}/${name.daemonset}`);
  expect(objectives).toMatchObject([{ sli: 'coverage' }]);
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  expect(metrics).toMatch(/rollcall_attainment_ratio\{.*sli="coverage",window="90d"\} 0\.99/);
  expect(metrics).toMatch(/rollcall_budget_remaining_ratio\{.*sli="coverage",window="30d"\} /);
  expect(metrics).toMatch(/rollcall_budget_remaining_raw_ratio\{.*sli="coverage",window="30d"\} /);
});

test('the command shows it, and suggests a target', async () => {
  const url = collector?.url ?? '';
  const table = await runRollcall('slo', `${name.namespace}/${name.daemonset}`, '--server', url);
  console.log(table.out);
  expect(table).toMatchObject({ code: 0, err: '' });
  expect(table.out).toContain('99.000 %');
  const suggested = await runRollcall('slo', 'suggest', '--server', url);
  console.log(suggested.out);
  expect(suggested.out).toMatch(/1\d windows of 30d in 40 days/);
});

test('before install the smallest loss of each tier is said, by policy files', async () => {
  const file = join(folder, 'plan.yaml');
  await writeFile(
    file,
    'apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: a, namespace: b }\nspec: { daemonSet: { name: a }, objectives: [{ sli: coverage, target: 90 }] }\n',
  );
  const { out } = await runRollcall('slo', 'plan', '--nodes', '5');
  expect(out).toContain('5 nodes: one node out pages after 43 min');
  const { out: warned } = await runRollcall('slo', 'plan', '-f', file);
  expect(warned).toContain('warning: page_fast can never fire');
});

async function readObjective(url: string): Promise<ObjectiveAnswer> {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(200)) {
    const { items } = (await (await fetch(`${url}/api/v1/objectives`)).json()) as ObjectivesAnswer;
    const [found] = items.find(({ daemonset }) => daemonset === name.daemonset)?.objectives ?? [];
    if (found !== undefined) return found;
  }
  throw new Error('no budgets within 30 s');
}
