/** From a node that loses the daemon to a phone that rings: real control plane, collector, Prometheus and Alertmanager, with all windows and waits a sixtieth. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  openWorkspace,
  startAlertmanager,
  startControlPlane,
  startPrometheus,
  waitFor,
  type Alertmanager,
  type ControlPlane,
  type Prometheus,
} from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { measure } from './measure.ts';
import { readConfigFiles } from './paging-files.ts';
import { openWebSink, type Posted, type Sink } from './paging-sinks.ts';
import { runRollcall, startCollector, type Collector } from './rollcall.ts';

const SIZE = 150;
const LOST = 30;
const FEW = 3;
/** Windows and waits are divided by it, by a flag of the generators; expressions and routes stay what they are. */
const SPEED = 60;
const PAGE_GOAL_MS = 60_000;
const TICKET_GOAL_MS = 30_000;
/** Of a node that had the daemon and is out of its reach since, by a label or a taint. */
const REASON = 'LabelDrift';
/** One node is lost for as long as 20 minutes are at this speed. */
const LONG_MS = (20 * 60_000) / SPEED;

type Workspace = Awaited<ReturnType<typeof openWorkspace>>;

let plane: ControlPlane;
let cluster: Cluster;
let workspace: Workspace;
let sink: Sink<Posted>;
let collector: Collector;
let alertmanager: Alertmanager;
let prometheus: Prometheus;

beforeAll(async () => {
  [plane, workspace, sink] = await Promise.all([
    startControlPlane({ profile: 'fast' }),
    openWorkspace(),
    openWebSink(),
  ]);
  cluster = createCluster(plane);
  await cluster.addNodes(nameNodes('node', SIZE).map((name) => ({ name })));
  await cluster.addDaemonSet({ name: 'agent' });
  await cluster.waitForReady('agent', SIZE);
  const policy = stringify({
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      daemonSet: { name: 'agent' },
      grace: { joining: '0s' },
      objectives: [{ sli: 'coverage', target: 99, window: '30d' }],
    },
  });
  collector = await startCollector({
    kubeconfig: plane.kubeconfigPath,
    policies: [policy],
    flags: ['--cluster', 'east'],
  });
  await waitFor(async () => (await collector.total('rollcall_covered_nodes')) === SIZE, {
    what: 'all nodes to be covered',
  });
  const { rules, routes } = await generate(policy);
  alertmanager = await startAlertmanager(routes);
  prometheus = await startPrometheus({
    targets: [new URL(collector.url).host],
    scrapeIntervalSeconds: 1,
    honorLabels: true,
    ruleFiles: rules,
    alertmanager: alertmanager.target,
  });
  await waitFor(async () => (await prometheus.query('pool:rollcall_expected_nodes:max')).length > 0, { what: 'rules' });
});
afterAll(async () => {
  await prometheus?.stop();
  await alertmanager?.stop();
  await collector?.stop();
  await Promise.all([sink?.close(), workspace?.close(), plane?.stop()]);
});

async function generate(policy: string) {
  const at = (name: string): string => join(workspace.folder, name);
  const url = (to: string) => ({ url: `http://127.0.0.1:${sink.port}/${to}` });
  const receivers = ['page', 'ticket', 'review', 'escalation', 'watchdog'].map((to) => ({ for: to, webhook: url(to) }));
  await mkdir(at('policies'));
  await writeFile(at('policies/agent.yaml'), policy);
  await writeFile(at('paging.yaml'), JSON.stringify({ receivers }));
  const both = ['--policies', at('policies'), '--speed', String(SPEED)];
  const rules = ['--format', 'plain', '--runbook-url', 'https://runbooks.example', '--out', at('rules')];
  expect(await runRollcall('generate', 'rules', ...both, ...rules)).toMatchObject({ code: 0 });
  const routes = ['--paging', at('paging.yaml'), '--out', at('routes')];
  expect(await runRollcall('generate', 'alertmanager', ...both, ...routes)).toMatchObject({ code: 0 });
  const names = await readdir(at('rules'));
  return {
    rules: await Promise.all(names.map((name) => readFile(join(at('rules'), name), 'utf8'))),
    routes: await readConfigFiles(at('routes')),
  };
}

