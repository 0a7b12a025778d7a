/** The demo, and what the collector says of a living world held against the world's own account. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorld, startEmbeddedKube, type DaemonTruth, type World } from '@rollcall/embedded-kube';
import { expect, test } from 'vitest';
import { waitFor } from '../control-plane/index.ts';
import { announceSeed } from './random.ts';
import { runRollcall, startCollector, type Collector } from './rollcall.ts';

const ROUNDS = 20;
const GOAL_S = 60;

test('npm run demo shows its truth on /metrics and in rollcall coverage within a minute', async () => {
  const started = performance.now();
  const demo = spawn(process.execPath, ['test/demo.ts'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const said: string[] = [];
    for await (const line of createInterface({ input: demo.stdout })) {
      said.push(line);
      if (line.startsWith('Ctrl-C')) break;
    }
    const find = (what: RegExp): string => what.exec(said.join('\n'))?.[1] ?? '';
    const [url, kubeconfig] = [find(/listens on (\S+)/), find(/--kubeconfig (\S+)/)];
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const covered = [...metrics.matchAll(/^rollcall_covered_nodes\{.*daemonset="plexd".*\} (\d+)$/gm)];
    expect(covered.reduce((sum, [, count]) => sum + Number(count), 0)).toBeGreaterThan(150);
    const { out, code } = await runRollcall('coverage', '--kubeconfig', kubeconfig, '--fail-below', '50');
    expect(code).toBe(0);
    for (const name of ['plexd', 'node-exporter', 'fluent-bit']) expect(out).toContain(name);
    // Budgets are read from the journal, which is written for the first time some seconds after the start.
    const budgets = async (): Promise<boolean> => {
      const { out: told } = await runRollcall('slo', '--server', url);
      return ['plexd', 'node-exporter', 'fluent-bit'].every((name) => told.includes(name));
    };
    await waitFor(budgets, { what: 'budgets of all three' });
    const seconds = (performance.now() - started) / 1000;
    console.log(`demo: first answers after ${seconds.toFixed(1)} s (goal ${GOAL_S} s)`);
    expect(seconds).toBeLessThan(GOAL_S);
  } finally {
    demo.kill('SIGINT');
    if (demo.exitCode === null) await once(demo, 'exit');
  }
  expect(demo.exitCode).toBe(0);
});

test('the answers about a living world are its own truth, node for node, at every stop', async () => {
  const seed = announceSeed();
  const kube = await startEmbeddedKube();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(kube.url));
  const world = createWorld({ store: kube.store, seed, nodes: 200, now: Date.now() });
  const collector = await startCollector({ kubeconfig, flags: ['--discover'] });
  try {
    await waitFor(collector.isReady, { what: 'the collector to be ready' });
    let seen = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await live(world, 1000);
      for (const daemon of world.truth()) {
        await waitFor(async () => (await findDifferences(collector, daemon)).length === 0, {
          what: `${daemon.name} to agree in round ${round}`,
        });
        seen += daemon.uncovered;
      }
    }
    console.log(`${ROUNDS} stops, ${seen} uncovered nodes seen in all`);
    expect(seen).toBeGreaterThan(0);
  } finally {
    await collector.stop();
    await rm(folder, { recursive: true });
    await kube.stop();
  }
});

/** Lets the world live for a while on the clock that the collector reads too, so that ages mean the same to both. */
async function live(world: World, ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) world.step(Date.now());
}

async function findDifferences(collector: Collector, truth: DaemonTruth): Promise<readonly string[]> {
  const answers = new Map((await collector.nodes(`${truth.namespace}/${truth.name}`)).map((own) => [own.node, own]));
  return truth.nodes.flatMap(({ node, verdict, reasons }) => {
    const { state = 'outOfScope', reason = null } = answers.get(node) ?? {};
    const right = state === verdict && (state !== 'uncovered' || reasons.some((own) => own === reason));
    return right ? [] : [`${node}: ${state} ${reason}, in truth ${verdict} ${reasons.join()}`];
  });
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'world', cluster: { server } }],
    users: [{ name: 'world', user: {} }],
    contexts: [{ name: 'world', context: { cluster: 'world', user: 'world' } }],
    'current-context': 'world',
  });
}
