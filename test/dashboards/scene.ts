/** A cluster that shows everything a dashboard can show: real control plane, `rollcall serve` with journal, Prometheus with the generated rules. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import {
  openWorkspace,
  startAlertmanager,
  startControlPlane,
  startPrometheus,
  waitFor,
  type ControlPlane,
  type Prometheus,
} from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from '../e2e/cluster.ts';
import { createRiptides, type Riptides } from '../e2e/riptides.ts';
import { runRollcall, startCollector, type Collector } from '../e2e/rollcall.ts';
import { each } from '../faults/scene.ts';
import { startAgents } from './scene-agents.ts';
import { describePolicies } from './scene-policies.ts';
import {
  crashNow,
  failToPlace,
  FLEET,
  flood,
  joinLate,
  joinOneMore,
  loseNode,
  SITE,
  startRollout,
  strike,
} from './scene-trouble.ts';
import { writeHistory } from './written-history.ts';

/** The scene while it lasts; whoever opened it closes it. */
export interface Scene {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly collector: Collector;
  readonly prometheus: Prometheus;
  /** The folder with its policies' files. */
  readonly policies: string;
  /** When it was opened, in Unix milliseconds: Prometheus has nothing from before. */
  readonly sinceMs: number;
  /** The outage: 30 nodes lose the daemon at once, and three drift out of its selector. */
  readonly strike: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Its node pools, and how many nodes each has at first. */
export const POOLS = { general: 60, gpu: 12, edge: 24 } as const;
/** Windows and waits of the rules are divided by it, so that alerts fire within seconds. */
export const SPEED = 20;
const CLUSTER = 'east';
/** From the collector's start to the maintenance window's. */
const WINDOW_AFTER_MS = 40_000;
const STRANGERS = 1_000;
const MOST_MORE = 12;
const TROUBLE_EVERY_MS = 10_000;
const DEADLINE_MS = 240_000;
/** The journal begins its hour with what was counted in this time. */
const FIRST_LIFE_MS = 2_000;
const HISTORY_DAYS = 45;
const SEED = 20_261_126;
const SIZE = Object.values(POOLS).reduce<number>((sum, count) => sum + count, 0);

/** Opens it and returns when all of it is in Prometheus: under two minutes also on a busy machine. Its trouble is made on the way. */
export async function openScene(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const sinceMs = Date.now();
  const plane = stack.adopt(await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' }), (own) =>
    own.stop(),
  );
  const cluster = createCluster(plane);
  const riptides = stack.adopt(createRiptides(plane), (own) => own.stop());
  await furnish(plane, cluster, riptides);
  const { folder } = stack.adopt(await openWorkspace(), (own) => own.close());
  const policies = describePolicies(Date.now(), WINDOW_AFTER_MS);
  const alertmanager = stack.adopt(await startAlertmanager(), (own) => own.stop());
  const pair = await startPair({ plane, folder, policies, alertmanager: alertmanager.url });
  for (const replica of pair) stack.defer(replica.stop);
  const [collector] = pair;
  const prometheus = stack.adopt(await startWithRules(pair, folder, policies), (own) => own.stop());
  const agents = stack.adopt(startAgents(plane, cluster, { daemonset: 'agent', url: collector.url }), (own) =>
    own.rest(),
  );
  await waitFor(async () => agents.expectHeard(SIZE), { what: 'all agents to be heard' });
  stack.defer(makeTrouble(plane, cluster));
  await waitFor(() => expectSignals(prometheus), {
    what: 'all signals in Prometheus',
    deadlineMs: DEADLINE_MS,
    everyMs: 500,
  });
  const parts = stack.move();
  return {
    plane,
    cluster,
    collector,
    prometheus,
    sinceMs,
    policies: join(folder, 'policies'),
    strike: () => strike(cluster),
    close: () => parts.disposeAsync(),
  };
}

async function furnish(plane: ControlPlane, cluster: Cluster, riptides: Riptides): Promise<void> {
  await plane.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'agent' } } });
  const small = { name: 'daemon', image: 'daemon:1', resources: { requests: { cpu: '100m' } } };
  const template = { serviceAccountName: 'agent', nodeSelector: FLEET, containers: [small] };
  await cluster.addDaemonSet({ name: 'agent', template });
  await cluster.addDaemonSet({ name: 'identity', template: { nodeSelector: { ...FLEET, pool: 'gpu' } } });
  const spec = { minReadySeconds: 8 };
  await cluster.addDaemonSet({ name: 'logs', template: { nodeSelector: { ...FLEET, ...SITE } }, spec });
  await each(nodesOfPools(), (node) => cluster.addNodes([node]));
  await riptides.define();
  for (const [index, node] of nameNodes('gpu', POOLS.gpu).entries()) {
    const version = index < 3 ? 'v0.5.9' : 'v0.5.10';
    const instance = `i-${String(index).padStart(17, '0')}`;
    await cluster.patchNode(node, { spec: { providerID: `aws:///eu-west-1b/${instance}` } });
    const versions = { 'status:daemon:version': version, 'status:driver:version': 'v0.5.13' };
    const said = { 'awsiid:instance:id': instance, ...versions };
    await riptides.register({ name: `of-${node}`, workloadID: `riptides/daemon/1/eu-west-1/${instance}`, said });
  }
  await cluster.waitForReady('agent', SIZE);
}

function nodesOfPools(): readonly Parameters<Cluster['addNodes']>[0][number][] {
  return Object.entries(POOLS).flatMap(([pool, count]) =>
    nameNodes(pool, count).map((name, index) => ({
      name,
      labels: {
        pool,
        ...FLEET,
        ...(pool === 'edge' && SITE),
        ...(name === 'general-1' && { spare: 'yes', ...SITE }),
        ...(pool === 'edge' && index >= POOLS.edge - 3 && { disk: 'old' }),
      },
    })),
  );
}

