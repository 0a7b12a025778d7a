/** The API server dies, forgets and is cut off; the collector ends up with the truth, and never says that a covered node is uncovered. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createChurn, type Churn } from './churn.ts';
import { createCluster, isReady, nameNodes, nodeOf, type Cluster } from './cluster.ts';
import { openGate, type Gate } from './gate.ts';
import { measure } from './measure.ts';
import { announceSeed, seedNumbers } from './random.ts';
import { rollOf } from './roll-of.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { keepVigil } from './vigil.ts';

const CALM = 60;
const CHURNED = 20;
const RECOVERY_GOAL_MS = 10_000;
const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'] as const;
const FLAGS = ['--discover'];

let plane: ControlPlane;
let cluster: Cluster;
let gate: Gate;
let collector: Collector;
let churn: Churn;
let markers = 0;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  const nodes = { calm: nameNodes('calm', CALM), churned: nameNodes('churned', CHURNED) };
  for (const [group, names] of Object.entries(nodes)) {
    await cluster.addNodes(names.map((name) => ({ name, labels: { group } })));
    await cluster.addDaemonSet({ name: group, template: { nodeSelector: { group } } });
  }
  await cluster.addDaemonSet({ name: 'everywhere' });
  const random = seedNumbers(announceSeed());
  gate = await openGate({ kubeconfigPath: plane.kubeconfigPath, chance: random });
  churn = createChurn({ cluster, group: 'churned', nodes: nodes.churned, random });
  collector = await startCollector({ kubeconfig: gate.kubeconfig, flags: FLAGS });
  await cluster.waitForReady('everywhere', CALM + CHURNED);
});

afterAll(async () => {
  await collector?.stop();
  await gate?.close();
  await plane?.stop();
});

beforeEach(async () => {
  await waitFor(async () => (await collector.policy('default/calm')).counts.covered === CALM, {
    what: 'all calm nodes to be covered',
  });
});

/** During the fault the calm nodes are looked at every 50 ms, and their uncovered node-seconds must stand still. */
async function calmDuring(fault: () => Promise<void>): Promise<ReadonlySet<string>> {
  const uncovered = (): Promise<number> =>
    collector.total('rollcall_uncovered_node_seconds_total', { daemonset: 'calm' });
  const before = await uncovered();
  const vigil = keepVigil(collector, 'default/calm');
  await fault();
  const { looks, sights } = await vigil.end();
  console.log(`${looks} looks at ${CALM} calm nodes, ${sights.size} of another state than covered`);
  expect([...sights].filter((sight) => sight.includes('uncovered'))).toEqual([]);
  expect(await uncovered()).toBe(before);
  return sights;
}

/** What the API server is told now arrives. */
async function verifySight(what: string): Promise<void> {
  const marker = `marker-${markers++}`;
  const goal = { what: `${what}: a new node is seen`, goalMs: RECOVERY_GOAL_MS };
  const mark = (): Promise<void> => cluster.addNodes([{ name: marker, labels: { group: 'marker' } }]);
  await measure({ ...goal, after: mark }, async () =>
    (await collector.nodes('default/everywhere')).some(({ node }) => node === marker),
  );
}

/** Stirs the churned nodes once more and waits until all nodes have what they should have, so that no answer depends on when it began. */
async function stirAndRest(): Promise<void> {
  for (let round = 0; round < 20; round++) await churn();
  // They would wait up to half a minute before they look whether the API server is back.
  await Promise.all(CONTROLLERS.map(plane.kill));
  await Promise.all(CONTROLLERS.map(plane.start));
  const rested = { what: 'all nodes to have their pods' };
  await waitFor(isWhole, { ...rested, deadlineMs: 20_000 }).catch(replaceOverlooked);
  await waitFor(isWhole, rested);
}

async function isWhole(): Promise<true> {
  expect(await findBare()).toEqual([]);
  return true;
}

/** KWOK at times overlooks a pod on a node that was made anew under the same name; the controller's next one it sees. */
async function replaceOverlooked(): Promise<void> {
  for (const { daemonset, node } of await findBare()) {
    const pods = await cluster.podsOf(daemonset);
    await Promise.all(
      pods.filter((pod) => nodeOf(pod) === node).map(({ metadata }) => cluster.deletePod(metadata.name, 0)),
    );
  }
}

interface Place {
  readonly daemonset: string;
  readonly node: string;
}

