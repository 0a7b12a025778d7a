/** What `rollcall generate alertmanager` writes, in a real Alertmanager: who is told of what, what is not told, and how messages read. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openWorkspace,
  runAmtool,
  startAlertmanager,
  waitFor,
  type Alertmanager,
  type ConfigFiles,
} from '../control-plane/index.ts';
import { dailyNow, onceNow, policy } from './paging-documents.ts';
import { readConfigFiles } from './paging-files.ts';
import { openMailSink, openWebSink, type Posted, type Sink } from './paging-sinks.ts';
import { runRollcall } from './rollcall.ts';

/** Waits of the routes are divided by it: a page is told after 0.25 s, a ticket after 2 s. */
const SPEED = '60';
const TICKET_TOLD_MS = 2_000;

type Workspace = Awaited<ReturnType<typeof openWorkspace>>;
type Labels = Readonly<Record<string, string>>;

let workspace: Workspace;
let web: Sink<Posted>;
let mail: Sink<string>;
let alertmanager: Alertmanager;

beforeAll(async () => {
  workspace = await openWorkspace();
  [web, mail] = await Promise.all([openWebSink(), openMailSink()]);
  alertmanager = await startAlertmanager(await generate());
});
afterAll(async () => {
  await alertmanager?.stop();
  await Promise.all([web?.close(), mail?.close(), workspace?.close()]);
});

/** Receivers of every way, and policies of which two have windows that are open now. */
async function generate(): Promise<ConfigFiles> {
  const at = (name: string): string => join(workspace.folder, name);
  const sink = `http://127.0.0.1:${web.port}`;
  await writeFile(at('slack-url'), `${sink}/slack`);
  await writeFile(at('pagerduty-key'), 'key-of-the-team');
  const paging = {
    receivers: [
      { for: 'page', webhook: { url: `${sink}/page` } },
      { for: 'page', team: 'ways', pagerduty: { routingKeyFile: at('pagerduty-key'), url: `${sink}/v2/enqueue` } },
      { for: 'ticket', webhook: { url: `${sink}/ticket` } },
      { for: 'ticket', team: 'ways', slack: { urlFile: at('slack-url'), channel: '#agents' } },
      { for: 'review', email: { to: 'reviews@example.com' } },
      { for: 'escalation', webhook: { url: `${sink}/escalation` } },
    ],
    smtp: { smarthost: `127.0.0.1:${mail.port}`, from: 'rollcall@example.com', requireTls: false },
  };
  await writeFile(at('paging.yaml'), JSON.stringify(paging));
  await mkdir(at('policies'));
  const documents = [...['quiet', 'pooled', 'loud'].map(policy), onceNow('quiet'), dailyNow('pooled')];
  for (const [index, document] of documents.entries())
    await writeFile(join(at('policies'), `${index}.yaml`), JSON.stringify(document));
  const args = ['--paging', at('paging.yaml'), '--policies', at('policies'), '--out', at('out'), '--speed', SPEED];
  expect(await runRollcall('generate', 'alertmanager', ...args)).toMatchObject({ code: 0 });
  expect(await runRollcall('generate', 'alertmanager', ...args, '--check')).toMatchObject({ code: 0 });
  const files = await readConfigFiles(at('out'));
  expect(await runAmtool(files, ['check-config', 'alertmanager.yaml'])).toMatchObject({ ok: true });
  return files;
}

function alert(alertname: string, daemonset: string, labels: Labels = {}): { labels: Record<string, string> } {
  const severity = /Page|Collapse|Blind|Missing/.test(alertname) ? 'page' : 'ticket';
  return { labels: { alertname, severity, cluster: 'east', namespace: 'agents', daemonset, ...labels } };
}

interface WebhookBody {
  readonly groupLabels: Labels;
  readonly alerts: readonly { readonly labels: Labels }[];
}

/** What a receiver was told of a DaemonSet, by message: the names of the alerts. */
function told(to: string, daemonset: string): readonly (readonly string[])[] {
  const bodies = web.got.filter((one) => one.to === to).map(({ body }) => body as WebhookBody);
  return bodies
    .filter(({ groupLabels }) => groupLabels['daemonset'] === daemonset)
    .map(({ alerts }) => alerts.map(({ labels }) => labels['alertname'] ?? '').toSorted());
}

async function hear(to: string, daemonset: string): Promise<readonly string[]> {
  return waitFor(async () => told(to, daemonset)[0], { what: `${to} to be told of ${daemonset}` });
}

/** A ticket that is posted after what is to be silent, and is heard: by then what was posted with it was told or will not be. */
async function hearLater(daemonset: string): Promise<void> {
  await alertmanager.post([alert('NodeUncovered', daemonset)]);
  await hear('ticket', daemonset);
}

