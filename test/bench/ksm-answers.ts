/**
 * Puts the same question to kube-state-metrics (by PromQL) and to rollcall, scene by scene, and writes both answers into
 * docs/kube-state-metrics.md: `make peers` runs it, in some three minutes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedKube, type EmbeddedKube } from '@rollcall/embedded-kube';
import { startPrometheus, type Prometheus } from '../control-plane/index.ts';
import { ensurePeer } from '../control-plane/peer.ts';
import { findFreePorts } from '../control-plane/ports.ts';
import { startCollector, type Collector } from '../e2e/rollcall.ts';
import { startProgram } from './child.ts';
import { DAEMON } from './daemon-objects.ts';
import { describeAnswers, type SceneAnswer } from './ksm-page.ts';
import { QUESTION_LABELS, QUESTIONS } from './ksm-question.ts';
import { daemonSet, node, pod, SCENES, type Stage } from './ksm-scenes.ts';

const PAGE = new URL('../../docs/kube-state-metrics.md', import.meta.url);
const NODES = 6;
/** Longer than scrapes, rule evaluations and the reading of a watch take together. */
const SETTLE_MS = 8_000;
/** Longer than it takes until a watch that is cut is no longer believed. */
const BLIND_MS = 45_000;

interface Peers {
  readonly prometheus: Prometheus;
  readonly collector: Collector;
}

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const kube = stack.adopt(await startEmbeddedKube(), (own) => own.stop());
  kube.store.apply(daemonSet(NODES, NODES));
  for (let number = 1; number <= NODES; number++) {
    kube.store.apply(node(number));
    kube.store.apply(pod(number));
  }
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'rollcall-peers-')), (own) => rm(own, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(describeAccess(kube.url)));
  const target = await startPeer(stack, kubeconfig);
  const peers: Peers = {
    prometheus: stack.adopt(await observe(target), (own) => own.stop()),
    collector: stack.adopt(await startCollector({ kubeconfig, flags: ['--discover'] }), (own) => own.stop()),
  };
  const answers: SceneAnswer[] = [];
  const stage = stageOn(kube);
  for (const { title, play, mend } of SCENES) {
    await play(stage);
    await delay(SETTLE_MS);
    answers.push({ title, ...(await ask(peers)) });
    process.stderr.write(`${title}: ${JSON.stringify(answers.at(-1))}\n`);
    mend?.(stage);
    await delay(SETTLE_MS);
  }
  await writeFile(PAGE, describeAnswers(answers));
}

function describeAccess(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'peers', cluster: { server } }],
    users: [{ name: 'peers', user: {} }],
    contexts: [{ name: 'peers', context: { cluster: 'peers', user: 'peers' } }],
    'current-context': 'peers',
  };
}

function stageOn({ store, faults }: EmbeddedKube): Stage {
  return {
    apply: (object) => void store.apply(object),
    deletePod: (name) => store.delete({ kind: 'Pod', name, namespace: DAEMON.namespace }, { gracePeriodSeconds: 0 }),
    cutOff: async () => {
      await faults.stopListening();
      await delay(BLIND_MS);
    },
  };
}

async function startPeer(stack: AsyncDisposableStack, kubeconfig: string): Promise<string> {
  const ports = await findFreePorts(['metrics', 'telemetry']);
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    '--resources=nodes,daemonsets,pods',
    `--namespaces=${DAEMON.namespace}`,
    `--metric-labels-allowlist=nodes=[${QUESTION_LABELS.join()}]`,
    '--host=127.0.0.1',
    `--port=${ports.metrics}`,
    '--telemetry-host=127.0.0.1',
    `--telemetry-port=${ports.telemetry}`,
  ];
  stack.adopt(startProgram([await ensurePeer(), ...flags]), (own) => own.stop());
  return `127.0.0.1:${ports.metrics}`;
}

function observe(target: string): Promise<Prometheus> {
  return startPrometheus({ targets: [target], scrapeIntervalSeconds: 1, honorLabels: true, rules: QUESTIONS });
}

async function ask({ prometheus, collector }: Peers): Promise<Omit<SceneAnswer, 'title'>> {
  const total = async (record: string): Promise<number> =>
    (await prometheus.query(record)).reduce((sum, { value }) => sum + value, 0);
  const reasons = await prometheus.query('daemon:uncovered:node');
  const { counts } = await collector.policy(`${DAEMON.namespace}/${DAEMON.name}`);
  const nodes = await collector.nodes(`${DAEMON.namespace}/${DAEMON.name}`);
  const odd = nodes.filter(({ state, reason }) => state !== 'covered' && reason !== null);
  return {
    peer: {
      expected: await total('daemon:expected:pool'),
      covered: await total('daemon:covered:pool'),
      why: reasons.map(({ labels }) => `${labels['node']} ${labels['reason']}`).toSorted(),
    },
    rollcall: {
      expected: counts.expected,
      covered: counts.covered,
      unobserved: counts.unobserved,
      why: odd.map((own) => `${own.node} ${own.reason} (${own.state})`).toSorted(),
    },
  };
}

await main();
