/** 300 nodes join at once on a real control plane, each at its own pace: every one is measured once, whatever happens to the collector. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes } from './cluster.ts';
import { playLateKubelets, type Dated, type Kubelets } from './late-kubelets.ts';
import { announceSeed } from './random.ts';
import { startCollector, type Collector } from './rollcall.ts';

const NODES = 300;
const TWINS = 60;
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: late, namespace: default }
spec:
  daemonSet: { name: late }
  join: { from: Created, within: 2m }
  objectives: [{ sli: join, target: 95 }]
`;
const STEPS = ['ready', 'eligible', 'pod_created', 'scheduled', 'started', 'pod_ready', 'covered'];
const ADDS_UP_MS = 100;
/** Two clocks, each in whole milliseconds, and the slew of one of them. */
const CLOCKS_MS = 5;

let plane: ControlPlane;
let kubelets: Kubelets;
let folder: string;
const collectors = new Map<string, Collector>();

/** Starts the collector of that journal, anew if it was killed. */
async function wake(name: string): Promise<Collector> {
  const flags = ['--journal', join(folder, `${name}.db`)];
  const collector = await startCollector({ kubeconfig: plane.kubeconfigPath, policies: [POLICY], flags });
  collectors.set(name, collector);
  return collector;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-joins-'));
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  const template = { nodeSelector: { group: 'late' } };
  await createCluster(plane).addDaemonSet({ name: 'late', template });
  kubelets = playLateKubelets(plane.request, 'late', announceSeed());
  for (const name of ['steady', 'killed']) {
    const collector = await wake(name);
    await waitFor(() => collector.isReady(), { what: `${name} to be ready` });
  }
});

