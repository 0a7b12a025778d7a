/** The real API server's lists and watches give the same objects and events in JSON and in protobuf. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { PROTOBUF } from '@rollcall/embedded-kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { readAdminAccess } from '../e2e/admin-access.ts';
import { createCluster, nameNodes, type Cluster } from '../e2e/cluster.ts';
import type { Body, Kind } from './bodies.ts';
import { compareHeard, createComparison, describeComparison, type Comparison } from './compare.ts';
import { createReading } from './read-body.ts';

const NODES = nameNodes('node', 30);
const WATCH_S = 20;
const TYPES = ['application/json', PROTOBUF] as const;
const PATHS: Readonly<Record<Kind, string>> = { Node: '/api/v1/nodes', Pod: '/api/v1/pods' };

let plane: ControlPlane;
let cluster: Cluster;
let ask: (path: string, accept: string) => Promise<Body>;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  const { server, tls } = await readAdminAccess(plane.kubeconfigPath);
  ask = async (path, accept) => {
    const sent = request(new URL(path, server), { ...tls, headers: { accept } }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`${path}: ${String(response.statusCode)}`);
    return { contentType: response.headers['content-type'] ?? '', bytes: await buffer(response) };
  };
});

afterAll(() => plane?.stop());

const whole = (bytes: Buffer): readonly Buffer[] => [bytes];

/** Nodes come, change and go, and with them their pods. */
async function live(): Promise<void> {
  await cluster.addNodes(
    NODES.map((name, index) => ({
      name,
      labels: { pool: `pool-${index % 3}` },
      annotations: { note: 'ünïcödé 🛰️', long: 'x'.repeat(100) },
    })),
  );
  await cluster.addDaemonSet({ name: 'daemon', template: { tolerations: [{ operator: 'Exists' }] } });
  await cluster.waitForReady('daemon', NODES.length);
  for (const name of NODES.slice(0, 10)) {
    await cluster.patchNode(name, {
      spec: { unschedulable: true, taints: [{ key: 'a', value: '', effect: 'NoExecute' }] },
    });
    await cluster.patchNode(name, { metadata: { labels: { pool: null } } }, '?fieldManager=somebody');
    await cluster.patchNodeStatus(name, [{ type: 'KernelDeadlock', status: 'True', reason: 'Because' }]);
  }
  for (const name of NODES.slice(10, 15)) await cluster.deletePod((await cluster.podOn('daemon', name)).metadata.name);
  for (const name of NODES.slice(25)) await cluster.deleteNode(name);
  await cluster.waitForReady('daemon', 25);
}

test('what lists and watches tell of nodes and pods is the same in both encodings', async () => {
  const { metadata } = await plane.request<{ metadata: { resourceVersion: string } }>('GET', '/api/v1/nodes');
  const query = `watch=1&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=${WATCH_S}`;
  const kinds = ['Node', 'Pod'] as const;
  const watched = kinds.map((kind) => Promise.all(TYPES.map((type) => ask(`${PATHS[kind]}?${query}`, type))));
  await live();
  const comparisons: Comparison[] = [];
  for (const kind of kinds) comparisons.push(await compareLists(kind));
  for (const [index, kind] of kinds.entries()) comparisons.push(compareWatches(kind, (await watched[index]) ?? []));
  expect(comparisons.flatMap(({ differences }) => differences)).toEqual([]);
});

function compareWatches(kind: Kind, bodies: readonly Body[]): Comparison {
  const [inJson = [], inProtobuf = []] = bodies.map((body) => createReading(kind).watch(body, whole));
  expect(bodies.map(({ contentType }) => contentType)).toEqual(['application/json', `${PROTOBUF};stream=watch`]);
  // They begin at one resourceVersion and tell the same; which ends first is by chance.
  const length = Math.min(inJson.length, inProtobuf.length);
  expect(length).toBeGreaterThan(3 * NODES.length);
  expect(new Set(inJson.map(({ type }) => type))).toEqual(new Set(['ADDED', 'MODIFIED', 'DELETED']));
  return compare(`${kind}, watch`, { wanted: inJson.slice(0, length), found: inProtobuf.slice(0, length), bodies });
}

/** A list of a moment at which nothing happened between the two. */
async function compareLists(kind: Kind): Promise<Comparison> {
  const bodies = await waitFor(
    async () => {
      const both = await Promise.all(TYPES.map((type) => ask(PATHS[kind], type)));
      const [one = [], other = []] = both.map((body) => createReading(kind).list(body, whole));
      const versions = (heard: typeof one): string => heard.map(({ version }) => version).join();
      return versions(one) === versions(other) && both;
    },
    { what: `two equal lists of ${kind}s` },
  );
  const [wanted = [], found = []] = bodies.map((body) => createReading(kind).list(body, whole));
  expect(wanted.length).toBeGreaterThanOrEqual(25);
  return compare(`${kind}, list`, { wanted, found, bodies });
}

interface Told {
  readonly wanted: ReturnType<ReturnType<typeof createReading>['list']>;
  readonly found: Told['wanted'];
  readonly bodies: readonly Body[];
}

function compare(what: string, { wanted, found, bodies }: Told): Comparison {
  const comparison = createComparison();
  const [json, protobuf] = bodies.map(({ bytes }) => bytes.length);
  Object.assign(comparison, { jsonBytes: json, protobufBytes: protobuf });
  compareHeard(comparison, wanted, { found, objects: [] });
  console.log(describeComparison(what, comparison));
  return comparison;
}
