/** One look and a live collector judge one cluster alike, whatever it holds. */
import type { NodeAnswer, PolicyAnswer, PolicySummary } from '@rollcall/contract';
import { createWorld, type KubeObject } from '@rollcall/embedded-kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { HOSTILE } from '../watch/project-hostile.cases.ts';
import { systemClock, systemTimers } from './system-clock.ts';
import { takeRoll } from './take-roll.ts';
import { startServe, type RunningServe } from './test-run.ts';

let cluster: TestKube;
let collector: RunningServe | undefined;

beforeEach(async () => {
  cluster = await startTestKube();
});
afterEach(async () => {
  await collector?.interrupt();
  collector = undefined;
  await cluster.stop();
});

interface Verdicts {
  readonly policies: readonly object[];
  readonly nodes: readonly string[];
}

function describeNode({ node, pool, state, reason, owner, message, eligible, pod, findings }: NodeAnswer): string {
  const codes = findings.map(({ code }) => code).join();
  return [node, pool, state, reason, owner, eligible, pod, codes, message].join(' ');
}

/** What does not depend on when it was asked. */
function describePolicy(answer: PolicySummary | PolicyAnswer): object {
  const { namespace, daemonset, counts, worstReason, conditions, denominator } = answer;
  const { reasons, excuses, pools, controller } = { reasons: [], excuses: [], pools: [], controller: null, ...answer };
  const { desired, divergence } = controller ?? {};
  return {
    namespace,
    daemonset,
    counts,
    worstReason,
    conditions,
    denominator,
    reasons,
    excuses,
    pools,
    desired,
    divergence,
  };
}

async function look(discover?: boolean): Promise<Verdicts> {
  const connection = await cluster.connect({ ...systemClock, ...systemTimers });
  const { answers } = await takeRoll({
    connection,
    policies: [],
    daemonSources: [],
    discover,
    collectorNamespace: 'rollcall-system',
  });
  const policies = answers.policies();
  return {
    policies: policies.map(({ namespace, daemonset }, at) =>
      describePolicy(answers.policy(namespace, daemonset) ?? policies[at] ?? expect.fail('no such policy')),
    ),
    nodes: policies.flatMap(({ namespace, daemonset }) =>
      [undefined, 'outOfScope' as const].flatMap((state) =>
        (answers.nodes(namespace, daemonset, { limit: Infinity, state })?.items ?? []).map(describeNode),
      ),
    ),
  };
}

async function ask(running: RunningServe): Promise<Verdicts> {
  const policies = await running.policies();
  const answers = policies.map(async ({ namespace, daemonset }, at) => {
    const { status, body } = await running.ask(`/api/v1/coverage/${namespace}/${daemonset}`);
    return describePolicy(status === 200 ? (JSON.parse(body) as PolicyAnswer) : (policies[at] as PolicySummary));
  });
  const nodes = policies.flatMap(({ namespace, daemonset }) =>
    ['limit=5000', 'limit=5000&state=outOfScope'].map((query) => running.nodes(`${namespace}/${daemonset}`, query)),
  );
  return { policies: await Promise.all(answers), nodes: (await Promise.all(nodes)).flat().map(describeNode) };
}

/** A collector that has listed everything; `names` of its DaemonSets have to be there. */
async function settle(flags: readonly string[], count: number): Promise<RunningServe> {
  collector = await startServe(['--kubeconfig', cluster.kubeconfig, ...flags]);
  const running = collector;
  await until(async () => (await running.isReady()) && (await running.policies()).length === count, 'ready');
  return running;
}

const INCIDENTS = ['drain', 'labelLost', 'taint', 'crashLoop', 'imagePull', 'nodeNotReady', 'nodeUnreachable'] as const;

/** A living cluster that was stopped in the middle of an incident of each kind. */
function stopWorld(): void {
  const { store } = cluster.kube;
  const start = Date.now() - 200_000;
  const world = createWorld({ store, seed: 7, now: start, nodes: 60, incidents: [] });
  for (const kind of INCIDENTS) world.start(kind, { seconds: 3_600 });
  for (let seconds = 1; seconds <= 200; seconds += 1) world.step(start + seconds * 1_000);
}

