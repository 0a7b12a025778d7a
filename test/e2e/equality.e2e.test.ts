/** At rest, the nodes that we call eligible are exactly those on which the real controller has made pods. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, nodeOf, type Cluster } from './cluster.ts';
import { measure } from './measure.ts';
import { MIXED_TEMPLATES, mixedLabels, mixedTaints } from './mixed-fleet.ts';
import { startCollector, type Collector } from './rollcall.ts';

const NAMES = Object.keys(MIXED_TEMPLATES);
const NODES = nameNodes('node', 150);
// KWOK leaves these alone: what keeps them from being Ready stays.
const SICK: readonly (readonly [node: string, condition: string])[] = [
  ['node-147', 'NetworkUnavailable'],
  ['node-148', 'DiskPressure'],
  ['node-149', 'NotReady'],
];
const GOAL_MS = 2_000;

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, flags: ['--discover'] });
  const sick = new Map(SICK);
  await cluster.addNodes(
    NODES.map((name, number) => ({
      name,
      labels: { ...mixedLabels(number), ...(sick.has(name) ? { kwok: null } : {}) },
      taints: mixedTaints(number),
    })),
  );
  await cluster.patchNode('node-0', { spec: { unschedulable: true } });
  await Promise.all(SICK.map(([node, condition]) => sicken(node, condition)));
  for (const [name, template] of Object.entries(MIXED_TEMPLATES)) await cluster.addDaemonSet({ name, template });
});

afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

async function sicken(node: string, condition: string): Promise<void> {
  const isReady = condition !== 'NotReady';
  await cluster.patchNodeStatus(node, [
    { type: 'Ready', status: isReady ? 'True' : 'False' },
    ...(isReady ? [{ type: condition, status: 'True' }] : []),
  ]);
  // Before a DaemonSet is there: a pod that came before the taint would stay, though the node is eligible no longer.
  await waitFor(async () => (await cluster.taintsOf(node)).some(({ effect }) => effect === 'NoSchedule'), {
    what: `the taint of ${node}`,
  });
}

/** `daemonset/node` of every pod that is there to stay. */
async function placedByController(): Promise<readonly string[]> {
  const placed = await Promise.all(
    NAMES.map(async (name) => (await cluster.podsOf(name)).map((pod) => `${name}/${nodeOf(pod) ?? ''}`)),
  );
  return placed.flat().toSorted();
}

async function calledEligible(): Promise<readonly string[]> {
  const eligible = await Promise.all(
    NAMES.map(async (name) => {
      const daemonset = `default/${name}`;
      const nodes = [...(await collector.nodes(daemonset)), ...(await collector.nodes(daemonset, 'outOfScope'))];
      expect(nodes.map(({ node }) => node).toSorted()).toEqual(NODES.toSorted());
      return nodes.filter((node) => node.eligible).map(({ node }) => `${name}/${node}`);
    }),
  );
  return eligible.flat().toSorted();
}

/** Rest: two looks 2 s apart see the same pods, and no controller wants another number. */
async function waitForRest(): Promise<void> {
  await waitFor(
    async () => {
      const before = await placedByController();
      await delay(2_000);
      const after = await placedByController();
      const statuses = await Promise.all(NAMES.map((name) => cluster.statusOf(name)));
      const wanted = statuses.reduce((total, { desiredNumberScheduled }) => total + desiredNumberScheduled, 0);
      return after.length > 0 && wanted === after.length && before.join() === after.join();
    },
    { what: 'the controllers to come to rest', deadlineMs: 120_000 },
  );
}

async function verifyEquality(what: string): Promise<void> {
  await waitForRest();
  const goal = { what: `${what}, at rest: ${NAMES.length} DaemonSets x ${NODES.length} nodes equal`, goalMs: GOAL_MS };
  await measure(goal, async () => (await calledEligible()).join() === (await placedByController()).join()).catch(
    // The comparison below says what differs.
    () => undefined,
  );
  const placed = await placedByController();
  expect(await calledEligible()).toEqual(placed);
  const divergences = await Promise.all(
    NAMES.map(async (name) => (await collector.policy(`default/${name}`)).controller),
  );
  expect(divergences.map((controller) => controller?.divergence)).toEqual(NAMES.map(() => 0));
  const counts = NAMES.map((name) => `${name} ${placed.filter((pair) => pair.startsWith(`${name}/`)).length}`);
  console.log(`${placed.length} pairs: ${counts.join(', ')}`);
  // A fleet in which every DaemonSet runs everywhere, or nowhere, would prove little.
  expect(new Set(counts.map((count) => count.split(' ')[1])).size).toBeGreaterThan(10);
}

test('as the nodes came', { timeout: 240_000 }, async () => {
  await verifyEquality('new nodes');
});

test('after half of the nodes changed their labels', { timeout: 240_000 }, async () => {
  const changed = NODES.slice(0, NODES.length / 2);
  await Promise.all(
    changed.map((name, number) => cluster.patchNode(name, { metadata: { labels: mixedLabels(number, 1) } })),
  );
  await verifyEquality('changed labels');
});
