/** Every route of a collector that authenticates, with real tokens of service accounts, on the real API server. */
import { createSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Problem } from '@rollcall/contract';
import { ROUTES } from '@rollcall/collector';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { askCollector } from './ask-collector.ts';
import { createCluster } from './cluster.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { makeServingPair } from './serving-pair.ts';

const AUDIENCES = ['https://kubernetes.default.svc', 'rollcall'] as const;
const NAMESPACE = 'rollcall-system';
const ALLOWED = 'a verb that is allowed, and not served';
/** Routes that take a POST: one without a body is wrong there, and not of a method that is not served. */
const TAKE_POST: readonly string[] = ['/api/v1/exclusions'];
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

let plane: ControlPlane;
let pair: Awaited<ReturnType<typeof makeServingPair>>;
/** One takes tokens for the API server itself, the other those for `rollcall`. */
let collectors: Readonly<Record<(typeof AUDIENCES)[number], Collector>>;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', kwok: false });
  pair = await makeServingPair();
  const { resources } = parse(await readManifest('kustomization.yaml')) as { resources: readonly string[] };
  for (const file of resources.filter((name) => !name.startsWith('deployment'))) await apply(await readManifest(file));
  for (const name of ['powerless', 'writer']) {
    await apply(JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } }));
  }
  for (const manifest of writerRole()) await apply(JSON.stringify(manifest));
  const cluster = createCluster(plane);
  await cluster.addNodes([{ name: 'node-1' }]);
  await cluster.addDaemonSet({ name: 'agent' });
  const kubeconfig = await plane.serviceAccountKubeconfig(NAMESPACE, 'rollcall');
  const start = async (...flags: readonly string[]): Promise<Collector> => {
    const token = await tokenOf('rollcall-scraper', flags.length > 0 ? 'rollcall' : undefined);
    const all = ['--discover', '--authenticate', ...pair.flags, ...flags];
    return startCollector({ kubeconfig, flags: all, access: { ...pair, token } });
  };
  collectors = { [AUDIENCES[0]]: await start(), rollcall: await start('--auth-audience', 'rollcall') };
  for (const collector of Object.values(collectors)) {
    await waitFor(async () => (await collector.isReady()) && collector.node('default/agent', 'node-1'), {
      what: 'the collector knowing its node',
    });
  }
});
afterAll(async () => {
  await Promise.all(Object.values(collectors ?? {}).map((collector) => collector.stop()));
  await plane?.stop();
  await pair?.remove();
});

function readManifest(file: string): Promise<string> {
  return readFile(join(import.meta.dirname, '../../deploy/kubernetes', file), 'utf8');
}

async function apply(text: string): Promise<void> {
  const { apiVersion, kind, metadata } = parse(text) as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
  };
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const path = `${group}${scope}/${kind.toLowerCase()}s/${metadata.name}?fieldManager=install`;
  await plane.request('PATCH', path, { body: parse(text), contentType: 'application/apply-patch+yaml' });
}

/** May post wherever readers may get, and nothing else. */
function writerRole(): readonly object[] {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'writer' } };
  const rules = [{ nonResourceURLs: ['/', '/metrics', '/rollcall/api/v1/*'], verbs: ['post'] }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'writer' };
  const subjects = [{ kind: 'ServiceAccount', name: 'writer', namespace: NAMESPACE }];
  return [
    { ...rbac, kind: 'ClusterRole', rules },
    { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects },
  ];
}