interface Message {
  readonly status: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

const NOTHING: Message['alerts'][number] = { status: '', labels: {}, annotations: {} };

function heard(to: string): readonly Message[] {
  return sink.got.filter((one) => one.to === to).map(({ body }) => body as Message);
}

function namesOf({ alerts }: Message): readonly string[] {
  return alerts.map(({ labels }) => labels['alertname'] ?? '');
}

/** A taint that the daemon does not tolerate: its pods go, and the controller counts the nodes no more. */
async function lose(nodes: readonly string[]): Promise<void> {
  const taints = [{ key: 'example.com/away', effect: 'NoExecute' }];
  await Promise.all(nodes.map((name) => cluster.patchNode(name, { spec: { taints } })));
}

async function mend(nodes: readonly string[]): Promise<void> {
  await Promise.all(nodes.map((name) => cluster.patchNode(name, { spec: { taints: null } })));
  await waitFor(async () => (await collector.total('rollcall_covered_nodes')) === SIZE, { what: 'the mend' });
}

/** Waits for a new ticket about single nodes, and for its end after the mend. */
async function expectTicket(nodes: readonly string[], heldMs: number): Promise<void> {
  const before = heard('ticket').length;
  const pages = heard('page').length;
  const started = performance.now();
  const ticket = await measure(
    { what: `a ticket for ${nodes.length} of ${SIZE} nodes`, goalMs: TICKET_GOAL_MS, after: () => lose(nodes) },
    async () =>
      heard('ticket')
        .slice(before)
        .find((message) => namesOf(message).includes('NodeUncovered')),
  );
  const alert = ticket.alerts.find(({ labels }) => labels['alertname'] === 'NodeUncovered');
  expect(alert?.labels).toMatchObject({
    namespace: 'default',
    daemonset: 'agent',
    severity: 'ticket',
    cluster: 'east',
  });
  for (const name of nodes) expect(alert?.annotations['nodes']).toContain(`${name} (${REASON})`);
  expect(alert?.annotations['runbook_url']).toBe('https://runbooks.example/alerts/runbooks/NodeUncovered.md');
  await waitFor(async () => performance.now() - started > heldMs, { what: 'the time that it is lost' });
  await mend(nodes);
  const isOver = (message: Message): boolean =>
    message.status === 'resolved' && namesOf(message).includes('NodeUncovered');
  await waitFor(async () => heard('ticket').slice(before).some(isOver), {
    what: 'the ticket to be resolved',
    deadlineMs: 120_000,
  });
  expect(heard('page').length).toBe(pages);
}

test('the dead man’s switch is heard, and nothing else while all is well', async () => {
  await waitFor(async () => heard('watchdog').length > 0, { what: 'the watchdog' });
  expect([...heard('page'), ...heard('ticket')].map(namesOf)).toEqual([]);
});

test('one node for long: a ticket, no page', () => expectTicket(['node-7'], LONG_MS), 180_000);

test('three nodes: a ticket, no page', () => expectTicket(nameNodes('node', FEW), 0), 180_000);

test('30 of 150 nodes: one page with reason, nodes and runbook, no ticket beside it, and its end after the mend', async () => {
  const lost = nameNodes('node', LOST);
  const tickets = heard('ticket').length;
  const page = await measure(
    { what: `a page for ${LOST} of ${SIZE} nodes`, goalMs: PAGE_GOAL_MS, after: () => lose(lost) },
    async () => heard('page')[0],
  );
  expect(namesOf(page)).toEqual(['CoverageCollapse']);
  const { labels, annotations } = page.alerts[0] ?? NOTHING;
  expect(labels).toMatchObject({
    severity: 'page',
    priority: 'P1',
    namespace: 'default',
    daemonset: 'agent',
    cluster: 'east',
  });
  expect(annotations['summary']).toContain('20% of the nodes lost the daemon');
  expect(annotations['reasons']).toMatch(new RegExp(`^${REASON} \\d+ node-seconds; `));
  const named = [...(annotations['nodes'] ?? '').matchAll(/(node-\d+) \(LabelDrift\)/g)].map(([, name]) => name);
  expect(named.length).toBe(10);
  expect(lost).toEqual(expect.arrayContaining(named));
  expect(annotations['runbook_url']).toBe('https://runbooks.example/alerts/runbooks/CoverageCollapse.md');
  // The ticket about its single nodes fires by now, and is not told.
  await waitFor(
    async () =>
      (await alertmanager.alerts()).some(
        (one) => one.labels['alertname'] === 'NodeUncovered' && one.status.inhibitedBy.length > 0,
      ),
    { what: 'the ticket to be inhibited' },
  );
  await measure({ what: 'the end of the page', goalMs: PAGE_GOAL_MS, after: () => mend(lost) }, async () =>
    heard('page').some(({ status }) => status === 'resolved'),
  );
  expect(new Set(heard('page').map(({ groupLabels }) => JSON.stringify(groupLabels))).size).toBe(1);
  expect(
    heard('page')
      .flatMap(namesOf)
      .filter((name) => name !== 'CoverageCollapse'),
  ).toEqual([]);
  expect(
    heard('ticket')
      .slice(tickets)
      .filter(({ status }) => status === 'firing')
      .map(namesOf),
  ).toEqual([]);
}, 300_000);