afterAll(async () => {
  kubelets?.rest();
  for (const collector of collectors.values()) await collector.stop();
  await plane?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Joined {
  readonly nodeUid: string;
  readonly outcome: string;
  readonly stages: Readonly<Record<string, number>>;
}

/** The joins that a journal holds. */
function joinsOf(name: string): readonly Joined[] {
  const database = new DatabaseSync(join(folder, `${name}.db`), { readOnly: true, timeout: 5_000 });
  try {
    const rows = database.prepare(`SELECT node_uid, body FROM moments WHERE kind = 'join'`).all();
    return rows.map((row) => ({
      nodeUid: String(row['node_uid']),
      ...(JSON.parse(String(row['body'])) as Pick<Joined, 'outcome' | 'stages'>),
    }));
  } finally {
    database.close();
  }
}

/** How long each node took by the objects' own times, which are whole seconds, by node UID. */
async function readTruth(): Promise<ReadonlyMap<string, number>> {
  const list = async (path: string): Promise<readonly Dated[]> =>
    (await plane.request<{ items: readonly Dated[] }>('GET', path)).items;
  const nodes = await list('/api/v1/nodes?labelSelector=group%3Dlate');
  const pods = await list('/api/v1/namespaces/default/pods?labelSelector=app%3Dlate');
  const podReady = new Map(pods.map((pod) => [pod.spec.nodeName, readySince(pod)]));
  return new Map(
    nodes.map((node) => {
      const coveredMs = Math.max(readySince(node), podReady.get(node.metadata.name) ?? NaN);
      return [node.metadata.uid, coveredMs - Date.parse(node.metadata.creationTimestamp)];
    }),
  );
}

function readySince({ status }: Dated): number {
  const ready = status.conditions?.find(({ type, status: word }) => type === 'Ready' && word === 'True');
  return Date.parse(ready?.lastTransitionTime ?? '');
}

function quantiles(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((one, other) => one - other);
  return [0.5, 0.95, 0.99].map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN);
}

/** Compares what was measured with the truth; answers how far the steps are from their totals at most. */
function compare(name: string, measured: readonly Joined[], truth: ReadonlyMap<string, number>): void {
  const totals = measured.map(({ stages }) => stages['total'] ?? NaN);
  const apart = measured.map(({ stages }) =>
    Math.abs(STEPS.reduce((sum, step) => sum + (stages[step] ?? 0), 0) - (stages['total'] ?? NaN)),
  );
  const wrong = measured.map(({ nodeUid, stages }) => Math.abs((stages['total'] ?? NaN) - (truth.get(nodeUid) ?? NaN)));
  const [own, real] = [quantiles(totals), quantiles([...truth.values()])];
  console.log(
    `${name}: ${measured.length} joins; p50, p95, p99 ${own.join(', ')} ms, by the objects' times ${real.join(', ')} ms; ` +
      `steps ${Math.max(...apart)} ms from their total at most, totals ${Math.max(...wrong)} ms from the objects' times`,
  );
  expect(new Set(measured.map(({ nodeUid }) => nodeUid)).size).toBe(measured.length);
  expect(measured.map(({ nodeUid }) => nodeUid).toSorted()).toEqual([...truth.keys()].toSorted());
  expect(Math.max(...apart)).toBeLessThanOrEqual(ADDS_UP_MS);
  own.forEach((ms, index) => expect(Math.abs(ms - (real[index] ?? NaN))).toBeLessThanOrEqual(CLOCKS_MS));
}

/** Ends a collector as Kubernetes does, so that its journal is whole and can be read. */
async function rest(name: string): Promise<readonly Joined[]> {
  const collector = collectors.get(name);
  await collector?.terminate();
  await collector?.stop();
  return joinsOf(name);
}

/** Scrapes until that many joins are counted; answers how many the last scrape saw. */
async function scrapeUntil(collector: Collector, count: number): Promise<number> {
  let counted = 0;
  await waitFor(
    async () => {
      counted = await collector.total('rollcall_joins_total');
      if (counted < count) throw new Error(`${counted} joins`);
      return true;
    },
    { what: `${count} joins` },
  );
  return counted;
}

test('300 nodes at once: each is measured once, also by a collector that is killed halfway', async () => {
  const [steady, killed] = ['steady', 'killed'].map((name) => collectors.get(name));
  if (steady === undefined || killed === undefined) throw new Error('a collector is missing');
  const begun = Promise.all(nameNodes('late', NODES).map((name) => kubelets.join(name)));
  const before = await scrapeUntil(killed, NODES / 2);
  await killed.stop();
  const kept = joinsOf('killed').length;
  const reborn = await wake('killed');
  await begun;
  await scrapeUntil(steady, NODES);
  await scrapeUntil(reborn, NODES - kept);
  expect(await steady.total('rollcall_joins_total')).toBe(NODES);
  const after = await reborn.total('rollcall_joins_total');
  console.log(
    `the killed one: ${before} joins at its last scrape, ${kept} in its file, ${after} afterwards: ${before + after}`,
  );
  // Nothing twice. What no scrape has seen is what became durable between the last one and the kill.
  expect(after).toBe(NODES - kept);
  expect(kept - before).toBeGreaterThanOrEqual(0);
  expect(kept - before).toBeLessThan(NODES / 10);
  const truth = await readTruth();
  compare('steady', await rest('steady'), truth);
  compare('killed', await rest('killed'), truth);
});

test('nodes of the same names with other UIDs are measured anew', async () => {
  const names = nameNodes('late', TWINS);
  const before = new Set(joinsOf('steady').map(({ nodeUid }) => nodeUid));
  const collector = await wake('steady');
  await waitFor(() => collector.isReady(), { what: 'it to be ready again' });
  const { items } = await plane.request<{ items: readonly Dated[] }>(
    'GET',
    '/api/v1/namespaces/default/pods?labelSelector=app%3Dlate',
  );
  const old = items.filter(({ spec }) => spec.nodeName !== undefined && names.includes(spec.nodeName));
  const now = { body: { gracePeriodSeconds: 0 } };
  await Promise.all(names.map((name) => plane.request('DELETE', `/api/v1/nodes/${name}`, now)));
  await Promise.all(
    old.map(({ metadata }) => plane.request('DELETE', `/api/v1/namespaces/default/pods/${metadata.name}`, now)),
  );
  await Promise.all(names.map((name) => kubelets.join(name)));
  await scrapeUntil(collector, TWINS);
  const truth = [...(await readTruth())].filter(([uid]) => !before.has(uid));
  expect(truth).toHaveLength(TWINS);
  const own = (await rest('steady')).filter(({ nodeUid }) => !before.has(nodeUid));
  compare('twins', own, new Map(truth));
});
