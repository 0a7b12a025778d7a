/** Makes the scene of a fault out of Kubernetes objects, and clears it away. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { ApiError, BY_HAND, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createAgents } from './agents.ts';
import type { SceneShape } from './fault.ts';
import { startKubelet, type Kubelet } from './kubelet.ts';
import type { ScenePod } from './pod-script.ts';
import { each, HOME, type Scene, type SceneSize } from './scene.ts';
import { removeObject, type Stage } from './stage.ts';

type Request = ControlPlane['request'];

const MERGE = 'application/strategic-merge-patch+json';
const DAEMON = 'agent';
const POLICIES = `/apis/rollcall.dev/v1alpha1/namespaces/${COLLECTOR_NAMESPACE}/daemoncoverages`;
const LEASE_MS = 10_000;

/** The manifest of a fault's DaemonSet. */
function daemonSetOf(fault: SceneShape, name: string): object {
  const labels = { app: DAEMON };
  const annotations = fault.byHand ? { [BY_HAND]: 'yes' } : {};
  const template = { containers: [{ name: 'daemon', image: 'daemon:1' }], nodeSelector: { scene: name } };
  return {
    metadata: { name: DAEMON },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations, ...fault.templateMetadata },
        spec: { ...template, ...fault.template },
      },
      ...fault.spec,
    },
  };
}

/** The manifest of a fault's policy: nodes are new here, that must not excuse them, and the shortest start deadline that there is. */
function policyOf({ policy }: SceneShape, { name, nodes }: SceneSize): object {
  const spec = {
    daemonSet: { name: DAEMON, namespace: `f-${name}` },
    grace: { joining: '0s' },
    health: { pod: { startDeadline: '10s' } },
    ...(typeof policy === 'function' ? policy({ name, nodes }) : policy),
  };
  return { apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage', metadata: { name }, spec };
}

/** The manifest of the `index`-th node. */
function nodeOf({ node = {} }: SceneShape, { name, index }: { readonly name: string; readonly index: number }): object {
  const alive = node.silent ? {} : { kwok: 'yes' };
  const room = node.allocatable && { cpu: '1k', memory: '1Ti', pods: '110', ...node.allocatable };
  return {
    metadata: {
      name: `${name}-${index}`,
      labels: { scene: name, [HOME]: name, 'kubernetes.io/hostname': `${name}-${index}`, ...alive, ...node.labels },
    },
    spec: { taints: node.taints, providerID: node.providerId?.(index) },
    status: room && { allocatable: room, capacity: room },
  };
}

/** Opens the scene of a fault with so many nodes: namespace, nodes, policy, and what `prepare` asks for. */
export async function openScene(stage: Stage, fault: SceneShape, size: SceneSize): Promise<Scene> {
  const { name } = size;
  const { request } = stage.plane;
  const namespace = `f-${name}`;
  const labels = fault.namespaceLabels ?? {};
  await request('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace, labels } } });
  await waitFor(() => request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`), {
    what: `the default service account of ${namespace}`,
  });
  const nodes = Array.from({ length: size.nodes }, (_, index) => `${name}-${index}`);
  await each(nodes, (_, index) => request('POST', '/api/v1/nodes', { body: nodeOf(fault, { name, index }) }));
  if (!fault.node?.silent) await waitFor(() => areReady(request, size), { what: `the nodes of ${name} to be Ready` });
  await request('POST', POLICIES, { body: policyOf(fault, size) });
  return createScene(stage, fault, { name, nodes });
}

interface Cast {
  readonly name: string;
  readonly nodes: readonly string[];
}

function createScene(stage: Stage, fault: SceneShape, { name, nodes }: Cast): Scene {
  const { request } = stage.plane;
  const namespace = `f-${name}`;
  const scene = { ...objectWords(stage, { name, nodes }), ...nodeWords(request, nodes) };
  const daemons = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
  const kubelets: Kubelet[] = [];
  const whole: Scene = {
    ...scene,
    ...podWords(request, { namespace, nodes }),
    name,
    namespace,
    nodes,
    stage,
    request,
    addDaemonSet: () => request('POST', daemons, { body: daemonSetOf(fault, name) }),
    patchDaemonSet: (body) => request('PATCH', `${daemons}/${DAEMON}`, { body, contentType: MERGE }),
    seeReason: (wanted) => waitFor(() => isGiven(stage, { namespace, nodes }, wanted), { what: wanted }),
    seeCovered: () =>
      waitFor(async () => (await stage.collector.policy(`${namespace}/${DAEMON}`)).counts.covered === nodes.length, {
        what: 'all nodes to be covered',
        deadlineMs: 120_000,
      }),
    writePods: async (writer) => {
      kubelets.splice(0).forEach((kubelet) => kubelet.rest());
      kubelets.push(await startKubelet(whole, writer));
    },
    agents: createAgents(() => whole),
    close: async () => {
      await whole.agents.end();
      kubelets.forEach((kubelet) => kubelet.rest());
      await scene.close();
    },
  };
  return whole;
}

async function areReady(request: Request, { name, nodes }: SceneSize): Promise<boolean> {
  type Nodes = { items: readonly { spec: { taints?: readonly { key: string }[] }; status: ScenePod['status'] }[] };
  const { items } = await request<Nodes>('GET', `/api/v1/nodes?labelSelector=${HOME}%3D${name}&resourceVersion=0`);
  const ready = items.filter(
    ({ spec, status }) =>
      status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') &&
      !spec.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready'),
  );
  return ready.length === nodes;
}

async function isGiven(stage: Stage, of: Pick<Scene, 'namespace' | 'nodes'>, wanted: string): Promise<boolean> {
  const { reasons } = await stage.collector.policy(`${of.namespace}/${DAEMON}`);
  return reasons.find(({ reason }) => reason === wanted)?.nodes === of.nodes.length;
}

type ObjectWords = Pick<Scene, 'make' | 'makeGlobal' | 'remove' | 'hasEvent' | 'close'>;

function objectWords(stage: Stage, of: { readonly name: string; readonly nodes: readonly string[] }): ObjectWords {
  const { request } = stage.plane;
  const { name, nodes } = of;
  const namespace = `f-${name}`;
  const root = `/api/v1/namespaces/${namespace}`;
  const inside = (resource: string): string => (resource.startsWith('/') ? resource : `${root}/${resource}`);
  const globals = new Set<string>();
  const remove = async (path: string): Promise<void> => {
    globals.delete(path);
    await removeObject(stage.plane, inside(path));
  };
  return {
    make: (resource, body) => request('POST', inside(resource), { body }),
    makeGlobal: (path, body) => {
      globals.add(`${path}/${(body as { metadata: { name: string } }).metadata.name}`);
      return request('POST', path, { body });
    },
    remove,
    hasEvent: async (pattern) => {
      type Events = { items: readonly { readonly message?: string }[] };
      const { items } = await request<Events>('GET', `${root}/events?resourceVersion=0`);
      return items.some(({ message = '' }) => pattern.test(message));
    },
    close: async () => {
      for (const path of globals) await remove(path);
      await remove(`${POLICIES}/${name}`);
      const daemonSet = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${DAEMON}?propagationPolicy=Background`;
      // What protected it may be known to the API server for a moment yet.
      await waitFor(async () => (await remove(daemonSet), true), { what: `${namespace} to be cleared` });
      await each(nodes, (node) => remove(`/api/v1/nodes/${node}`));
      // Of a namespace that is on its way out already the server says so.
      await remove(`/api/v1/namespaces/${namespace}`).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 409) throw error;
      });
    },
  };
}