/** What fires together, by what is to be told of it; inhibited alerts are named with what inhibits them. */
const INHIBITED: readonly {
  readonly name: string;
  readonly source: ReturnType<typeof alert>;
  readonly hidden: readonly ReturnType<typeof alert>[];
  readonly shown: readonly ReturnType<typeof alert>[];
}[] = [
  {
    name: 'a page over the ticket of the same budget',
    source: alert('BudgetBurnPage', 'burns', { slo: 'burns-coverage' }),
    hidden: [alert('BudgetBurnTicket', 'burns', { slo: 'burns-coverage' })],
    shown: [alert('BudgetBurnTicket', 'burns', { slo: 'burns-lag' }), alert('StrayDaemon', 'burns')],
  },
  {
    name: 'a collapse everywhere over single nodes of all pools',
    source: alert('CoverageCollapse', 'falls'),
    hidden: [alert('NodeUncovered', 'falls', { node_pool: 'blue' }), alert('RestartStorm', 'falls')],
    shown: [alert('ClockSkew', 'falls')],
  },
  {
    name: 'a collapse of a pool over single nodes of that pool',
    source: alert('CoverageCollapse', 'sags', { node_pool: 'blue' }),
    hidden: [alert('NodeUncovered', 'sags', { node_pool: 'blue' })],
    shown: [alert('NodeUncovered', 'sags', { node_pool: 'red' })],
  },
  {
    name: 'blindness over what is computed, and not over what is seen',
    source: alert('CollectorBlind', 'blinks'),
    hidden: [alert('JoinSlow', 'blinks'), alert('BudgetBurnPage', 'blinks', { slo: 'blinks-lag' })],
    shown: [alert('CoverageCollapse', 'blinks', { node_pool: 'blue' }), alert('JoinSlow', 'sees')],
  },
  {
    name: 'blindness of all that a collector watches: each policy is told of, and hides its own',
    source: alert('CollectorBlind', 'blinks-too'),
    hidden: [alert('JoinSlow', 'blinks-too'), alert('StrayDaemon', 'blinks-too', { node_pool: 'blue' })],
    shown: [alert('DaemonSetMissing', 'blinks-too')],
  },
  {
    name: 'what ails a node over what the agent does there',
    source: alert('ClockSkew', 'ails', { owner: 'node', node_pool: 'blue' }),
    hidden: [alert('RestartStorm', 'ails', { owner: 'agent', node_pool: 'blue' })],
    shown: [alert('RestartStorm', 'ails', { owner: 'agent', node_pool: 'red' })],
  },
];

test('inhibition: the API names what hides an alert, and no receiver gets it', async () => {
  await alertmanager.post(INHIBITED.flatMap(({ source, hidden, shown }) => [source, ...hidden, ...shown]));
  await hearLater('after-inhibition');
  const all = await alertmanager.alerts();
  const find = ({ labels }: { labels: Labels }) =>
    all.find((one) => Object.entries(one.labels).every(([name, value]) => labels[name] === value));
  const heard = web.got.flatMap(({ body }) => (body as WebhookBody).alerts).map(({ labels }) => JSON.stringify(labels));
  const isHeard = ({ labels }: { labels: Labels }): boolean => heard.includes(JSON.stringify(sortKeys(labels)));
  for (const { name, source, hidden, shown } of INHIBITED) {
    for (const one of hidden) {
      expect(find(one)?.status, name).toMatchObject({ state: 'suppressed', inhibitedBy: [find(source)?.fingerprint] });
      expect(isHeard(one), `${name}: ${one.labels['alertname']}`).toBe(false);
    }
    for (const one of [source, ...shown]) {
      expect(find(one)?.status, name).toMatchObject({ state: 'active', inhibitedBy: [] });
      expect(isHeard(one), `${name}: ${one.labels['alertname']}`).toBe(true);
    }
  }
});

