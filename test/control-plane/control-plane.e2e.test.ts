/** The control plane behaves as a real one, and its levers break what they say they break. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiError, connect, startControlPlane, waitFor, type ControlPlane } from './index.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
}
interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string; readonly conditions?: readonly Condition[] };
}
interface List<Item> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Item[];
}
interface Node {
  readonly spec: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
}

const labels = { app: 'daemon' };
const pods = '/api/v1/namespaces/default/pods';
const daemonsets = '/apis/apps/v1/namespaces/default/daemonsets';
let plane: ControlPlane;

async function createNode(name: string): Promise<void> {
  await plane.request('POST', '/api/v1/nodes', { body: { metadata: { name, labels: { kwok: 'yes' } } } });
}

async function listPods(): Promise<readonly Pod[]> {
  return (await plane.request<List<Pod>>('GET', `${pods}?labelSelector=app%3Ddaemon`)).items;
}

function isReady({ status }: Pod): boolean {
  return status.phase === 'Running' && !!status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
}

async function waitForReadyPods(count: number): Promise<readonly Pod[]> {
  return waitFor(
    async () => {
      const found = await listPods();
      return found.length === count && found.every(isReady) && found;
    },
    { what: `${count} Ready pods` },
  );
}

async function statusOf(refused: Promise<unknown>): Promise<number> {
  return refused.then(
    () => 200,
    (error: unknown) => {
      if (error instanceof ApiError) return error.status;
      throw error;
    },
  );
}

function report(what: string, since: number): void {
  console.log(`${what} after ${((performance.now() - since) / 1000).toFixed(1)} s`);
}

beforeAll(async () => {
  const started = performance.now();
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  report('control plane up', started);
}, 3_600_000);

afterAll(() => plane?.stop());

test('20 nodes get 20 running pods of a DaemonSet', async () => {
  const started = performance.now();
  const template = { metadata: { labels }, spec: { containers: [{ name: 'daemon', image: 'daemon:1' }] } };
  await plane.request('POST', daemonsets, {
    body: { metadata: { name: 'daemon' }, spec: { selector: { matchLabels: labels }, template } },
  });
  await Promise.all(Array.from({ length: 20 }, (_, index) => createNode(`n${index}`)));
  const running = await waitForReadyPods(20);
  report('20 pods Ready', started);

  expect(new Set(running.map((pod) => pod.spec.nodeName)).size).toBe(20);
}, 120_000);

test('a killed API server comes back with the same objects and the controllers go on', async () => {
  const before = await listPods();
  const started = performance.now();
  await plane.kill('kube-apiserver');
  await expect(listPods()).rejects.toThrow(/ECONNREFUSED|socket hang up|ECONNRESET/);
  await plane.start('kube-apiserver');
  report('API server killed and back', started);

  expect((await listPods()).map((pod) => pod.metadata.uid).toSorted()).toEqual(
    before.map((pod) => pod.metadata.uid).toSorted(),
  );
  await createNode('n20');
  await waitForReadyPods(21);
  report('new node covered', started);
}, 120_000);

test('compaction and a restart expire a continued list and an old watch', async () => {
  const page = await plane.request<List<Pod>>('GET', `${pods}?limit=5`);
  const annotate = { body: { metadata: { annotations: { touched: 'yes' } } } };
  await plane.request('PATCH', '/api/v1/nodes/n0', annotate);
  await plane.request('PATCH', `${pods}/${page.items[0]?.metadata.name}`, annotate);
  expect(await plane.compactEtcd()).toBeGreaterThan(Number(page.metadata.resourceVersion));
  await plane.kill('kube-apiserver');
  await plane.start('kube-apiserver');

  const next = `${pods}?limit=5&continue=${page.metadata.continue}`;
  expect(await statusOf(plane.request('GET', next))).toBe(410);
  const watch = `${pods}?watch=1&timeoutSeconds=5&resourceVersion=${page.metadata.resourceVersion}`;
  const event = await plane.request<{ type: string; object: { code: number; reason: string } }>('GET', watch);
  expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
}, 60_000);

test('a service account’s token may do what RBAC allows it and nothing else', async () => {
  await plane.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'reader' } } });
  await plane.request('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles', {
    body: { metadata: { name: 'reader' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
  });
  await plane.request('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    body: {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [
        { kind: 'ServiceAccount', name: 'reader', namespace: 'default' },
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' },
      ],
    },
  });
  const account = await connect(await plane.serviceAccountKubeconfig('default', 'reader'));
  const user = await connect(await plane.kubeconfig({ cn: 'ann', groups: ['readers'] }));
  for (const client of [account, user]) {
    await waitFor(() => client.request('GET', pods), { what: 'RBAC to see the new binding' });
    expect(await statusOf(client.request('GET', '/api/v1/nodes'))).toBe(403);
    client.close();
  }
  await expect(plane.serviceAccountKubeconfig('default', 'nobody')).rejects.toThrow('"nobody" not found');
});

test('a node without the label dies when the test says so, its pod stays Ready, and the label revives it', async () => {
  const started = performance.now();
  await plane.request('PATCH', '/api/v1/nodes/n1', { body: { metadata: { labels: { kwok: null } } } });
  const heartbeat = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' };
  await plane.request('PATCH', '/api/v1/nodes/n1/status', {
    body: { status: { conditions: [heartbeat] } },
    contentType: 'application/strategic-merge-patch+json',
  });
  const taints = await waitFor(
    async () => {
      const { spec } = await plane.request<Node>('GET', '/api/v1/nodes/n1');
      return spec.taints?.length === 2 && spec.taints;
    },
    { what: 'both taints of an unreachable node' },
  );
  report('dead node tainted', started);
  expect(taints.map(({ key, effect }) => `${key}:${effect}`).toSorted()).toEqual([
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ]);
  const onDeadNode = (await listPods()).filter((pod) => pod.spec.nodeName === 'n1');
  expect(onDeadNode.map(isReady)).toEqual([true]);

  await plane.request('PATCH', '/api/v1/nodes/n1', { body: { metadata: { labels: { kwok: 'yes' } } } });
  await waitFor(async () => (await plane.request<Node>('GET', '/api/v1/nodes/n1')).spec.taints === undefined, {
    what: 'the revived node to lose its taints',
  });
}, 120_000);

test('without the scheduler a new node’s pod stays Pending until it is back', async () => {
  await plane.kill('kube-scheduler');
  await createNode('n21');
  await waitFor(async () => (await listPods()).some((pod) => pod.spec.nodeName === undefined), {
    what: 'an unscheduled pod',
  });
  await plane.start('kube-scheduler');
  await waitFor(async () => (await listPods()).some((pod) => pod.spec.nodeName === 'n21' && isReady(pod)), {
    what: 'the pod of n21',
  });
}, 60_000);

test('a component that runs is not started twice, and each has a log', async () => {
  await expect(plane.start('kwok')).rejects.toThrow('kwok was started already: kill it first');
  expect(await plane.logs('kube-apiserver', 1_000)).toContain('Serving securely');
});