type PodWords = Pick<Scene, 'pods' | 'deletePods' | 'addForeignPods'>;

function podWords(request: Request, of: { readonly namespace: string; readonly nodes: readonly string[] }): PodWords {
  const path = `/api/v1/namespaces/${of.namespace}/pods`;
  const pods: Scene['pods'] = async () =>
    (await request<{ items: ScenePod[] }>('GET', `${path}?labelSelector=app%3D${DAEMON}&resourceVersion=0`)).items;
  return {
    pods,
    deletePods: async (graceSeconds) => {
      const body = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds };
      await each(await pods(), async ({ metadata }) => {
        await request('DELETE', `${path}/${metadata.name}`, { body }).catch((error: unknown) => {
          if (!(error instanceof ApiError) || error.status !== 404) throw error;
        });
      });
    },
    addForeignPods: (spec, labels = {}) =>
      each(of.nodes, (nodeName) =>
        request('POST', path, {
          body: {
            metadata: { name: `foreign-${nodeName}`, labels },
            spec: { nodeName, tolerations: [{ operator: 'Exists' }], containers: [FOREIGN], ...spec },
          },
        }),
      ),
  };
}

const FOREIGN = { name: 'foreign', image: 'foreign:1' };

type NodeWords = Pick<Scene, 'patchNodes' | 'setNodeConditions' | 'silence' | 'takeNodes' | 'revive'> & {
  readonly close: () => Promise<void>;
};

function nodeWords(request: Request, nodes: readonly string[]): Omit<NodeWords, 'close'> {
  const patchNodes = (body: object): Promise<void> =>
    each(nodes, (node) => request('PATCH', `/api/v1/nodes/${node}`, { body }));
  let renewing: NodeJS.Timeout | undefined;
  const renew = (): Promise<void> =>
    each(nodes, async (node) => {
      const body = { spec: { renewTime: new Date().toISOString().replace('Z', '000Z') } };
      const lease = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`;
      // The node, and with it its Lease, may be gone with the scene.
      await request('PATCH', lease, { body }).catch(() => clearInterval(renewing));
    });
  return {
    patchNodes,
    setNodeConditions: (conditions) =>
      each(nodes, (node) =>
        request('PATCH', `/api/v1/nodes/${node}/status`, { body: { status: { conditions } }, contentType: MERGE }),
      ),
    silence: () => patchNodes({ metadata: { labels: { kwok: null } } }),
    takeNodes: async () => {
      await patchNodes({ metadata: { labels: { kwok: null } } });
      renewing = setInterval(() => void renew(), LEASE_MS);
      renewing.unref();
    },
    revive: () => {
      clearInterval(renewing);
      return patchNodes({ metadata: { labels: { kwok: 'yes' } } });
    },
  };
}
