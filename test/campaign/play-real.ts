/** One run on the real control plane: real collectors behind a proxy that does mischief, nodes that are churned and nodes that are calm. */
import { setTimeout as delay } from 'node:timers/promises';
import { COLLECTOR_NAMESPACE, daemonCoverageCrd } from '@rollcall/contract';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createChurn, type Churn } from '../e2e/churn.ts';
import { createCluster, isReady, nameNodes, nodeOf, type Cluster } from '../e2e/cluster.ts';
import { seedNumbers } from '../e2e/random.ts';
import { rollOf } from '../e2e/roll-of.ts';
import { startCollector, type Collector } from '../e2e/rollcall.ts';
import { keepVigil } from '../e2e/vigil.ts';
import { openFaultProxy, type FaultProxy, type Mischief } from './fault-proxy.ts';

/** What several runs share. */
export interface RealStage {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  stop(): Promise<void>;
}

/** What came of a run: its faults in words, and what was wrong with the collectors. */
export interface RealOutcome {
  readonly plan: string;
  readonly faults: readonly string[];
  readonly looks: number;
}

const CALM = nameNodes('calm', 20);
const CHURNED = nameNodes('churned', 8);
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const FAULTS = 5;
/** In every so many-th run the proxy lets no protobuf through. */
const JSON_EVERY = 4;
const EQUAL_WITHIN_MS = 60_000;

/** Starts a control plane with two groups of nodes and a DaemonSet on each. */
export async function openRealStage(): Promise<RealStage> {
  const plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  const cluster = createCluster(plane);
  for (const [group, names] of Object.entries({ calm: CALM, churned: CHURNED })) {
    await cluster.addNodes(names.map((name) => ({ name, labels: { group } })));
    await cluster.addDaemonSet({ name: group, template: { nodeSelector: { group } } });
    await cluster.waitForReady(group, names.length);
  }
  await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name: COLLECTOR_NAMESPACE } } });
  await plane.request('POST', DEFINITIONS, { body: daemonCoverageCrd() });
  return { plane, cluster, stop: plane.stop };
}

interface Run {
  readonly stage: RealStage;
  readonly proxy: FaultProxy;
  readonly random: () => number;
  readonly flags: readonly string[];
  /** A collector that was killed leaves its place empty for a while. */
  readonly guarded: (Guarded | undefined)[];
  readonly faults: string[];
  looks: number;
}

interface Guarded {
  readonly collector: Collector;
  readonly vigil: ReturnType<typeof keepVigil>;
}

/** Plays a seed; rejects only when the campaign itself, or the control plane, is broken. */
export async function playReal(stage: RealStage, seed: number): Promise<RealOutcome> {
  const random = seedNumbers(seed ^ 0x4ea1);
  const jsonOnly = seed % JSON_EVERY === 0;
  const proxy = await openFaultProxy(stage.plane.kubeconfigPath, { chance: random, jsonOnly });
  const count = 1 + Math.floor(random() * 2);
  const flags = count > 1 ? ['--discover', '--leader-elect'] : ['--discover'];
  const run: Run = { stage, proxy, random, flags, guarded: [], faults: [], looks: 0 };
  const names: string[] = [];
  try {
    for (let index = 0; index < count; index += 1) await begin(run, index);
    const { nodesByGroup } = stage.cluster;
    const nodes = (await nodesByGroup())['churned'] ?? [];
    const churn = createChurn({ cluster: stage.cluster, group: 'churned', nodes, random });
    for (let left = FAULTS; left > 0; left -= 1) {
      const name = FAULT_NAMES[Math.floor(random() * FAULT_NAMES.length)] ?? 'cut';
      names.push(name);
      await DEEDS[name]?.(run, stir(churn));
      proxy.set('none');
    }
    await comeToRest(stage);
    await verify(run);
  } finally {
    const left = run.guarded.filter((own) => own !== undefined);
    await Promise.allSettled(left.map((own) => end(run, own)));
    await proxy.close();
  }
  const plan = `seed ${seed}: ${count} collectors, ${jsonOnly ? 'JSON only' : 'protobuf'}; ${names.join(', ')}`;
  return { plan, faults: run.faults, looks: run.looks };
}

async function begin({ proxy, flags, guarded }: Run, index: number): Promise<void> {
  const collector = await startCollector({ kubeconfig: proxy.kubeconfig, flags });
  const isCovered = async (): Promise<boolean> =>
    (await collector.policy('default/calm')).counts.covered === CALM.length;
  await waitFor(isCovered, { what: 'all calm nodes to be covered' });
  guarded[index] = { collector, vigil: keepVigil(collector, 'default/calm', 100) };
}

/** Ends a collector's life as a crash would, and asks what was seen of it. */
async function end(run: Run, { collector, vigil }: Guarded): Promise<void> {
  try {
    const { looks, sights } = await vigil.end();
    run.looks += looks;
    const lies = [...sights].filter((sight) => sight.includes('uncovered'));
    run.faults.push(...lies.map((sight) => `a calm node was shown uncovered: ${sight}`));
  } finally {
    await collector.stop();
  }
}

type Stir = (ms: number) => Promise<void>;

/** Changes the churned nodes for so long; while the API server is away its refusals are no matter. */
function stir(churn: Churn): Stir {
  return async (ms) => {
    for (const until = performance.now() + ms; performance.now() < until; await delay(100)) {
      await churn().catch(() => undefined);
    }
  };
}

const mischief =
  (kind: Mischief, ms: number) =>
  async ({ proxy }: Run, pass: Stir): Promise<void> => {
    proxy.set(kind);
    proxy.cut();
    await pass(ms);
  };