/** A token of TokenRequest; without an audience it is for the API server. */
async function tokenOf(account: string, audience?: string, boundTo?: object): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`;
  const audiences = audience === undefined ? undefined : [audience];
  const body = { spec: { expirationSeconds: 600, audiences, boundObjectRef: boundTo } };
  return (await plane.request<{ status: { token: string } }>('POST', path, { body })).status.token;
}

/** The same token, signed by the cluster's own key, but over since an hour. */
async function expire(token: string): Promise<string> {
  const [head = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const now = Math.floor(Date.now() / 1000);
  const past = { ...claims, iat: now - 7200, nbf: now - 7200, exp: now - 3600 };
  const signed = `${head}.${Buffer.from(JSON.stringify(past)).toString('base64url')}`;
  const key = await readFile(join(dirname(plane.kubeconfigPath), 'sa.key'));
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** A token that was good until the object that it was bound to was deleted. */
async function revoke(audience: string): Promise<string> {
  const name = `bound-${audience.length}`;
  const { metadata } = await plane.request<{ metadata: { uid: string } }>('POST', SECRETS, {
    body: { metadata: { name } },
  });
  const token = await tokenOf('rollcall-scraper', audience, {
    apiVersion: 'v1',
    kind: 'Secret',
    name,
    uid: metadata.uid,
  });
  await plane.request('DELETE', `${SECRETS}/${name}`);
  return token;
}

function fill(path: string): string {
  return path.replace('{namespace}', 'default').replace('{daemonset}', 'agent').replace('{node}', 'node-1');
}

/** What the status and, for a refusal, the form of every answer is. `HEAD` asks a stream without staying. */
async function ask(collector: Collector, path: string, token: string | undefined, method?: string): Promise<number> {
  const isStream = path === '/api/v1/stream' && method === undefined;
  const url = collector.url + path + (isStream ? '?namespace=' : '');
  const { status, body } = await askCollector(url, { ...pair, token }, method);
  if (status >= 400)
    expect(JSON.parse(body) as Problem).toMatchObject({ status, detail: expect.stringMatching(/[;:] /) });
  // Past the door a stream that is asked wrongly ends at once.
  return isStream && status === 400 ? 200 : status;
}

test.each(AUDIENCES)('with tokens for %s, every route answers as the table says', async (audience) => {
  const collector = collectors[audience];
  const other = AUDIENCES.find((name) => name !== audience);
  const good = await tokenOf('rollcall-scraper', audience);
  const cases: readonly (readonly [name: string, token: string | undefined, status: number, method?: string])[] = [
    ['no token', undefined, 401],
    ['made up', 'abc.def.ghi', 401],
    ['wrong audience', await tokenOf('rollcall-scraper', other), 401],
    ['expired', await expire(good), 401],
    ['revoked', await revoke(audience), 401],
    ['no permission', await tokenOf('powerless', audience), 403],
    ['wrong verb', good, 403, 'POST'],
    ['the verb of another', await tokenOf('writer', audience), 403],
    [ALLOWED, await tokenOf('writer', audience), 405, 'POST'],
    ['permitted', good, 200],
  ];
  const wrong: string[] = [];
  const asked = { routes: 0, requests: 0 };
  // Of those at which agents report tells heartbeats.e2e.test.ts.
  for (const { path, open } of ROUTES.filter((route) => !('reports' in route))) {
    asked.routes += 1;
    for (const [name, token, status, method] of cases) {
      const known = name === ALLOWED && TAKE_POST.includes(path) ? 400 : status;
      const expected = !open ? known : method === undefined ? 200 : 405;
      const seen = await ask(collector, fill(path), token, method);
      asked.requests += 1;
      if (seen !== expected) wrong.push(`${name}: ${method ?? 'GET'} ${path} is ${seen}, not ${expected}`);
    }
  }
  console.info(
    `${asked.routes} routes, ${cases.length} cases each, ${asked.requests} requests: ${wrong.length} differ`,
  );
  expect(wrong).toEqual([]);
});

test('a right that is given is seen after 10 s, and no token is in the log', async () => {
  const collector = collectors[AUDIENCES[0]];
  const token = await tokenOf('powerless');
  expect(await ask(collector, '/metrics', token)).toBe(403);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'rollcall-reader' };
  const subjects = [{ kind: 'ServiceAccount', name: 'powerless', namespace: NAMESPACE }];
  const body = { metadata: { name: 'powerless' }, roleRef, subjects };
  await plane.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { body });
  await waitFor(async () => (await ask(collector, '/metrics', token)) === 200, { what: 'the right being seen' });
  const log = JSON.stringify(await collector.log());
  for (const part of token.split('.')) expect(log).not.toContain(part);
});

test('while the API server is down nobody new gets in, who is known goes on, and probes answer', async () => {
  const collector = collectors[AUDIENCES[0]];
  const known = await tokenOf('rollcall-scraper');
  const unknown = await tokenOf('rollcall-scraper');
  expect(await ask(collector, '/metrics', known)).toBe(200);
  await plane.kill('kube-apiserver');
  try {
    expect(await ask(collector, '/metrics', unknown)).toBe(503);
    expect(await ask(collector, '/metrics', known)).toBe(200);
    expect(await ask(collector, '/healthz', undefined)).toBe(200);
  } finally {
    await plane.start('kube-apiserver');
  }
  await waitFor(async () => (await ask(collector, '/metrics', unknown)) === 200, {
    what: 'the unknown one getting in',
  });
  const said = (await collector.log()).map(({ msg }) => msg);
  expect(said).toContain('clients cannot be authenticated, and are answered 503 until they can');
  expect(said).toContain('clients can be authenticated again');
});
