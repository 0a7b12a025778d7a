/** An embedded Kubernetes API for tests beside the shell: levers for nodes, DaemonSets, pods and policies, and a kubeconfig to it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  daemonCoverageCrd,
  maintenanceWindowCrd,
  POLICY_API_VERSION,
  POLICY_KIND,
  type PolicyCondition,
} from '@rollcall/contract';
import { startEmbeddedKube, type EmbeddedKube, type EmbeddedKubeOptions, type Manifest } from '@rollcall/embedded-kube';
import { loadConnection, type Clock, type Connection, type Timers } from '@rollcall/kube';

const LONG_AGO = new Date(Date.now() - 24 * 3_600_000).toISOString().replace(/\.\d+/, '');

/** What a case may say of an object; everything else is well and a day old. */
export interface DaemonSetWish {
  readonly namespace?: string;
  readonly uid?: string;
  /** matchLabels and labels of the pods; `app: <name>` if absent. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/** What a case may say of a daemon pod. */
export interface PodWish {
  readonly namespace?: string;
  readonly ready?: boolean;
  /** What makes the container wait. */
  readonly waiting?: { readonly reason: string; readonly message: string };
}

/** What a case may say of a policy; `daemonset` is the DaemonSet's name, by default the policy's. */
export interface PolicyWish {
  readonly namespace?: string;
  readonly daemonset?: object;
  readonly spec?: object;
  /** RFC 3339; a day ago if absent. */
  readonly created?: string;
}

/** A running API; whoever set it stops it. Objects live in the namespace `agents` unless a wish says otherwise. */
export interface TestKube {
  readonly kube: EmbeddedKube;
  /** A folder of the case's own, and a kubeconfig in it. */
  readonly folder: string;
  readonly kubeconfig: string;
  connect(time: Clock & Timers): Promise<Connection>;
  node(name: string, labels?: Readonly<Record<string, string>>, ready?: string): void;
  daemonSet(name: string, wish?: DaemonSetWish): void;
  /** A pod of that DaemonSet, which must exist; its name is `<daemonset>-<node>`. */
  pod(daemonSet: string, node: string, wish?: PodWish): void;
  crd(): void;
  policy(name: string, wish?: PolicyWish): void;
  /** The Ready condition in a policy's status. */
  ready(name: string, namespace?: string): PolicyCondition | undefined;
  delete(kind: string, name: string, namespace?: string): void;
  stop(): Promise<void>;
}

/** Starts an API without any node. */
export async function startTestKube(options: EmbeddedKubeOptions = {}): Promise<TestKube> {
  const kube = await startEmbeddedKube(options);
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-kube-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(describeAccess(kube.url)));
  const connections: Connection[] = [];
  return {
    kube,
    folder,
    kubeconfig,
    connect: async (time) => {
      const connection = await connectTo(kube.url, time);
      connections.push(connection);
      return connection;
    },
    ...createLevers(kube),
    stop: async () => {
      for (const connection of connections) connection.close();
      await kube.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A connection by the server's address alone. */
export function connectTo(server: string, time: Clock & Timers): Promise<Connection> {
  const readFile = (): Promise<string> => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  return loadConnection({ server, env: {}, readFile, clock: time, timers: time, version: '0.1.0' });
}

function describeAccess(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    contexts: [{ name: 'test', context: { cluster: 'test' } }],
    'current-context': 'test',
  };
}

function createLevers({ store }: EmbeddedKube): Omit<TestKube, 'kube' | 'folder' | 'kubeconfig' | 'connect' | 'stop'> {
  return {
    node: (name, labels = {}, ready = 'True') => void store.apply(nodeManifest(name, labels, ready)),
    daemonSet: (name, wish = {}) => {
      store.apply(daemonSetManifest(name, wish));
      store.apply(
        revisionManifest(name, wish.namespace, store.get(refTo('DaemonSet', name, wish.namespace))?.metadata.uid),
      );
    },
    pod: (daemonSet, node, wish = {}) => {
      const owner = store.get(refTo('DaemonSet', daemonSet, wish.namespace));
      if (owner === undefined) throw new Error(`no DaemonSet ${daemonSet} owns that pod: make it first`);
      store.apply(podManifest(owner as unknown as Owner, node, wish));
    },
    crd: () => {
      store.apply(daemonCoverageCrd() as unknown as Manifest);
      store.apply(maintenanceWindowCrd() as unknown as Manifest);
    },
    policy: (name, { namespace = 'agents', daemonset, spec = {}, created = LONG_AGO } = {}) => {
      const manifest = {
        apiVersion: POLICY_API_VERSION,
        kind: POLICY_KIND,
        metadata: { name, namespace, creationTimestamp: created },
        spec: { daemonSet: { name, ...daemonset }, ...spec },
      };
      const known = store.get(refTo(POLICY_KIND, name, namespace));
      // An edit keeps the status, as the API does.
      store.apply(known === undefined ? manifest : { ...manifest, status: known['status'] });
    },
    ready: (name, namespace) => {
      const status = store.get(refTo(POLICY_KIND, name, namespace))?.['status'];
      const { conditions = [] } = (status ?? {}) as { conditions?: readonly PolicyCondition[] };
      return conditions.find(({ type }) => type === 'Ready');
    },
    delete: (kind, name, namespace) => store.delete(refTo(kind, name, namespace), { gracePeriodSeconds: 0 }),
  };
}

const CLUSTER_WIDE = ['Node', 'CustomResourceDefinition'];

function refTo(kind: string, name: string, namespace = 'agents'): { kind: string; name: string; namespace?: string } {
  return CLUSTER_WIDE.includes(kind) ? { kind, name } : { kind, name, namespace };
}

function nodeManifest(name: string, labels: Readonly<Record<string, string>>, ready: string): Manifest {
  const condition = { type: 'Ready', status: ready, reason: ready === 'True' ? 'KubeletReady' : 'KubeletNotReady' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, creationTimestamp: LONG_AGO },
    status: { conditions: [{ ...condition, lastTransitionTime: LONG_AGO }] },
  };
}

function daemonSetManifest(name: string, { namespace = 'agents', uid, labels, nodeSelector }: DaemonSetWish): Manifest {
  const matchLabels = labels ?? { app: name };
  const template = { metadata: { labels: matchLabels }, spec: { nodeSelector, containers: [{ name, image: name }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, creationTimestamp: LONG_AGO, ...(uid !== undefined && { uid }) },
    spec: { selector: { matchLabels }, template },
    status: { desiredNumberScheduled: 0, observedGeneration: 1 },
  };
}

const HASH_LABEL = 'controller-revision-hash';

function revisionManifest(name: string, namespace = 'agents', uid = ''): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: `${name}-h1`, namespace, labels: { [HASH_LABEL]: 'h1' }, ownerReferences: [ownerOf(name, uid)] },
    revision: 1,
  };
}

function ownerOf(name: string, uid: string): object {
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true };
}

interface Owner {
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string };
  readonly spec: { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
}

function podManifest({ metadata, spec }: Owner, node: string, { ready = true, waiting }: PodWish): Manifest {
  const status = ready && waiting === undefined ? 'True' : 'False';
  const state = waiting === undefined ? { running: { startedAt: LONG_AGO } } : { waiting };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-${node}`,
      namespace: metadata.namespace,
      creationTimestamp: LONG_AGO,
      labels: { ...spec.selector.matchLabels, [HASH_LABEL]: 'h1' },
      ownerReferences: [ownerOf(metadata.name, metadata.uid)],
    },
    spec: { nodeName: node, containers: [{ name: metadata.name, image: metadata.name }] },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: LONG_AGO },
        { type: 'Initialized', status: 'True', lastTransitionTime: LONG_AGO },
        { type: 'Ready', status, lastTransitionTime: LONG_AGO },
      ],
      containerStatuses: [
        { name: metadata.name, image: metadata.name, ready: status === 'True', restartCount: 0, state },
      ],
    },
  };
}
