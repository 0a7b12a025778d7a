/** A small cluster in which things go wrong, one after the other, as their controllers would leave it. */
import type { Manifest } from '@rollcall/embedded-kube';
import { DAEMON } from './daemon-objects.ts';

/** What a scene needs of the API: `apply` replaces the object as a whole. */
export interface Stage {
  apply(object: Manifest): void;
  deletePod(name: string): void;
  /** The API server answers nobody any more. */
  cutOff(): Promise<void>;
}

/** One thing that goes wrong; the cluster stays as the scenes before have left it, unless `mends` puts it right again. */
export interface Scene {
  readonly title: string;
  play(stage: Stage): Promise<void> | void;
  mend?(stage: Stage): void;
}

const SELECTED = { 'example.com/team': 'platform' };
const OLD = '2026-01-10T08:00:00Z';
const SET_UID = '7d0b6f0e-93a1-4a3c-8e5d-2f6f5d0c1b2a';

interface NodeWish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly ready?: string;
  readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  readonly created?: string;
}

/** Node `n1` to `n6`, alternately of two pools. */
export function node(number: number, wish: NodeWish = {}): Manifest {
  const { labels = SELECTED, ready = 'True', taints = [], created = OLD } = wish;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `n${number}`,
      creationTimestamp: created,
      labels: { ...labels, 'karpenter.sh/nodepool': number % 2 === 0 ? 'even' : 'odd' },
    },
    spec: { taints: taints.map((taint) => ({ ...taint, timeAdded: new Date().toISOString() })) },
    status: {
      conditions: [{ type: 'Ready', status: ready, reason: 'Kubelet', lastTransitionTime: new Date().toISOString() }],
    },
  };
}

/** The daemon's pod of a node; `waiting` is the reason of a container that does not run. */
export function pod(number: number, { ready = true, waiting }: { ready?: boolean; waiting?: string } = {}): Manifest {
  const status = ready ? 'True' : 'False';
  const condition = (type: string, own: string): object => ({ type, status: own, lastTransitionTime: OLD });
  const state = waiting === undefined ? { running: { startedAt: OLD } } : { waiting: { reason: waiting } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${DAEMON.name}-n${number}`,
      namespace: DAEMON.namespace,
      creationTimestamp: OLD,
      labels: { app: DAEMON.name, 'controller-revision-hash': 'h1' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: DAEMON.name, uid: SET_UID, controller: true },
      ],
    },
    spec: { nodeName: `n${number}`, containers: [{ name: 'agent', image: 'agent' }] },
    status: {
      phase: 'Running',
      conditions: [condition('PodScheduled', 'True'), condition('Initialized', 'True'), condition('Ready', status)],
      containerStatuses: [{ name: 'agent', image: 'agent', imageID: '', ready, restartCount: 0, state }],
    },
  };
}

/** The DaemonSet, with the counts that its controller would write. */
export function daemonSet(desired: number, ready: number): Manifest {
  const template = { metadata: { labels: { app: DAEMON.name } }, spec: { nodeSelector: SELECTED, containers: [] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { ...DAEMON, uid: SET_UID, creationTimestamp: OLD },
    spec: { selector: { matchLabels: { app: DAEMON.name } }, template },
    status: {
      observedGeneration: 1,
      currentNumberScheduled: desired,
      numberMisscheduled: 0,
      desiredNumberScheduled: desired,
      numberReady: ready,
      numberAvailable: ready,
      updatedNumberScheduled: desired,
    },
  };
}

const unreachable = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: 'node.kubernetes.io/unreachable', effect }));

/** In this order. */
export const SCENES: readonly Scene[] = [
  { title: 'all is well', play: () => undefined },
  {
    title: 'n1 lost the label that the DaemonSet selects by; its controller deleted the pod',
    play: ({ apply, deletePod }) => {
      apply(node(1, { labels: {} }));
      deletePod(`${DAEMON.name}-n1`);
      apply(daemonSet(5, 5));
    },
    mend: ({ apply }) => {
      apply(node(1));
      apply(pod(1));
      apply(daemonSet(6, 6));
    },
  },
  {
    title: 'n2 died: unreachable, its pod not ready',
    play: ({ apply }) => {
      apply(node(2, { ready: 'Unknown', taints: unreachable }));
      apply(pod(2, { ready: false }));
      apply(daemonSet(6, 5));
    },
    mend: ({ apply }) => {
      apply(node(2));
      apply(pod(2));
      apply(daemonSet(6, 6));
    },
  },
  {
    title: 'n3 got a taint from a tool, and lost its pod',
    play: ({ apply, deletePod }) => {
      apply(node(3, { taints: [{ key: 'example.com/quarantine', effect: 'NoExecute' }] }));
      deletePod(`${DAEMON.name}-n3`);
      apply(daemonSet(5, 5));
    },
    mend: ({ apply }) => {
      apply(node(3));
      apply(pod(3));
      apply(daemonSet(6, 6));
    },
  },
  {
    title: 'n4 crashes',
    play: ({ apply }) => {
      apply(pod(4, { ready: false, waiting: 'CrashLoopBackOff' }));
      apply(daemonSet(6, 5));
    },
    mend: ({ apply }) => {
      apply(pod(4));
      apply(daemonSet(6, 6));
    },
  },
  {
    title: 'n7 has just joined, and has no pod yet',
    play: ({ apply }) => {
      const notReady = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
      apply(node(7, { ready: 'False', taints: notReady, created: new Date().toISOString() }));
    },
    mend: ({ apply }) => {
      apply(node(7));
      apply(pod(7));
      apply(daemonSet(7, 7));
    },
  },
  {
    title: 'the API server has not answered for 45 s',
    play: ({ cutOff }) => cutOff(),
  },
];