interface Staff {
  readonly plane: ControlPlane;
  readonly folder: string;
  readonly policies: readonly string[];
  readonly alertmanager: string;
}

/** The leader, whose first life wrote what its journal is extended by; and another replica, which wants the same file and cannot have it. */
async function startPair(staff: Staff): Promise<readonly [Collector, Collector]> {
  const { plane, folder, policies, alertmanager } = staff;
  const journal = join(folder, 'journal.db');
  const start = (...flags: readonly string[]): Promise<Collector> =>
    startCollector({
      kubeconfig: plane.kubeconfigPath,
      policies,
      flags: ['--journal', journal, '--cluster', CLUSTER, ...flags],
    });
  await writePast(await start(), journal);
  await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name: COLLECTOR_NAMESPACE } } });
  const all = ['--leader-elect', '--node-conditions', '--alertmanager', alertmanager, '--memory-limit', '2Gi'];
  const leader = await start(...all);
  await waitFor(async () => (await leader.total('rollcall_expected_nodes')) > 0, { what: 'the first replica to lead' });
  return [leader, await start(...all)];
}

async function writePast(first: Collector, journal: string): Promise<void> {
  const known = async (): Promise<boolean> => (await first.total('rollcall_covered_nodes')) >= POOLS.edge;
  await waitFor(known, { what: 'the first collector to know the nodes' });
  await delay(FIRST_LIFE_MS);
  await first.terminate();
  await first.stop();
  writeHistory(journal, HISTORY_DAYS, SEED);
}

async function startWithRules(
  replicas: readonly Collector[],
  folder: string,
  policies: readonly string[],
): Promise<Prometheus> {
  const [from, to] = [join(folder, 'policies'), join(folder, 'rules')];
  await mkdir(from);
  for (const [index, policy] of policies.entries()) await writeFile(join(from, `${index}.yaml`), policy);
  const flags = ['--policies', from, '--out', to, '--speed', String(SPEED), '--format', 'plain'];
  const { code, err } = await runRollcall('generate', 'rules', ...flags);
  if (code !== 0) throw new Error(`generate rules: ${err}`);
  const files = await readdir(to);
  return startPrometheus({
    targets: replicas.map(({ url }) => new URL(url).host),
    scrapeIntervalSeconds: 1,
    honorLabels: true,
    ruleFiles: await Promise.all(files.map((name) => readFile(join(to, name), 'utf8'))),
  });
}

/** Everything but the outage; the returned function ends what goes on. */
function makeTrouble(plane: ControlPlane, cluster: Cluster): () => void {
  let times = 0;
  const again = async (): Promise<void> => {
    const turn = ++times;
    if (turn <= MOST_MORE) await joinOneMore(cluster, turn);
    await crashNow(plane, cluster, turn);
    await failToPlace(cluster);
    await flood(plane, STRANGERS + turn * 10, STRANGERS + turn * 10 + 10);
  };
  const trouble = setInterval(() => void again().catch((error: unknown) => console.error(error)), TROUBLE_EVERY_MS);
  const work = Promise.all([joinLate(plane, cluster), startRollout(plane, 'logs'), flood(plane, 0, STRANGERS)]).then(
    () => loseNode(cluster),
  );
  // What went wrong is then missing in Prometheus.
  work.catch((error: unknown) => console.error(error));
  return () => clearInterval(trouble);
}

/** What must be there before the scene is whole; the rest follows from it. */
const SIGNALS = [
  'rollcall_attainment_ratio{window="30d"}',
  'rollcall_budget_remaining_ratio{window="30d"}',
  'rollcall_joins_total{outcome="late"} > 0',
  'rollcall_joins_total{outcome="in_time"} > 0',
  'increase(rollcall_daemon_restarts_total{reason="OOMKilled"}[1m]) > 0',
  'rollcall_failed_scheduling_total{reason="Unschedulable"} > 0',
  'rollcall_maintenance_active == 1',
  'rollcall_stray_nodes > 0',
  'rollcall_excluded_nodes{rule="spare"} > 0',
  'rollcall_excused_nodes{reason="Exempt"} > 0',
  'rollcall_excused_nodes{reason="Maintenance"} > 0',
  'rollcall_uncovered_nodes{reason="IngestionLagging"} > 0',
  'rollcall_uncovered_nodes{reason="InsufficientResources"} > 0',
  'rollcall_uncovered_nodes{reason=~"NodeNotReady|NodeUnreachable"} > 0',
  'rollcall_kube_events_dropped_total{where="evidence"} > 0',
  'rollcall_journal_state{state="locked"} > 0',
  'rollcall_heartbeats_refused_total > 0',
  'rollcall_version_nodes{component="daemon",version="v0.5.9"}',
  'rollcall_worst_node{by="lag"}',
  'rollcall_worst_node{by="memory"}',
  'rollcall_worst_node{by="restarts"}',
  'rollcall_daemon_cpu_cores{quantile="0.99"}',
  'rollcall_covered_nodes{daemonset="logs"} - rollcall_current_nodes{daemonset="logs"} > 0',
  'rate(rollcall_ingestion_lag_seconds_bucket[1m]) > 0',
  'ALERTS{alertstate="firing",alertname="NodeUncovered"}',
] as const;

async function expectSignals(prometheus: Prometheus): Promise<true> {
  const missing: string[] = [];
  for (const signal of SIGNALS) if ((await prometheus.query(signal)).length === 0) missing.push(signal);
  if (missing.length > 0) throw new Error(`no ${missing.join(', no ')}`);
  return true;
}
