import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from './command.ts';
import { plan } from './plan.ts';
import { FITS_NOTE } from './plan-table.ts';

const AGENT = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: system}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      nodeSelector: {kubernetes.io/os: linux}
      containers:
        - name: agent
          resources: {requests: {cpu: "1", memory: 1Gi}}
          ports: [{hostPort: 9100}]
`;

const EXPORTER = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: exporter}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      hostNetwork: true
      tolerations: [{operator: Exists}]
      containers: [{name: exporter, ports: [{containerPort: 9100}]}]
`;

const linux = 'kubernetes.io/os: linux';
const roomy = '{cpu: "4", memory: 8Gi, pods: "110"}';
const NODES = [
  `{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {${linux}}}, status: {allocatable: ${roomy}}}`,
  `{apiVersion: v1, kind: Node, metadata: {name: n2, labels: {${linux}}}, status: {allocatable: {cpu: 500m, memory: 8Gi, pods: "110"}}}`,
  `{apiVersion: v1, kind: Node, metadata: {name: w1, labels: {kubernetes.io/os: windows}}, status: {allocatable: ${roomy}}}`,
  `{apiVersion: v1, kind: Node, metadata: {name: g1, labels: {${linux}}}, spec: {taints: [{key: gpu, value: "yes", effect: NoSchedule}]}}`,
  `{apiVersion: v1, kind: Node, metadata: {name: g2, labels: {${linux}}}, spec: {taints: [{key: gpu, value: "yes", effect: NoSchedule}]}}`,
].join('\n---\n');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-plan-'));
  await Promise.all([
    write('agent.yaml', AGENT),
    write('both.yaml', `${AGENT}---${EXPORTER}`),
    write('nodes.yaml', NODES),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

function write(name: string, text: string): Promise<void> {
  return writeFile(join(folder, name), text);
}

async function run(
  line: string,
  stdin = '',
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const argv = line.split(' ').map((word) => word.replace('@', `${folder}/`));
  const code = await plan.run(argv, {
    env: {},
    out: (text) => (out += text),
    err: (text) => (err += text),
    readStdin: () => Promise.resolve(stdin),
    signal: new AbortController().signal,
  });
  return { code, out, err: err.replaceAll(folder, '@') };
}

test('the table says per DaemonSet on how many nodes it runs, what keeps it off the others, and the mend', async () => {
  expect(await run('-f @both.yaml --nodes @nodes.yaml')).toEqual({
    code: EXIT.ok,
    err: '',
    out: `system/agent: admitted on 2 of 5 nodes, fits on 0
  not on 2 nodes (g1, g2): untolerated taint gpu=yes:NoSchedule (a pod that runs there is kept)
    mend: add to the template's tolerations: [{key: "gpu", operator: Equal, value: "yes", effect: NoSchedule}]
  not on 1 node (w1): nodeSelector asks kubernetes.io/os=linux (the node has kubernetes.io/os=windows)
    mend: label the nodes that are meant, or change the selector
  does not fit on 1 node (n1): host port 9100/TCP is also asked for by default/exporter
  does not fit on 1 node (n2): cpu: requests 1, allocatable 500m; host port 9100/TCP is also asked for by default/exporter

default/exporter: admitted on 5 of 5 nodes, fits on 1, unknown on 2
  does not fit on 2 nodes (n1, n2): host port 9100/TCP is also asked for by system/agent
  fit unknown on 2 nodes (g1, g2): status.allocatable is not given

${FITS_NOTE}
`,
  });
});

test('JSON names every pair with the rule that decided', async () => {
  const { code, out } = await run('-f - --nodes @nodes.yaml -o json', AGENT);
  expect(code).toBe(EXIT.ok);
  const taint = "untolerated taint gpu=yes:NoSchedule; mend: add to the template's tolerations: ";
  const selector = 'nodeSelector asks kubernetes.io/os=linux (the node has kubernetes.io/os=windows); mend: ';
  const pair = { daemonset: 'system/agent' };
  const gpu = {
    ...pair,
    shouldRun: false,
    keepRunning: true,
    reason: 'untoleratedNoSchedule',
    message: `${taint}[{key: "gpu", operator: Equal, value: "yes", effect: NoSchedule}]`,
    fits: null,
  };
  expect(JSON.parse(out)).toEqual([
    { ...pair, node: 'n1', shouldRun: true, keepRunning: true, reason: 'run', message: '', fits: true },
    {
      ...pair,
      node: 'n2',
      shouldRun: true,
      keepRunning: true,
      reason: 'run',
      message: 'does not fit: cpu: requests 1, allocatable 500m',
      fits: false,
    },
    {
      ...pair,
      node: 'w1',
      shouldRun: false,
      keepRunning: false,
      reason: 'nodeSelector',
      message: `${selector}label the nodes that are meant, or change the selector`,
      fits: true,
    },
    { ...gpu, node: 'g1' },
    { ...gpu, node: 'g2' },
  ]);
});

test('a large plan stays readable', async () => {
  const nodes = Array.from(
    { length: 500 },
    (_, n) => `{apiVersion: v1, kind: Node, metadata: {name: n${n}, labels: {kubernetes.io/os: os-${n % 50}}}}`,
  );
  const { out } = await run('-f @agent.yaml --nodes -', nodes.join('\n---\n'));
  expect(out).toMatch(
    /^system\/agent: admitted on 0 of 500 nodes, fits on 0\n {2}not on 10 nodes \(n0, n50, n100, n150, n200, n250, n300, n350, 2 more\): /,
  );
  expect(out).toContain('\n  not on 300 nodes for other reasons: -o json lists them\n');
});

test('the help names the exit codes', () => {
  expect(plan.help).toMatch(/\nExits 0 with a plan.*; 2 for .*; 3 when /);
});

test.each<[string, string, string]>([
  ['no file', '', "error: Unexpected argument ''. This command does not take positional arguments\n"],
  ['no -f', '--nodes x', 'error: -f: no file with DaemonSets is given; write -f FILENAME, or -f - for stdin\n'],
  ['an unknown format', '-f x -o wide', 'error: -o: "wide" is unknown; use table or json\n'],
  ['stdin twice', '-f - --nodes -', 'error: -: stdin can be read once only; write one of the two to a file\n'],
])('%s is refused with usage', async (_, line, words) => {
  expect(await run(line)).toEqual({
    code: EXIT.usage,
    out: '',
    err: `${words}See 'rollcall plan --help' for usage.\n`,
  });
});

test('a file that is not there is refused by name', async () => {
  const { code, err } = await run('-f @none.yaml');
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(/^error: @\/none\.yaml: cannot be read \(ENOENT.*\): name a file that can, or - for stdin\n$/);
});

test('faults of manifests and of nodes are refused, each with its place', async () => {
  expect(await run('-f -', AGENT.replace('linux', '1'))).toMatchObject({
    code: EXIT.usage,
    err: 'error: stdin, document 1 (DaemonSet system/agent): spec.template.spec.nodeSelector["kubernetes.io/os"] is 1: quote it: "1"\n',
  });
  expect(await run('-f @agent.yaml --nodes -', 'kind: Pod')).toMatchObject({
    code: EXIT.usage,
    err: 'error: stdin: holds no Node: name a file with at least one\n',
  });
});

async function serve(answer: (url: string) => object, use: (kubeconfig: string) => Promise<void>): Promise<void> {
  const server: Server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answer(request.url ?? '')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await write('kubeconfig', kubeconfigFor(port));
    await use('@kubeconfig');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function kubeconfigFor(port: number): string {
  return `
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}]
users: [{name: u, user: {}}]
`;
}

test('without --nodes the nodes are those of the cluster, page by page', async () => {
  const page = (name: string, token: string): object => ({
    kind: 'NodeList',
    metadata: { resourceVersion: '7', continue: token },
    items: [
      {
        metadata: { name, uid: name, labels: { 'kubernetes.io/os': 'linux' } },
        status: { allocatable: { cpu: '4', memory: '8Gi', pods: '9' } },
      },
    ],
  });
  const answer = (url: string): object => (url.includes('continue=more') ? page('b', '') : page('a', 'more'));
  await serve(answer, async (kubeconfig) => {
    const { code, out } = await run(`-f @agent.yaml --kubeconfig ${kubeconfig}`);
    expect({ code, out }).toEqual({
      code: EXIT.ok,
      out: `system/agent: admitted on 2 of 2 nodes, fits on 2\n\n${FITS_NOTE}\n`,
    });
  });
});

test('a cluster that does not answer is exit code 3, and says so', async () => {
  await write('dead', kubeconfigFor(1));
  const { code, err } = await run('-f @agent.yaml --kubeconfig @dead');
  expect(code).toBe(EXIT.unreachable);
  expect(err).toMatch(/^error: the cluster's nodes cannot be read: GET \/api\/v1\/nodes.*nothing listens there/);
});
