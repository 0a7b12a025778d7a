/** `npm run demo`: a living cluster on an embedded Kubernetes API, and the collector that one would install, on it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  daemonCoverageCrd,
  maintenanceWindowCrd,
  GROUP,
  VERSION,
  type NodeAnswer,
  type Page,
} from '@rollcall/contract';
import { createWorld, startEmbeddedKube, type Manifest } from '@rollcall/embedded-kube';
import { stringify } from 'yaml';

const SEED = 20_261_121;
const STEP_MS = 250;
const MAIN = join(import.meta.dirname, '../collector/src/main.ts');

const POLICIES: readonly Manifest[] = [
  policy('plexd-system', 'plexd', { purpose: 'WireGuard mesh between all nodes', team: 'platform' }),
  policy('monitoring', 'node-exporter', { purpose: 'Node metrics', team: 'observability' }),
  policy('riptides-system', 'riptides', {
    purpose: 'Workload identity, with a kernel driver',
    team: 'security',
    health: { daemon: { source: 'local' } },
  }),
  policy('logging', 'fluent-bit', { purpose: 'Node and container logs', team: 'observability' }),
];

function policy(namespace: string, name: string, about: object): Manifest {
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: 'DaemonCoverage',
    metadata: { namespace, name },
    spec: { daemonSet: { name }, ...about },
  };
}

/** A kubeconfig, and where the journal goes: without one there would be no budgets to look at. */
async function openFolder(
  server: string,
): Promise<{ readonly path: string; readonly journal: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-demo-'));
  const path = join(folder, 'kubeconfig');
  const named = { clusters: [{ name: 'demo', cluster: { server } }], users: [{ name: 'demo', user: {} }] };
  const contexts = [{ name: 'demo', context: { cluster: 'demo', user: 'demo' } }];
  const config = { apiVersion: 'v1', kind: 'Config', ...named, contexts, 'current-context': 'demo' };
  await writeFile(path, stringify(config));
  return { path, journal: join(folder, 'journal.db'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts `rollcall serve`; its log's first address is where it listens. Lines beyond are not shown: the demo has 200 nodes that live. */
async function startCollector({
  path,
  journal,
}: Awaited<ReturnType<typeof openFolder>>): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const args = [MAIN, 'serve', '--kubeconfig', path, '--journal', journal, '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the collector ended with exit code ${code ?? 'none'}`)));
    lines.on('line', (line) => {
      const found = (JSON.parse(line) as { msg?: string; url?: string }).url;
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url };
}

async function waitUntilReady(url: string): Promise<void> {
  while (!(await fetch(`${url}/readyz`)).ok) await sleep(50);
}

function tell(url: string, kubeconfig: string, seconds: number): string {
  return `
Rollcall demo: 200 nodes in 3 pools, 4 DaemonSets, seed ${SEED}. The first full answer came after ${seconds.toFixed(1)} s.

  Rollcall listens on ${url}

  what Prometheus scrapes        curl -s '${url}/metrics'
  every policy's summary         curl -s '${url}/api/v1/coverage'
  who is missing, and why        curl -s '${url}/api/v1/coverage/plexd-system/plexd/nodes?state=uncovered'

  In another terminal:
    npx rollcall coverage --kubeconfig ${kubeconfig}
    npx rollcall coverage logging/fluent-bit -o wide --kubeconfig ${kubeconfig}
    npx rollcall coverage --watch --server ${url}
    npx rollcall verify --kubeconfig ${kubeconfig} --server ${url}
    npx rollcall slo --server ${url}
    npx rollcall top --server ${url}

What to look at: nodes join, drain, die and lose labels, pods crash. Compare rollcall_covered_nodes with
rollcall_controller_desired_nodes when a node dies: the controller forgets it, Rollcall does not. A riptides pod may be Ready
while its driver is not: that policy asks for the Daemons of the Riptides control plane too.
Ctrl-C ends it.
`;
}

/** The command for the first node that is red, which the world makes in its first seconds; '' when the demo ends before. */
async function tellRed(url: string, signal: AbortSignal): Promise<string> {
  while (!signal.aborted) {
    for (const daemonSet of ['plexd-system/plexd', 'monitoring/node-exporter', 'logging/fluent-bit']) {
      const response = await fetch(`${url}/api/v1/coverage/${daemonSet}/nodes?state=uncovered&limit=1`);
      const { items } = (await response.json()) as Page<NodeAnswer>;
      const node = items[0]?.node ?? '';
      if (node !== '')
        return `A node is red. Why, and what to do:\n    npx rollcall explain ${node} ${daemonSet} --server ${url}\n`;
    }
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
  return '';
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const kube = await startEmbeddedKube();
  const world = createWorld({ store: kube.store, seed: SEED, nodes: 200, pools: 3, riptides: true, now: Date.now() });
  kube.store.apply(daemonCoverageCrd() as unknown as Manifest);
  kube.store.apply(maintenanceWindowCrd() as unknown as Manifest);
  for (const own of POLICIES) kube.store.apply(own);
  const stepping = setInterval(() => world.step(Date.now()), STEP_MS);
  const kubeconfig = await openFolder(kube.url);
  const { child, url } = await startCollector(kubeconfig);
  await waitUntilReady(url);
  process.stdout.write(tell(url, kubeconfig.path, (performance.now() - startedAt) / 1000));
  const ended = new AbortController();
  tellRed(url, ended.signal).then(
    (text) => process.stdout.write(text),
    // The collector has ended before it.
    () => undefined,
  );
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)).concat([once(child, 'exit')]));
  ended.abort();
  clearInterval(stepping);
  const died = child.exitCode !== null || child.signalCode !== null;
  if (died) {
    process.stderr.write(`error: the collector ended by itself (${child.signalCode ?? child.exitCode})\n`);
    process.exitCode = 1;
  } else {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await Promise.all([kube.stop(), kubeconfig.remove()]);
}

await main();
