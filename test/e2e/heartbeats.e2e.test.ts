/** Heartbeats on the real control plane: tokens of real pods, everything that is to be refused, and what the node then says. */
import { gzipSync } from 'node:zlib';
import type { NodeDetail } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { heartbeat, requestToken, resign, send, type Sent, type SendReply } from './senders.ts';

const NODES = nameNodes('node', 3);
const [FIRST = '', SECOND = '', THIRD = ''] = NODES;
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: default }
spec:
  daemonSet: { name: agent }
  grace: { joining: 0s }
  health:
    heartbeat: { period: 1s }
    ingestion: { maxLag: 30s }
    mesh: { minimumPeersRatio: 0.5 }
  objectives:
    - { sli: coverage, target: 99 }
    - { sli: freshness, target: 99 }
`;
const MESH = { peersConnected: 2, peersTotal: 3 };

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;
let tokens: Readonly<Record<string, string>>;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast' });
  cluster = createCluster(plane);
  for (const name of ['agent', 'other']) {
    await plane.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name } } });
    await cluster.addDaemonSet({ name, template: { serviceAccountName: name } });
  }
  await cluster.addNodes(NODES.map((name) => ({ name })));
  for (const name of ['agent', 'other']) await cluster.waitForReady(name, NODES.length);
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, policies: [POLICY] });
  await waitFor(
    async () => (await collector.isReady()) && (await collector.nodes('default/agent')).length === NODES.length,
    {
      what: 'the collector knowing its nodes',
    },
  );
  tokens = Object.fromEntries(
    await Promise.all(NODES.map(async (node) => [node, await tokenOn('agent', node)] as const)),
  );
});
afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

async function tokenOn(daemonset: string, node: string, audience?: string): Promise<string> {
  const { metadata: pod } = await cluster.podOn(daemonset, node);
  const { name, uid } = pod;
  return requestToken(plane, {
    account: daemonset,
    pod: { name, uid },
    ...(audience === undefined ? {} : { audience }),
  });
}

function tokenFor(node: string): string {
  return tokens[node] ?? '';
}

function post(sent: Sent): Promise<SendReply> {
  return send(collector.url, sent);
}

test('a pod of the DaemonSet is heard, and its node is covered once all layers are good', async () => {
  expect((await collector.node('default/agent', FIRST)).state).toBe('unobserved');
  const before = Date.now();
  const items = [heartbeat(FIRST, 1, { ackedThrough: before, mesh: MESH })];
  const reply = await post({ token: tokenFor(FIRST), items });
  expect(reply).toMatchObject({ status: 200, document: { items: [{ outcome: 'accepted' }] } });
  expect(reply.document['receivedAt']).toBeGreaterThanOrEqual(before);
  expect(reply.document['repliedAt']).toBeLessThanOrEqual(Date.now());
  const node = await collector.node('default/agent', FIRST);
  expect(node).toMatchObject({
    state: 'covered',
    heartbeat: expect.stringMatching(/^heartbeat 1 of boot boot-1 came/),
  });
});

test('what is not from who it says, or not what it should be, is refused with its status and its mend', async () => {
  const good = tokenFor(SECOND);
  const now = Math.floor(Date.now() / 1000);
  const gone = (await cluster.podOn('other', THIRD)).metadata;
  const foreign = await tokenOn('other', SECOND);
  const otherAudience = await tokenOn('agent', SECOND, 'https://kubernetes.default.svc');
  const unbound = await requestToken(plane, { account: 'agent' });
  const expired = await resign(plane, good, { iat: now - 7200, nbf: now - 7200, exp: now - 3600 });
  const early = await resign(plane, good, { nbf: now + 3600, exp: now + 7200 });
  const otherIssuer = await resign(plane, good, { iss: 'https://elsewhere' });
  const forged = `${good.slice(0, good.lastIndexOf('.'))}.${Buffer.from('nothing').toString('base64url')}`;
  const unsigned = `${Buffer.from('{"alg":"none","kid":"x"}').toString('base64url')}.${good.split('.')[1]}.`;
  const items = [heartbeat(SECOND, 1)];
  const cases: readonly (readonly [name: string, sent: Sent, status: number, detail: RegExp])[] = [
    ['no token', { items }, 401, /^Heartbeats need a token; send the header/],
    ['no token of Kubernetes', { token: 'abc', items }, 401, /no token of a ServiceAccount; send/],
    ['forged signature', { token: forged, items }, 401, /its signature is not that of the API server; send/],
    ['unsigned', { token: unsigned, items }, 401, /no token of a ServiceAccount; send/],
    ['expired', { token: expired, items }, 401, /it has expired; send/],
    ['not valid yet', { token: early, items }, 401, /it is not valid yet; send/],
    ['other issuer', { token: otherIssuer, items }, 401, /another issuer than this cluster; send/],
    ['wrong audience', { token: otherAudience, items }, 401, /not made for the audience rollcall; send/],
    ['unbound', { token: unbound, items }, 403, /The token of default\/agent is bound to no pod; send/],
    ['foreign pod', { token: foreign, items }, 403, /No policy asks for heartbeats of the pod .*; set/],
    [
      'forged node',
      { token: good, items: [heartbeat(FIRST, 9)] },
      403,
      /items\[0\].node: "node-0": is not the node of the token's pod; send what is about "node-1" only/,
    ],
    ['bad JSON', { token: good, body: '{"items":[' }, 400, /The body is not JSON .*; send/],
    ['no items', { token: good, body: '[]' }, 400, /The body has no list of items; send/],
    [
      'too many items',
      { token: good, items: Array.from({ length: 101 }, () => items[0]) },
      400,
      /The body has 101 items; send 1 to 100/,
    ],
    [
      'a field that is wrong',
      { token: good, items: [heartbeat(SECOND, -1)] },
      400,
      /items\[0\].sequence: -1: is not a sequence number; write/,
    ],
    ['10 MB', { token: good, body: Buffer.alloc(10_000_000, ' ') }, 413, /The body is larger than 1048576 bytes; send/],
    [
      'gzip bomb',
      { token: good, body: gzipSync(Buffer.alloc(100_000_000, ' ')), headers: { 'content-encoding': 'gzip' } },
      413,
      /The body unfolds to more than 1048576 bytes; send/,
    ],
    [
      'no gzip',
      { token: good, body: '{}', headers: { 'content-encoding': 'gzip' } },
      400,
      /The body is not gzip; send/,
    ],
    [
      'brotli',
      { token: good, body: '{}', headers: { 'content-encoding': 'br' } },
      415,
      /The body is encoded as "br"; send/,
    ],
  ];
  const wrong: string[] = [];
  for (const [name, sent, status, detail] of cases) {
    const reply = await post(sent).catch((error: Error) => ({ status: 0, document: { detail: error.message } }));
    if (reply.status !== status || !detail.test(reply.document.detail ?? ''))
      wrong.push(`${name}: ${reply.status} ${reply.document.detail}, not ${status} ${detail.source}`);
  }
  expect(gone.uid).not.toBe('');
  expect(wrong).toEqual([]);
  expect((await collector.node('default/agent', SECOND)).heartbeat).not.toMatch(/^heartbeat/);
  const log = JSON.stringify(await collector.log());
  for (const part of good.split('.').slice(1)) expect(log).not.toContain(part);
  console.info(`${cases.length} kinds of refusal, each by its status and words`);
});

test('a replay changes nothing, gzip is read, and a new boot starts over', async () => {
  const token = tokenFor(SECOND);
  const outcomes = async (...items: readonly object[]): Promise<readonly string[]> => {
    const body = gzipSync(JSON.stringify({ items }));
    const { document } = await post({ token, body, headers: { 'content-encoding': 'gzip' } });
    return document.items?.map(({ outcome }) => outcome) ?? [];
  };
  expect(await outcomes(heartbeat(SECOND, 5), heartbeat(SECOND, 4), heartbeat(SECOND, 5))).toEqual([
    'accepted',
    'replayed',
    'replayed',
  ]);
  expect(await outcomes(heartbeat(SECOND, 1, { bootId: 'boot-2' }), heartbeat(SECOND, 6))).toEqual([
    'accepted',
    'replayed',
  ]);
  expect((await collector.node('default/agent', SECOND)).heartbeat).toMatch(/^heartbeat 1 of boot boot-2 came/);
  expect(await collector.total('rollcall_heartbeats_total', { outcome: 'replayed' })).toBe(3);
});

test('a clock that is off by an hour, either way, is found and flips no verdict', async () => {
  const token = tokenFor(THIRD);
  for (const [at, offMs] of [3_600_000, -3_600_000].entries()) {
    const agentNow = Date.now() + offMs;
    const lastReply = { sentAt: agentNow - 1_010, receivedAt: Date.now() - 1_005, returnedAt: agentNow - 1_000 };
    const items = [
      heartbeat(THIRD, 10 + at, { sentAt: agentNow, ackedThrough: agentNow - 2_000, mesh: MESH, lastReply }),
    ];
    expect((await post({ token, items })).status).toBe(200);
    const node = await collector.node('default/agent', THIRD);
    const side = offMs > 0 ? 'ahead of' : 'behind';
    expect(node).toMatchObject({
      state: 'covered',
      findings: [
        {
          code: 'ClockSkewed',
          message: expect.stringMatching(new RegExp(`(1 h|59 min) ${side} ours, by a round trip of 10 ms`)),
        },
      ],
    });
  }
});

test('who was heard twice and falls silent is HeartbeatStale, and comes back with the next heartbeat', async () => {
  const token = tokenFor(FIRST);
  await post({ token, items: [heartbeat(FIRST, 2, { ackedThrough: Date.now(), mesh: MESH })] });
  const begin = performance.now();
  const node = await waitFor(
    async () => {
      const seen = await collector.node('default/agent', FIRST);
      return seen.state === 'uncovered' ? seen : undefined;
    },
    { what: 'silence being seen' },
  );
  console.info(`silent for 3 periods of 1 s: seen after ${Math.round(performance.now() - begin)} ms`);
  expect(node).toMatchObject({ reason: 'HeartbeatStale', owner: 'agent' });
  await post({ token, items: [heartbeat(FIRST, 3, { ackedThrough: Date.now(), mesh: MESH })] });
  expect((await collector.node('default/agent', FIRST)).state).toBe('covered');
});

test('what a heartbeat tells is counted, and is why a node is not covered', async () => {
  const token = tokenFor(FIRST);
  const now = Date.now();
  const report = {
    ackedThrough: now - 60_000,
    mesh: MESH,
    telemetry: [{ component: 'logs', sent: 40, dropped: 2, bufferFill: 0.5 }],
  };
  await post({ token, items: [heartbeat(FIRST, 4, report)] });
  expect(await collector.node('default/agent', FIRST)).toMatchObject({
    reason: 'IngestionLagging',
    message:
      'The newest record that the backend acknowledged is 1 min old, 30 s allowed; logs: 2 dropped, buffer 50 % full.',
  });
  const errors = [{ component: 'logs', count: 1, last: 'POST https://loki: 403 Forbidden' }];
  await post({ token, items: [heartbeat(FIRST, 5, { ...report, errors })] });
  expect(await collector.node('default/agent', FIRST)).toMatchObject({ reason: 'AgentForbidden', owner: 'platform' });
  const poor = { ackedThrough: Date.now(), mesh: { peersConnected: 1, peersTotal: 3 } };
  await post({ token, items: [heartbeat(FIRST, 6, poor)] });
  expect(await collector.node('default/agent', FIRST)).toMatchObject({ reason: 'MeshDegraded' });
  expect(await collector.total('rollcall_telemetry_sent_total', { component: 'logs' })).toBe(40);
  expect(await collector.total('rollcall_agent_errors_total', { component: 'logs' })).toBe(1);
  expect(await collector.total('rollcall_valid_node_seconds_total', { sli: 'freshness' })).toBeGreaterThan(0);
  expect(await collector.total('rollcall_clock_skew_max_seconds')).toBeGreaterThan(3_590);
});

test('telemetry is shown as evidence beside the checks of its node, and is of that node alone', async () => {
  const at = new Date().toISOString();
  const items = [
    { node: FIRST, kind: 'fact', at, name: 'kernel', value: '6.12.4' },
    { node: FIRST, kind: 'audit', at, action: 'hook.run', message: 'reload by alice' },
  ];
  const reply = await post({ token: tokenFor(FIRST), items, path: '/api/v1/telemetry' });
  expect(reply).toMatchObject({ status: 200, document: { items: [{ outcome: 'accepted' }, { outcome: 'accepted' }] } });
  const { checks } = (await collector.node('default/agent', FIRST)) as NodeDetail;
  expect(checks.slice(-2)).toEqual([
    { check: 'fact kernel', outcome: 'note', seen: '6.12.4' },
    { check: 'audit hook.run', outcome: 'note', seen: `${at} reload by alice` },
  ]);
  const foreign = await post({ token: tokenFor(SECOND), items, path: '/api/v1/telemetry' });
  expect(foreign).toMatchObject({ status: 403 });
});

test('the token of a pod that is gone is refused at once', async () => {
  const { metadata } = await cluster.podOn('agent', FIRST);
  await cluster.deletePod(metadata.name, 0);
  const reply = await waitFor(
    async () => {
      const answer = await post({ token: tokenFor(FIRST), items: [heartbeat(FIRST, 50)] });
      return answer.status === 200 ? undefined : answer;
    },
    { what: 'the pod being gone' },
  );
  expect(reply).toMatchObject({ status: 403 });
});
