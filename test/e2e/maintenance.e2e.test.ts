/** Maintenance windows on a real API server, with a real Alertmanager: what is refused, and what one does from its first to its last millisecond. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonCoverageCrd, maintenanceWindowCrd } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  startAlertmanager,
  startControlPlane,
  waitFor,
  type Alertmanager,
  type ControlPlane,
} from '../control-plane/index.ts';
import { createCluster, nameNodes } from './cluster.ts';
import { measure } from './measure.ts';
import { startCollector, type Collector } from './rollcall.ts';

const GROUP = '/apis/rollcall.dev/v1alpha1';
const WINDOWS = `${GROUP}/namespaces/default/maintenancewindows`;
const SIZE = 4;
/** Of the opening, and of the silence. */
const SEEN_GOAL_MS = 1_000;
const SILENCED_GOAL_MS = 10_000;

let plane: ControlPlane;
let alertmanager: Alertmanager;
let collector: Collector;

beforeAll(async () => {
  [plane, alertmanager] = await Promise.all([startControlPlane({ profile: 'fast' }), startAlertmanager()]);
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldValidation=Strict';
  for (const body of [daemonCoverageCrd(), maintenanceWindowCrd()]) await plane.request('POST', crds, { body });
  const cluster = createCluster(plane);
  await cluster.addNodes(nameNodes('node', SIZE).map((name) => ({ name })));
  await cluster.addDaemonSet({ name: 'agent' });
  await cluster.waitForReady('agent', SIZE);
  const body = {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: 'agent' },
    spec: { daemonSet: { name: 'agent' }, grace: { joining: '0s' } },
  };
  const policies = `${GROUP}/namespaces/default/daemoncoverages`;
  await waitFor(() => plane.request('POST', policies, { body }), { what: 'the kind to be served' });
  collector = await start();
});
afterAll(async () => {
  await collector?.stop();
  await alertmanager?.stop();
  await plane?.stop();
});

async function start(): Promise<Collector> {
  const flags = ['--alertmanager', alertmanager.url, '--cluster', 'east'];
  const started = await startCollector({ kubeconfig: plane.kubeconfigPath, flags });
  await waitFor(async () => (await started.isReady()) && (await started.total('rollcall_expected_nodes')) >= 0, {
    what: 'the collector to be ready',
  });
  return started;
}

function list(folder: 'good' | 'bad'): readonly { readonly file: string; readonly text: string }[] {
  const path = join(import.meta.dirname, '../windows', folder);
  return readdirSync(path).map((file) => ({ file, text: readFileSync(join(path, file), 'utf8') }));
}

async function post(text: string): Promise<string> {
  const manifest = parse(text) as { readonly metadata: object };
  const body = { ...manifest, metadata: { name: 'tried' } };
  const path = `${WINDOWS}?dryRun=All&fieldValidation=Strict`;
  return plane.request('POST', path, { body }).then(
    () => '',
    (error: unknown) => String(error),
  );
}

test('the API server takes every good window and refuses every bad one, but for those of which it cannot know', async () => {
  await waitFor(async () => (await plane.request('GET', WINDOWS)) !== undefined, { what: 'the kind to be served' });
  for (const { file, text } of list('good')) expect([file, await post(text)]).toEqual([file, '']);
  for (const { file, text } of list('bad')) {
    const isPast = text.includes('# The API server lets it through.');
    expect([file, (await post(text)) === '']).toEqual([file, isPast]);
  }
});

interface Silence {
  readonly id: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly matchers: readonly { readonly name: string; readonly value: string }[];
  readonly status: { readonly state: string };
}

async function silences(...states: readonly string[]): Promise<readonly Silence[]> {
  const all = (await alertmanager.ask('/silences')) as readonly Silence[];
  return all.filter(({ status }) => states.includes(status.state));
}

async function excused(): Promise<number> {
  return collector.total('rollcall_excused_nodes', { reason: 'Maintenance' });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

async function plan(name: string, once: object): Promise<void> {
  const spec = { owner: 'ana', reason: 'new kernel', scope: { policies: ['agent'] }, once };
  const body = { apiVersion: 'rollcall.dev/v1alpha1', kind: 'MaintenanceWindow', metadata: { name }, spec };
  await plane.request('POST', WINDOWS, { body });
}

test('a window opens, is cut short and ends: counters are exact to the millisecond, and its silence follows', async () => {
  // Whole seconds: the API keeps no more of a time that it is not told, and neither do people.
  const startsAt = Math.ceil(Date.now() / 1_000) * 1_000 + 4_000;
  await plan('kernel', { start: iso(startsAt), end: iso(startsAt + 600_000) });
  const isSilent = async (): Promise<boolean> => (await silences('active', 'pending')).length === 1;
  await measure(
    { what: 'from the window to its silence', goalMs: SILENCED_GOAL_MS, after: async () => undefined },
    isSilent,
  );
  const [silence] = await silences('active', 'pending');
  expect(silence?.matchers.map(({ name, value }) => `${name}=${value}`).toSorted()).toEqual([
    'cluster=east',
    'daemonset=agent',
    'namespace=default',
  ]);
  await waitFor(async () => Date.now() >= startsAt, { what: 'the beginning', everyMs: 10 });
  const isOpen = async (): Promise<boolean> => (await excused()) === SIZE;
  await measure({ what: 'from the beginning to excused', goalMs: SEEN_GOAL_MS, after: async () => undefined }, isOpen);
  expect(await collector.total('rollcall_maintenance_active', { window: 'default/kernel' })).toBe(1);

  const endsAt = Math.ceil(Date.now() / 1_000) * 1_000 + 8_000;
  await plane.request('PATCH', `${WINDOWS}/kernel`, { body: { spec: { once: { end: iso(endsAt) } } } });
  await waitFor(async () => (await silences('active')).some((one) => Date.parse(one.endsAt) === endsAt), {
    what: 'the silence to be cut short',
  });
  expect((await silences('active', 'pending')).map(({ id }) => id)).toEqual([silence?.id]);
  await waitFor(async () => (await excused()) === 0, { what: 'the end' });
  const ms = 1_000 * (await collector.total('rollcall_excused_node_seconds_total', { reason: 'Maintenance' }));
  console.log(`excused ${ms / SIZE} ms a node of ${endsAt - startsAt} ms`);
  // Two clocks, each cut to whole milliseconds at each of two events.
  expect(Math.abs(ms - SIZE * (endsAt - startsAt))).toBeLessThanOrEqual(2 * SIZE);
  await waitFor(async () => (await silences('active', 'pending')).length === 0, { what: 'the silence to end' });
});

test('a silence is not posted again by a collector that starts anew, and a deleted window ends it', async () => {
  await plan('disks', { start: iso(Date.now() - 1_000), end: iso(Date.now() + 600_000) });
  await waitFor(async () => (await silences('active')).length === 1, { what: 'the silence' });
  const [before] = await silences('active');
  await collector.stop();
  collector = await start();
  await waitFor(async () => (await excused()) === SIZE, { what: 'the window to be known again' });
  // Two looks later it would be there.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  expect((await silences('active', 'pending')).map(({ id }) => id)).toEqual([before?.id]);
  await plane.request('DELETE', `${WINDOWS}/disks`);
  await waitFor(async () => (await silences('active', 'pending')).length === 0, { what: 'the silence to end' });
  expect(await collector.total('rollcall_silence_writes_total', { outcome: 'failed' })).toBe(0);
});
