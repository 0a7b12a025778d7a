/** Failover with 30 days of history: a replica with an empty journal fetches them over TLS, with the token of its service account. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HourlyRow } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { askCollector } from './ask-collector.ts';
import { announceSeed, seedNumbers } from './random.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { makeServingPair } from './serving-pair.ts';

const NAMESPACE = 'rollcall-system';
const HOUR = 3_600_000;
const HOURS = 30 * 24;
const NODES = 40;
const SEED = announceSeed();
const GOAL_MS = 10_000;
/** The first of them; the last one ended before any collector began. */
const FIRST = (Math.floor(Date.now() / HOUR) - HOURS) * HOUR;
const END = FIRST + HOURS * HOUR;

let plane: ControlPlane;
let pair: Awaited<ReturnType<typeof makeServingPair>>;
let workspace: Awaited<ReturnType<typeof openWorkspace>>;
let kubeconfig: string;
let token: string;
const running = new Set<Collector>();

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', kwok: false });
  [pair, workspace] = [await makeServingPair(), await openWorkspace()];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
  await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name: NAMESPACE } } });
  await plane.request('POST', accounts, { body: { metadata: { name: 'rollcall' } } });
  const rules = [
    { nonResourceURLs: ['/rollcall/api/v1/*'], verbs: ['get'] },
    { apiGroups: [''], resources: ['nodes', 'pods', 'namespaces', 'events'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['apps'], resources: ['daemonsets', 'controllerrevisions'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ];
  await plane.request('POST', `${rbac}/clusterroles`, { body: { metadata: { name: 'rollcall' }, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'rollcall' };
  const subjects = [{ kind: 'ServiceAccount', name: 'rollcall', namespace: NAMESPACE }];
  const body = { metadata: { name: 'rollcall' }, roleRef, subjects };
  await plane.request('POST', `${rbac}/clusterrolebindings`, { body });
  kubeconfig = await plane.serviceAccountKubeconfig(NAMESPACE, 'rollcall');
  const made = await plane.request<{ status: { token: string } }>('POST', `${accounts}/rollcall/token`, {
    body: { spec: { expirationSeconds: 600 } },
  });
  token = made.status.token;
  await writeFile(tokenFile(), token);
});
afterAll(async () => {
  await Promise.all([...running].map((collector) => collector.stop()));
  await workspace?.close();
  await pair?.remove();
  await plane?.stop();
});

function tokenFile(): string {
  return join(workspace.folder, 'token');
}

async function start(journal: string, ...flags: readonly string[]): Promise<Collector> {
  const all = ['--discover', '--authenticate', ...pair.flags, '--journal', journal, ...flags];
  const collector = await startCollector({ kubeconfig, flags: all, access: { ...pair, token } });
  running.add(collector);
  return collector;
}

async function end(collector: Collector): Promise<void> {
  await collector.terminate();
  await collector.stop();
  running.delete(collector);
}

/** 30 days of a policy as two replicas have seen them, each away now and then; answers of each hour the most that was seen. */
function fill(path: string): readonly number[] {
  const chance = seedNumbers(SEED);
  using database = new DatabaseSync(path);
  database.exec("INSERT INTO policies VALUES ('old', '', 'agents', 'agent', 0, 0, '[]')");
  const insert = database.prepare("INSERT INTO hourly VALUES (?, ?, '', 'old', ?, ?, ?, ?, ?, ?, ?, ?)");
  database.exec('BEGIN');
  const most = Array.from({ length: HOURS }, (_, at) => {
    const seen = ['one', 'two'].map((replica) => {
      const validMs = NODES * (chance() < 0.1 ? Math.floor(HOUR * chance()) : HOUR);
      const lost = Math.floor(validMs * 0.01 * chance());
      const put = (...values: readonly (string | number)[]): unknown => insert.run(FIRST + at * HOUR, ...values);
      put('hour', 'spot', 'coverage', '', replica, validMs, validMs - lost, NODES * HOUR - validMs, '');
      put('hour', 'spot', 'coverage', 'CrashLoop', replica, lost, 0, 0, '');
      put('exclusion', 'spot', '', 'fargate', replica, HOUR, 0, 0, '');
      put('lag', '', '', '', replica, 0, 0, 0, JSON.stringify([[1_000, 5_000], [at, 1, 0], 700 * at]));
      return validMs;
    });
    return Math.max(...seen);
  });
  database.exec('COMMIT');
  return most;
}

/** Every row of the 30 days, page by page. */
async function readRows({ url }: Collector, query = ''): Promise<readonly HourlyRow[]> {
  const rows: HourlyRow[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const from: string = next === '' ? '' : `&continue=${next}`;
    const { status, body } = await askCollector(`${url}/api/v1/journal?limit=2000${query}${from}`, { ...pair, token });
    if (status !== 200) throw new Error(`${status} ${body}`);
    const page = JSON.parse(body) as { readonly items: readonly HourlyRow[]; readonly continue?: string };
    rows.push(...page.items.filter(({ hour }) => hour < END));
    next = page.continue;
  }
  return rows;
}

/** Whether each of the policy's hours is there once, as whoever saw the most of it has it. */
function expectBest(rows: readonly HourlyRow[], most: readonly number[]): void {
  const totals = rows.flatMap((row) => (row.kind === 'hour' && row.reason === '' ? [row] : []));
  expect(totals.map(({ hour }) => hour)).toEqual(most.map((_, at) => FIRST + at * HOUR));
  expect(totals.map(({ validMs }) => validMs)).toEqual(most);
  expect(rows).toHaveLength(4 * HOURS);
}

test(`a replica that starts empty has 30 days of hours from its peer, row by row, none lost or twice (seed ${SEED})`, async () => {
  const [old, young] = [join(workspace.folder, 'old.db'), join(workspace.folder, 'young.db')];
  await end(await start(old));
  const most = fill(old);
  const first = await start(old);
  const all = await readRows(first);
  expect(all).toHaveLength(2 * 4 * HOURS);
  const flag = [first.url, `token-file=${tokenFile()}`, `certificate-authority=${pair.caFile}`];
  const began = performance.now();
  const second = await start(young, '--journal-peer', [...flag, `tls-server-name=${pair.serverName}`].join());
  await waitFor(async () => (await readRows(second)).length >= all.length, { what: 'all hours to be fetched' });
  const tookMs = Math.round(performance.now() - began);
  console.log(
    `${all.length} rows of 30 days fetched over TLS in ${tookMs} ms, its start included (goal ${GOAL_MS} ms)`,
  );
  expect(tookMs).toBeLessThan(10 * GOAL_MS);
  expect(await readRows(second)).toEqual(all);
  // The one that had them dies; whoever takes over answers for both, and so does its next life, that finds no peer.
  await first.stop();
  running.delete(first);
  expectBest(await readRows(second, '&replica=best'), most);
  await end(second);
  const third = await start(young, '--journal-peer', flag.join());
  expect(await readRows(third)).toEqual(all);
  expectBest(await readRows(third, '&replica=best'), most);
}, 300_000);

test('without a token that may read, the peer gives nothing away', async () => {
  const first = await start(join(workspace.folder, 'third.db'));
  const { status } = await askCollector(`${first.url}/api/v1/journal`, { ...pair });
  expect(status).toBe(401);
});
