/** Asks the boards' log panels of a real Loki that real lines went to, the collector's own by OTLP: `make peers` runs it, since Loki is built first. */
import { interpolate, type VariableValue } from '@rollcall/dashboards/preview';
import { stringify } from 'yaml';
import { startLoki } from '../canary/loki.ts';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster } from '../e2e/cluster.ts';
import { startCollector } from '../e2e/rollcall.ts';
import { questionsOf, readBoards } from './read-questions.ts';

const NODES = ['one', 'other'] as const;
const LOOK_BACK_MS = 600_000;
const OPEN = { raw: '.*' };

/** What is about the DaemonSet itself names no node, and is there whichever is chosen. */
const CREATED = /^SuccessfulCreate DaemonSet\/agent : Created pod: agent-\w{5}$/;
const REFUSED = 'FailedCreate DaemonSet/agent : no quota';
const NOT_MOUNTED = /^FailedMount Pod\/agent-\w{5} one: no volume$/;

/** What is chosen, and the lines that each panel then has, sorted. */
const CASES: readonly { readonly chosen: Readonly<Record<string, VariableValue>>; readonly lines: Lines }[] = [
  {
    chosen: {},
    lines: {
      'Kubernetes Events': [REFUSED, NOT_MOUNTED, CREATED, CREATED],
      Kubelet: ['kubelet of one', 'kubelet of other'],
      // The name of a pod says whose it is only as long as a DaemonSet is chosen.
      Daemon: ['agent on one', 'agent on other', 'not a daemon'],
    },
  },
  {
    chosen: { cluster: ['east'], namespace: ['default'], daemonset: ['agent', 'a.b'], node: ['one'] },
    lines: {
      'Kubernetes Events': [REFUSED, NOT_MOUNTED, CREATED, CREATED],
      Kubelet: ['kubelet of one'],
      Daemon: ['agent on one'],
    },
  },
  {
    chosen: { namespace: ['default'], daemonset: ['agent'], node: ['other', 'third'] },
    lines: {
      'Kubernetes Events': [REFUSED, CREATED, CREATED],
      Kubelet: ['kubelet of other'],
      Daemon: ['agent on other'],
    },
  },
];

type Lines = Readonly<Record<string, readonly (string | RegExp)[]>>;

const POLICY = {
  apiVersion: 'rollcall.dev/v1alpha1',
  kind: 'DaemonCoverage',
  metadata: { name: 'agent', namespace: 'default' },
  spec: { daemonSet: { name: 'agent' } },
};

await main();

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const url = await startLoki(stack.adopt(await openWorkspace(), (own) => own.close()));
  const plane = stack.adopt(await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' }), (own) =>
    own.stop(),
  );
  const cluster = createCluster(plane);
  await cluster.addDaemonSet({ name: 'agent' });
  await cluster.addNodes(NODES.map((name) => ({ name })));
  await cluster.waitForReady('agent', NODES.length);
  process.env['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'] = `${url}/otlp/v1/logs`;
  const options = { kubeconfig: plane.kubeconfigPath, policies: [stringify(POLICY)], flags: ['--cluster', 'east'] };
  const collector = stack.adopt(await startCollector(options), (own) => own.stop());
  await waitFor(collector.isReady, { what: 'the collector to be ready' });
  await tellEvents(plane, await cluster.podOn('agent', 'one'));
  await pushLines(url);
  for (const { chosen, lines } of CASES) await waitFor(() => expectLines(url, chosen, lines), { what: 'all lines' });
}

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}

/** Two Events as the controller and the kubelet write them. */
async function tellEvents({ request }: ControlPlane, { metadata }: Named): Promise<void> {
  const set = await request<Named>('GET', '/apis/apps/v1/namespaces/default/daemonsets/agent');
  const at = new Date().toISOString();
  const common = {
    type: 'Warning',
    firstTimestamp: at.replace(/\.\d+/, ''),
    lastTimestamp: at.replace(/\.\d+/, ''),
    count: 1,
  };
  const tell = (name: string, more: object): Promise<unknown> =>
    request('POST', '/api/v1/namespaces/default/events', { body: { metadata: { name }, ...common, ...more } });
  const ofSet = {
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    namespace: 'default',
    name: 'agent',
    uid: set.metadata.uid,
  };
  const ofPod = { kind: 'Pod', apiVersion: 'v1', namespace: 'default', name: metadata.name, uid: metadata.uid };
  await tell('agent.1', { involvedObject: ofSet, reason: 'FailedCreate', message: 'no quota' });
  await tell('agent.2', {
    involvedObject: ofPod,
    reason: 'FailedMount',
    message: 'no volume',
    source: { host: 'one' },
  });
}

/** As Promtail labels what it finds in the journal and in pods. */
async function pushLines(url: string): Promise<void> {
  const now = `${Date.now()}000000`;
  const streams = [
    ...NODES.flatMap((node, at) => [
      {
        stream: { job: 'systemd-journal', unit: 'kubelet.service', hostname: node },
        values: [[now, `kubelet of ${node}`]],
      },
      {
        stream: { namespace: 'default', pod: `agent-abcd${at}`, node_name: node },
        values: [[now, `agent on ${node}`]],
      },
    ]),
    { stream: { namespace: 'default', pod: 'agent-helper-abcde', node_name: 'one' }, values: [[now, 'not a daemon']] },
  ];
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/loki/api/v1/push`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ streams }),
  });
  if (!response.ok) throw new Error(`Loki refused the lines: ${await response.text()}`);
}

/** Throws unless each log panel of the boards shows just these. */
async function expectLines(url: string, chosen: Readonly<Record<string, VariableValue>>, lines: Lines): Promise<true> {
  const questions = readBoards()
    .flatMap(questionsOf)
    .filter(({ language }) => language === 'LogQL');
  const variables = { cluster: OPEN, namespace: OPEN, daemonset: OPEN, node: OPEN, ...chosen };
  if (questions.length !== Object.keys(lines).length) throw new Error(`the boards have ${questions.length} log panels`);
  for (const { place, expr } of questions) {
    const query = interpolate(expr, { variables, rangeMs: LOOK_BACK_MS, stepMs: 1_000, scrapeIntervalMs: 1_000 });
    const [found, wanted] = [await askLoki(url, query), lines[place.replace(/ \(.*/, '')] ?? []];
    const fits = (line: string, own: string | RegExp | undefined): boolean =>
      own instanceof RegExp ? own.test(line) : own === line;
    if (found.length !== wanted.length || !found.every((line, at) => fits(line, wanted[at])))
      throw new Error(`${place}: ${JSON.stringify(found)} instead of ${wanted.join(', ')}, asked ${query}`);
    console.log(`${place}: ${found.length} lines, ${JSON.stringify(chosen)}`);
  }
  return true;
}

async function askLoki(url: string, query: string): Promise<readonly string[]> {
  const start = `${Date.now() - LOOK_BACK_MS}000000`;
  const response = await fetch(`${url}/loki/api/v1/query_range?${new URLSearchParams({ query, start }).toString()}`);
  if (!response.ok) throw new Error(`Loki: ${await response.text()}`);
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly { readonly values: readonly (readonly [string, string])[] }[] };
  };
  return data.result.flatMap(({ values }) => values.map(([, line]) => line)).toSorted();
}
