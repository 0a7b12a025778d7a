/** The objects of the end-to-end tests: nodes that KWOK brings to life, and DaemonSets on them. */
import { ApiError, waitFor, type ControlPlane } from '../control-plane/index.ts';

/** Nodes with this label have KWOK as their kubelet; taking it off silences the kubelet. */
const ALIVE = { kwok: 'yes' };

/** A taint as the API takes it. */
export interface TaintObject {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** One node: its labels beside ALIVE, its taints. */
interface NodeWish {
  readonly name: string;
  /** A label of null is left out, be it one of ALIVE. */
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly TaintObject[];
}

/** One DaemonSet of the namespace `default`: fields of its pod template's spec, and of its own. */
interface DaemonSetWish {
  readonly name: string;
  readonly template?: object;
  readonly spec?: object;
}

/** A condition of a node or a pod. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** A DaemonSet's own count of itself. */
interface DaemonSetStatus {
  readonly desiredNumberScheduled: number;
  readonly numberReady: number;
}

/** A daemon pod, as far as tests look at it. */
interface DaemonPod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string; readonly affinity?: { readonly nodeAffinity?: NodeAffinity } };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly Condition[];
  };
}

interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: {
    readonly nodeSelectorTerms: readonly { readonly matchFields?: readonly { readonly values: readonly string[] }[] }[];
  };
}

/** What tests do to nodes. */
interface NodeWords {
  readonly addNodes: (nodes: readonly NodeWish[]) => Promise<void>;
  /** A merge patch of a node. */
  readonly patchNode: (name: string, patch: object, query?: string) => Promise<void>;
  /** Sets conditions of a node, by type. */
  readonly patchNodeStatus: (name: string, conditions: readonly Condition[]) => Promise<void>;
  /** Takes a node's kubelet away: its lease ends, its pods stay as they are. */
  readonly silence: (name: string) => Promise<void>;
  readonly deleteNode: (name: string) => Promise<void>;
  readonly taintsOf: (node: string) => Promise<readonly TaintObject[]>;
  /** The names of the nodes that there are, by their label `group`. */
  readonly nodesByGroup: () => Promise<Readonly<Record<string, readonly string[]>>>;
}

/** What tests do to DaemonSets of the namespace `default` and their pods. */
interface DaemonSetWords {
  readonly addDaemonSet: (wish: DaemonSetWish) => Promise<void>;
  readonly statusOf: (daemonset: string) => Promise<DaemonSetStatus>;
  /** Waits until the controller itself counts that many ready and wants no other number. */
  readonly waitForReady: (daemonset: string, count: number) => Promise<void>;
  readonly podsOf: (daemonset: string) => Promise<readonly DaemonPod[]>;
  readonly podOn: (daemonset: string, node: string) => Promise<DaemonPod>;
  /** Deletes a pod; one that is gone already is fine. */
  readonly deletePod: (name: string, graceSeconds?: number) => Promise<void>;
}

/** What tests do to a control plane, in their words. */
export type Cluster = NodeWords & DaemonSetWords;

type Request = ControlPlane['request'];

const DAEMONSETS = '/apis/apps/v1/namespaces/default/daemonsets';
const PODS = '/api/v1/namespaces/default/pods';

/** The manifest of a DaemonSet whose pods have the label `app` with its name. */
export function daemonSetManifest({ name, template = {}, spec = {} }: DaemonSetWish): object {
  const labels = { app: name };
  const podSpec = { containers: [{ name: 'daemon', image: 'daemon:1' }], ...template };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec }, ...spec },
  };
}

/** The names `prefix-0` to `prefix-(count-1)`. */
export function nameNodes(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/** The node that a pod is on, or that its affinity aims it at; undefined if neither says. */
export function nodeOf({ spec }: DaemonPod): string | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return spec.nodeName ?? required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values[0];
}

/** Whether a pod's Ready condition is True. */
export function isReady({ status }: DaemonPod): boolean {
  return !!status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

/** The words for a control plane. */
export function createCluster({ request }: Pick<ControlPlane, 'request'>): Cluster {
  return { ...nodeWords(request), ...daemonSetWords(request) };
}

function nodeWords(request: Request): NodeWords {
  const patchNode: NodeWords['patchNode'] = async (name, patch, query = '') => {
    await request('PATCH', `/api/v1/nodes/${name}${query}`, { body: patch });
  };
  return {
    addNodes: async (nodes) => {
      await Promise.all(nodes.map((node) => request('POST', '/api/v1/nodes', { body: nodeManifest(node) })));
    },
    patchNode,
    patchNodeStatus: async (name, conditions) => {
      const contentType = 'application/strategic-merge-patch+json';
      await request('PATCH', `/api/v1/nodes/${name}/status`, { body: { status: { conditions } }, contentType });
    },
    silence: (name) => patchNode(name, { metadata: { labels: { kwok: null } } }),
    deleteNode: async (name) => {
      await request('DELETE', `/api/v1/nodes/${name}`);
    },
    taintsOf: async (node) =>
      (await request<{ spec: { taints?: TaintObject[] } }>('GET', `/api/v1/nodes/${node}`)).spec.taints ?? [],
    nodesByGroup: async () => {
      type Nodes = { items: readonly { metadata: { name: string; labels: Readonly<Record<string, string>> } }[] };
      const { items } = await request<Nodes>('GET', '/api/v1/nodes');
      const groups = Map.groupBy(items, ({ metadata }) => metadata.labels['group'] ?? '');
      return Object.fromEntries(
        [...groups].map(([group, nodes]) => [group, nodes.map(({ metadata }) => metadata.name)]),
      );
    },
  };
}

function daemonSetWords(request: Request): DaemonSetWords {
  const statusOf: DaemonSetWords['statusOf'] = async (daemonset) =>
    (await request<{ status: DaemonSetStatus }>('GET', `${DAEMONSETS}/${daemonset}`)).status;
  const podsOf: DaemonSetWords['podsOf'] = async (daemonset) =>
    (await request<{ items: DaemonPod[] }>('GET', `${PODS}?labelSelector=app%3D${daemonset}`)).items;
  return {
    addDaemonSet: async (wish) => {
      await request('POST', DAEMONSETS, { body: daemonSetManifest(wish) });
    },
    statusOf,
    waitForReady: async (daemonset, count) => {
      const counted = async (): Promise<boolean> => {
        const { desiredNumberScheduled, numberReady } = await statusOf(daemonset);
        return desiredNumberScheduled === count && numberReady === count;
      };
      await waitFor(counted, { what: `${count} ready pods of ${daemonset}` });
    },
    podsOf,
    podOn: async (daemonset, node) => {
      const pods = await podsOf(daemonset);
      const found = pods.find(
        ({ spec, metadata }) => spec.nodeName === node && metadata.deletionTimestamp === undefined,
      );
      if (found === undefined) throw new Error(`${daemonset} has no pod on ${node}`);
      return found;
    },
    deletePod: async (name, graceSeconds) => {
      const body = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds };
      await request('DELETE', `${PODS}/${name}`, { body }).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
      });
    },
  };
}

function nodeManifest({ name, labels = {}, annotations = {}, taints = [] }: NodeWish): object {
  const kept = Object.entries({ ...ALIVE, ...labels }).filter(([, value]) => value !== null);
  return { metadata: { name, labels: Object.fromEntries(kept), annotations }, spec: { taints } };
}