/** The places where a Ready pod should be and is not. */
async function findBare(): Promise<readonly Place[]> {
  const { calm = [], churned = [], marker = [] } = await cluster.nodesByGroup();
  const wanted = { calm, churned, everywhere: [...calm, ...churned, ...marker] };
  const bare = Object.entries(wanted).map(async ([daemonset, nodes]) => {
    const pods = await cluster.podsOf(daemonset);
    const kept = pods.filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
    const held = new Set(kept.map(nodeOf));
    return nodes.filter((node) => !held.has(node)).map((node) => ({ daemonset, node }));
  });
  return (await Promise.all(bare)).flat();
}

/** A collector that starts now knows nothing else. */
async function verifyEquality(what: string): Promise<void> {
  const fresh = await startCollector({ kubeconfig: plane.kubeconfigPath, flags: FLAGS });
  try {
    await waitFor(async () => (await fresh.isReady()) && collector.isReady(), { what: 'both collectors to be ready' });
    const compare = async (): Promise<boolean> => (await rollOf(collector)).join() === (await rollOf(fresh)).join();
    // What differs after that is said below.
    await waitFor(compare, { what: 'equal answers', deadlineMs: RECOVERY_GOAL_MS }).catch(() => undefined);
    const [ours, theirs] = [await rollOf(collector), await rollOf(fresh)];
    const differences = [
      ...ours.filter((line) => !theirs.includes(line)).map((line) => `long-running: ${line}`),
      ...theirs.filter((line) => !ours.includes(line)).map((line) => `fresh: ${line}`),
    ];
    console.log(`${what}: ${ours.length} answers, ${differences.length} differ from those of a fresh collector`);
    expect(differences).toEqual([]);
  } finally {
    await fresh.stop();
  }
}

test('watches cut in the middle of an object', async () => {
  const sights = await calmDuring(async () => {
    for (let round = 0; round < 120; round++) {
      await churn();
      if (round % 12 === 0) gate.cut();
      await delay(100);
    }
    await verifySight('watches cut');
    await stirAndRest();
    await verifyEquality('watches cut');
  });
  const { all, insideLine } = gate.cuts();
  console.log(`${all} connections cut, ${insideLine} of them inside an object`);
  expect(insideLine).toBeGreaterThan(10);
  expect([...sights]).toEqual([]);
});

test('the API server killed and restarted', async () => {
  const sights = await calmDuring(async () => {
    await plane.kill('kube-apiserver');
    await delay(3_000);
    await plane.start('kube-apiserver');
    await verifySight('API server killed and restarted');
    await stirAndRest();
    await verifyEquality('API server killed and restarted');
  });
  expect([...sights]).toEqual([]);
});

test('a history that is gone (410)', async () => {
  const gone = (): Promise<number> => collector.total('rollcall_watch_errors_total', { code: 'Gone' });
  const before = await gone();
  const sights = await calmDuring(async () => {
    gate.block();
    for (let round = 0; round < 40; round++) await churn();
    await plane.compactEtcd();
    await plane.kill('kube-apiserver');
    await plane.start('kube-apiserver');
    gate.unblock();
    await verifySight('410');
    await stirAndRest();
    await verifyEquality('410');
  });
  console.log(`${(await gone()) - before} watches were answered 410`);
  expect(await gone()).toBeGreaterThan(before);
  expect([...sights]).toEqual([]);
});

test('an API server that stays away: after 30 s nodes are unobserved, never uncovered', async () => {
  // The controllers would take nodes for dead whose kubelets could not renew their leases either.
  await Promise.all(CONTROLLERS.map(plane.kill));
  const sights = await calmDuring(async () => {
    await plane.kill('kube-apiserver');
    expect(await collector.isReady()).toBe(true);
    await measure({ what: 'API server away: all nodes unobserved', goalMs: 31_000 }, async () => {
      const { covered, unobserved } = (await collector.policy('default/calm')).counts;
      return covered === 0 && unobserved === CALM;
    });
    await delay(500);
  });
  expect(new Set([...sights].map((sight) => sight.split(' ')[1]))).toEqual(new Set(['unobserved']));
  expect(await collector.isReady()).toBe(false);
  expect(await collector.total('rollcall_unobserved_nodes', { daemonset: 'calm' })).toBe(CALM);
  await plane.start('kube-apiserver');
  await verifySight('API server away for 30 s');
  // Without controllers the nodes are at rest as they are.
  await verifyEquality('API server away for 30 s');
  expect(await collector.isReady()).toBe(true);
});

test('after all that it ends when it is asked to, and has nothing to complain of but its watches', async () => {
  expect(await collector.terminate()).toBe('exit code 0');
  const ERROR = 50;
  expect((await collector.log()).filter(({ level }) => level >= ERROR)).toEqual([]);
});