function sortKeys(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

test('one message is about one DaemonSet and pool, and has all that fires there', async () => {
  const slos = ['a', 'b', 'c'].map((slo) => alert('BudgetBurnPage', 'grouped', { slo }));
  await alertmanager.post([...slos, alert('CoverageCollapse', 'grouped', { node_pool: 'blue' })]);
  await waitFor(async () => told('page', 'grouped').length === 2, { what: 'two messages' });
  await hearLater('after-groups');
  const messages = told('page', 'grouped').map((names) => names.join(' '));
  expect(messages.toSorted()).toEqual(['BudgetBurnPage BudgetBurnPage BudgetBurnPage', 'CoverageCollapse']);
});

test('planned work mutes pages and tickets of its policy and its pool, and nothing of the collector', async () => {
  await alertmanager.post([
    alert('CoverageCollapse', 'quiet'),
    alert('StrayDaemon', 'quiet', { node_pool: 'red' }),
    alert('CollectorAbsent', 'quiet'),
    alert('CoverageCollapse', 'pooled', { node_pool: 'blue' }),
    alert('CoverageCollapse', 'pooled', { node_pool: 'red' }),
    alert('CoverageCollapse', 'loud'),
  ]);
  await hear('page', 'loud');
  await hearLater('after-work');
  expect({ ticket: told('ticket', 'quiet'), page: told('page', 'quiet'), pooled: told('page', 'pooled') }).toEqual({
    ticket: [['CollectorAbsent']],
    page: [],
    pooled: [['CoverageCollapse']],
  });
  const pools = web.got
    .map(({ body }) => (body as WebhookBody).groupLabels)
    .filter((own) => own['daemonset'] === 'pooled');
  expect(pools.map((own) => own['node_pool'])).toEqual(['red']);
  // The API does not show that a route is muted: the receiver is the proof.
  const quiet = (await alertmanager.alerts()).filter(({ labels }) => labels['daemonset'] === 'quiet');
  expect(quiet.map(({ status }) => status.state)).toEqual(['active', 'active', 'active']);
});

test('a page that stays goes to the second receiver', async () => {
  await alertmanager.post([alert('PageUnresolved', 'stays')]);
  expect(await hear('escalation', 'stays')).toEqual(['PageUnresolved']);
});

const TOLD = {
  summary: 'agents/ways: 20% of the nodes lost the daemon',
  impact: 'Nodes do without.',
  reasons: 'ImagePullFailed 900 node-seconds; ',
  nodes: 'node-001 (ImagePullFailed) node-002 (ImagePullFailed) ',
  budget_left: '42.5%',
  exhaustion_hours: '3.1',
  runbook_url: 'https://runbooks.example/BudgetBurnPage.md',
};
const ESSENCE = [
  '20% of the nodes',
  'ImagePullFailed',
  'node-002',
  '42.5%',
  '3.1 h',
  'https://runbooks.example/BudgetBurnPage.md',
];

describe('messages', () => {
  test("PagerDuty's has title, urgency and details, and is resolved by the same key", async () => {
    const page = {
      ...alert('BudgetBurnPage', 'ways', { team: 'ways', priority: 'P1', sli: 'coverage' }),
      annotations: TOLD,
    };
    await alertmanager.post([page]);
    const sent = await findPosted('v2/enqueue', 'trigger');
    expect(sent).toMatchObject({
      routing_key: 'key-of-the-team',
      client_url: TOLD.runbook_url,
      payload: {
        summary: '[page P1] east agents/ways: BudgetBurnPage',
        severity: 'critical',
        component: 'agents/ways',
        custom_details: {
          impact: TOLD.impact,
          reasons: TOLD.reasons,
          nodes: TOLD.nodes,
          budget: 'coverage: 42.5% left, for 3.1 h',
          runbook: TOLD.runbook_url,
        },
      },
    });
    await alertmanager.post([{ ...page, endsAt: new Date().toISOString() }]);
    expect(await findPosted('v2/enqueue', 'resolve')).toMatchObject({ dedup_key: sent['dedup_key'] });
  });

  test("Slack's has title, link and all that is known", async () => {
    await alertmanager.post([
      { ...alert('NodeUncovered', 'ways', { team: 'ways', priority: 'P3' }), annotations: TOLD },
    ]);
    const { attachments, channel } = (await findPosted('slack')) as unknown as {
      readonly channel: string;
      readonly attachments: readonly Labels[];
    };
    expect(channel).toBe('#agents');
    expect(attachments[0]).toMatchObject({
      title: '[ticket P3] east agents/ways: NodeUncovered',
      title_link: TOLD.runbook_url,
      color: 'warning',
    });
    for (const piece of ESSENCE) expect(attachments[0]?.['text']).toContain(piece);
  });

  test('mail has a subject, plain text and HTML', async () => {
    const review = { ...alert('BudgetHalfSpent', 'mailed', { severity: 'review', priority: 'P3' }), annotations: TOLD };
    await alertmanager.post([review]);
    const [sent = ''] = await waitFor(async () => mail.got.length > 0 && mail.got, { what: 'a mail' });
    expect(sent).toContain('Subject: [review P3] east agents/mailed: BudgetHalfSpent');
    expect(sent).toContain('To: reviews@example.com');
    const parts = sent.replaceAll('=\n', '').replaceAll('=3D', '=').split('Content-Type: text/').slice(1);
    expect(parts.map((part) => part.split(';')[0])).toEqual(['plain', 'html']);
    for (const part of parts) for (const piece of ESSENCE) expect(part).toContain(piece);
  });
});

async function findPosted(to: string, action?: string): Promise<Readonly<Record<string, unknown>>> {
  const find = () =>
    web.got
      .filter((one) => one.to === to)
      .map(({ body }) => body as Readonly<Record<string, unknown>>)
      .find((body) => action === undefined || body['event_action'] === action);
  return waitFor(async () => find(), { what: `${to} to be told`, deadlineMs: 15 * TICKET_TOLD_MS });
}