async function killServer({ stage: { plane } }: Run, ms: number): Promise<void> {
  await plane.kill('kube-apiserver');
  await delay(ms);
  await plane.start('kube-apiserver');
}

const DEEDS: Readonly<Record<string, (run: Run, pass: Stir) => Promise<void>>> = {
  cut: async ({ proxy }, pass) => {
    for (let times = 3; times > 0; times -= 1) {
      proxy.cut();
      await pass(700);
    }
  },
  'cut every 5 s': async ({ proxy }, pass) => {
    for (let times = 2; times > 0; times -= 1) {
      proxy.cut();
      await pass(5_000);
    }
  },
  '410': mischief('410', 3_000),
  '410 event': mischief('410 event', 3_000),
  '429 storm': mischief('429', 4_000),
  '503 storm': mischief('503', 4_000),
  'truncated gzip': mischief('truncate gzip', 3_000),
  'repeated events': mischief('repeat events', 3_000),
  'JSON only': mischief('JSON only', 3_000),
  'protobuf refused': mischief('refuse protobuf', 3_000),
  'delayed events': mischief('delay', 3_000),
  'half-open': async ({ proxy }, pass) => {
    proxy.set('answer nothing');
    await pass(5_000);
  },
  'mute watches': async ({ proxy }, pass) => {
    proxy.set('mute watches');
    await pass(5_000);
  },
  partition: mischief('refuse connections', 4_000),
  'API server killed': (run) => killServer(run, 1_000),
  'etcd compacted': async (run, pass) => {
    run.proxy.set('refuse connections');
    await pass(2_000);
    await run.stage.plane.compactEtcd();
    await killServer(run, 0);
  },
  'CRD deleted': async ({ stage: { plane } }, pass) => {
    const definition = daemonCoverageCrd();
    await plane.request('DELETE', `${DEFINITIONS}/${String((definition.metadata as { name: string }).name)}`);
    await pass(2_000);
    // The old one may still be ending.
    await waitFor(() => plane.request('POST', DEFINITIONS, { body: definition }), { what: 'the definition anew' });
  },
  'collector killed': async (run, pass) => {
    const index = Math.floor(run.random() * run.guarded.length);
    await kill(run, index);
    await pass(2_000);
    await begin(run, index);
  },
  'all collectors killed': async (run, pass) => {
    for (const index of run.guarded.keys()) await kill(run, index);
    await pass(2_000);
    for (const index of run.guarded.keys()) await begin(run, index);
  },
};
const FAULT_NAMES = Object.keys(DEEDS);

async function kill(run: Run, index: number): Promise<void> {
  const own = run.guarded[index];
  run.guarded[index] = undefined;
  if (own !== undefined) await end(run, own);
}

/** How often pods that KWOK overlooks are replaced. */
const REPLACED = 3;
const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'] as const;

/** Waits until every node has its pod, so that no answer depends on when it was given. */
async function comeToRest({ plane, cluster }: RealStage): Promise<void> {
  // They would wait up to half a minute before they look whether the API server is back.
  await Promise.all(CONTROLLERS.map(plane.kill));
  await Promise.all(CONTROLLERS.map(plane.start));
  const isWhole = async (): Promise<boolean> => (await findBare(cluster)).length === 0;
  const patience = { what: 'all nodes to have their pods' };
  for (let tries = 0; tries < REPLACED; tries += 1) {
    if (await waitFor(isWhole, { ...patience, deadlineMs: 20_000 }).catch(() => false)) return;
    // KWOK at times overlooks a pod on a node that was made anew under the same name; a later one of the controller it sees.
    for (const { pods } of await findBare(cluster)) await Promise.all(pods.map((name) => cluster.deletePod(name, 0)));
  }
  await waitFor(isWhole, patience);
}

/** The nodes without a Ready pod, each with the pods that it has. */
async function findBare(cluster: Cluster): Promise<readonly { readonly pods: readonly string[] }[]> {
  const groups = await cluster.nodesByGroup();
  const bare = ['calm', 'churned'].map(async (group) => {
    const pods = Map.groupBy(await cluster.podsOf(group), nodeOf);
    return (groups[group] ?? []).flatMap((node) => {
      const own = pods.get(node) ?? [];
      const serves = own.some((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
      return serves ? [] : [{ pods: own.map(({ metadata }) => metadata.name) }];
    });
  });
  return (await Promise.all(bare)).flat();
}

/** A collector that starts now knows nothing else. */
async function verify({ stage: { plane }, guarded, faults }: Run): Promise<void> {
  const fresh = await startCollector({ kubeconfig: plane.kubeconfigPath, flags: ['--discover'] });
  try {
    for (const [index, own] of guarded.entries()) {
      if (own === undefined) continue;
      const compare = async (): Promise<boolean> =>
        (await own.collector.isReady()) && (await rollOf(own.collector)).join() === (await rollOf(fresh)).join();
      await waitFor(fresh.isReady, { what: 'the fresh collector to be ready' });
      const patience = { what: 'equal answers', deadlineMs: EQUAL_WITHIN_MS };
      await waitFor(compare, patience).catch(async (error: Error) => {
        const [ours, theirs] = [await rollOf(own.collector), await rollOf(fresh)];
        faults.push(`collector ${index}: ${error.message}`);
        faults.push(...ours.filter((line) => !theirs.includes(line)).map((line) => `collector ${index}: ${line}`));
        faults.push(...theirs.filter((line) => !ours.includes(line)).map((line) => `fresh: ${line}`));
      });
    }
  } finally {
    await fresh.stop();
  }
}
