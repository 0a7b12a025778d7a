/** Heartbeats while the real API server is away, while it rotates its keys, and when a ServiceAccount is made anew. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { heartbeat, requestToken, send, type SendReply } from './senders.ts';

const NODES = nameNodes('node', 2);
const [FIRST = '', SECOND = ''] = NODES;
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: default }
spec:
  daemonSet: { name: agent }
  health: { heartbeat: { period: 10s } }
`;
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;
let sequence = 0;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast' });
  cluster = createCluster(plane);
  await plane.request('POST', ACCOUNTS, { body: { metadata: { name: 'agent' } } });
  await cluster.addDaemonSet({ name: 'agent', template: { serviceAccountName: 'agent' } });
  await cluster.addNodes(NODES.map((name) => ({ name })));
  await cluster.waitForReady('agent', NODES.length);
  collector = await collect();
});
afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

async function collect(): Promise<Collector> {
  const started = await startCollector({ kubeconfig: plane.kubeconfigPath, policies: [POLICY] });
  const isKnown = async (): Promise<boolean> =>
    (await started.isReady()) && (await started.nodes('default/agent')).length === NODES.length;
  await waitFor(isKnown, { what: 'the collector knowing its nodes' });
  return started;
}

async function tokenOn(node: string): Promise<string> {
  const { name, uid } = (await cluster.podOn('agent', node)).metadata;
  return requestToken(plane, { account: 'agent', pod: { name, uid } });
}

function beat(token: string, node: string, { url } = collector): Promise<SendReply> {
  sequence += 1;
  return send(url, { token, items: [heartbeat(node, sequence)] });
}

/** The same token under the name of a key that nobody has. */
function rename(token: string): string {
  const [, payload, signature] = token.split('.');
  const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'nobody' })).toString('base64url');
  return `${head}.${payload}.${signature}`;
}

test('while the API server is away agents go on, also those not heard before; who cannot be judged is told to come back', async () => {
  const [heard, unheard] = [await tokenOn(FIRST), await tokenOn(SECOND)];
  expect((await beat(heard, FIRST)).status).toBe(200);
  await plane.kill('kube-apiserver');
  const begin = performance.now();
  expect((await beat(heard, FIRST)).status).toBe(200);
  expect((await beat(unheard, SECOND)).status).toBe(200);
  const stranger = await waitFor(
    async () => {
      const reply = await beat(rename(unheard), SECOND);
      return reply.status === 503 ? reply : undefined;
    },
    { what: 'a key that nobody can look up' },
  );
  expect(Number(stranger.retryAfter)).toBeGreaterThan(0);
  expect((await beat(heard, FIRST)).status).toBe(200);
  console.info(`the API server away: an unknown key is 503 after ${Math.round(performance.now() - begin)} ms`);
  await plane.start('kube-apiserver');
});

test('keys are rotated: tokens of the new key are taken, those of the old one until it is withdrawn', async () => {
  const folder = dirname(plane.kubeconfigPath);
  const [pub, key] = [join(folder, 'sa.pub'), join(folder, 'sa.key')];
  const old = await tokenOn(FIRST);
  expect((await beat(old, FIRST)).status).toBe(200);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const added = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await writeFile(key, privateKey.export({ type: 'sec1', format: 'pem' }));
  const restart = async (keys: string): Promise<void> => {
    await writeFile(pub, keys);
    await plane.kill('kube-apiserver');
    await plane.start('kube-apiserver');
  };
  await restart(`${added}${await readFile(pub, 'utf8')}`);
  const fresh = await tokenOn(FIRST);
  expect(fresh.split('.')[0]).not.toBe(old.split('.')[0]);
  const begin = performance.now();
  await waitFor(async () => (await beat(fresh, FIRST)).status === 200, { what: 'the new key' });
  console.info(`a new key is known after ${Math.round(performance.now() - begin)} ms`);
  expect((await beat(old, FIRST)).status).toBe(200);
  await restart(added);
  const refused = await waitFor(
    async () => {
      // Whoever names an unknown key has them read anew, which else happens every 5 minutes.
      await beat(rename(old), FIRST);
      const reply = await beat(old, FIRST);
      return reply.status === 401 ? reply : undefined;
    },
    { what: 'the old key being gone' },
  );
  expect(refused.document.detail).toMatch(/it is not signed by a key of this cluster/);
  expect((await beat(fresh, FIRST)).status).toBe(200);
});

test('a ServiceAccount that was deleted and made anew takes its tokens with it, though the pods live', async () => {
  const token = await tokenOn(SECOND);
  await plane.request('DELETE', `${ACCOUNTS}/agent`);
  await plane.request('POST', ACCOUNTS, { body: { metadata: { name: 'agent' } } });
  // One that has not seen the account before: to others a minute has to pass.
  const other = await collect();
  try {
    const refused = await beat(token, SECOND, other);
    expect([refused.status, refused.document.detail]).toEqual([
      401,
      expect.stringMatching(/its pod or ServiceAccount is gone/),
    ]);
    expect((await beat(await tokenOn(SECOND), SECOND, other)).status).toBe(200);
  } finally {
    await other.stop();
  }
});