describe('one look and a live collector', () => {
  test('judge a living cluster at rest alike', async () => {
    stopWorld();
    const live = await ask(await settle(['--discover'], 3));
    expect(await look()).toEqual(live);
    expect(live.nodes.length).toBeGreaterThan(150);
    const states = new Set(live.nodes.map((text) => text.split(' ')[2]));
    expect([...states]).toEqual(expect.arrayContaining(['covered', 'uncovered', 'excused', 'outOfScope']));
  });

  test('find the same policies, the rejected ones included', async () => {
    for (const node of ['n1', 'n2']) cluster.node(node, { pool: 'p' }, node === 'n2' ? 'False' : 'True');
    for (const name of ['a', 'b']) {
      cluster.daemonSet(name);
      cluster.pod(name, 'n1');
    }
    cluster.crd();
    cluster.policy('a', { spec: { nodes: { minimum: { p: 3 }, poolLabels: ['pool'] } } });
    cluster.policy('second', { daemonset: { name: 'a' }, created: '2999-01-01T00:00:00Z' });
    cluster.policy('bad', { daemonset: { name: 'b', namespace: 'far' } });
    cluster.policy('absent');
    const live = await ask(await settle([], 4));
    expect(await look()).toEqual(live);
    expect(live.nodes.map((text) => text.split(' ', 4).join(' '))).toContain(' p uncovered NodeMissing');
  });
});

/** Puts a hostile object into the store past its checks, under a name and the identity of an object that was well. */
function inject(kind: string, n: number, raw: object): void {
  const { store } = cluster.kube;
  const { registry } = store;
  const name = `hostile-${n}`;
  const namespace = kind === 'Node' ? {} : { namespace: 'hostile' };
  const apiVersion = kind === 'DaemonSet' ? 'apps/v1' : 'v1';
  const well = store.apply({ apiVersion, kind, metadata: { name, ...namespace } });
  const type = registry.types().find((own) => own.kind === kind) ?? expect.fail(`${kind} is not served`);
  const hostile = structuredClone(raw) as Partial<KubeObject>;
  // Any other change, for a version of its own.
  store.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'other', annotations: { after: `${kind} ${n}` } },
  });
  const metadata = { ...hostile.metadata, ...well.metadata, resourceVersion: store.resourceVersion() };
  const labels = hostile.metadata?.labels;
  const own = { ...hostile, apiVersion, kind, metadata: labels === undefined ? metadata : { ...metadata, labels } };
  registry.collection(type).put(own, registry.revision());
}

test('malformed and hostile objects crash nothing and change the verdict of no other node', async () => {
  // What is of another shape than Kubernetes' has no protobuf form: an API server could not even send it.
  cluster.kube.faults.speakJsonOnly(true);
  for (const node of ['n1', 'n2']) cluster.node(node);
  cluster.daemonSet('a');
  cluster.pod('a', 'n1');
  const running = await settle(['--discover'], 1);
  const well = await ask(running);
  for (const kind of ['Node', 'DaemonSet', 'Pod']) for (const [n, [, raw]] of HOSTILE.entries()) inject(kind, n, raw);
  expect(HOSTILE.length).toBeGreaterThanOrEqual(40);
  await until(async () => (await running.policies()).length === 1 + HOSTILE.length, 'a policy for each DaemonSet');
  await until(running.isReady, 'ready');
  const live = await ask(running);
  const others = ({ nodes }: Verdicts): readonly string[] =>
    nodes.filter((text) => /^n\d /.test(text) && text.includes('agents/a'));
  expect(others(live)).toEqual(well.nodes);
  expect(others(live).map((text) => text.split(' ')[2])).toEqual(['covered', 'uncovered']);
  expect((await running.ask('/metrics')).status).toBe(200);
  expect(running.lines().filter(({ level, msg }) => level >= 50 || msg.includes('passed over'))).toEqual([]);
  // What changed under its eyes it remembers; one that begins now judges as a look does.
  await running.interrupt();
  const fresh = await ask(await settle(['--discover'], 1 + HOSTILE.length));
  expect(await look(true)).toEqual(fresh);
  expect(others(fresh)).toEqual(well.nodes);
});
