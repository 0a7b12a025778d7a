/** Nodes with a canary each, and a collector that looks for them. */
import { join } from 'node:path';
import { startEmbeddedKube } from '@rollcall/embedded-kube';
import { stringify } from 'yaml';
import { writeFile } from 'node:fs/promises';
import { openWorkspace, type Workspace } from '../control-plane/workspace.ts';
import { startCollector, type Collector } from '../e2e/rollcall.ts';

/** The period of all canaries here: the shortest that there is. */
export const PERIOD_MS = 5_000;
/** How often the collector looks for canaries of that period. */
export const LOOK_MS = 2_000;
/** How old a missing canary is at least when it counts as lost. */
export const GRACE_MS = 20_000;

const PROGRAM = join(import.meta.dirname, '../../collector/bin/rollcall.js');

/** A fleet; whoever started it stops it. */
export interface Fleet {
  readonly workspace: Workspace;
  readonly collector: Collector;
  /** Starts a node's canary with these flags beside node and period; the answer ends it, and tells nothing of that to anybody. */
  startCanary(node: string, flags: readonly string[]): Promise<{ kill(): Promise<void> }>;
  /** What a canary writes to its standard error. */
  said(node: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the API of a cluster of these nodes and a collector with that connection, which is called `backend`; the policy may ask it queries, too. */
export async function startFleet(nodes: readonly string[], connection: string, queries?: object): Promise<Fleet> {
  const workspace = await openWorkspace();
  const kube = await startEmbeddedKube({});
  const uid = kube.store.apply(DAEMON_SET).metadata.uid ?? '';
  for (const name of nodes) {
    kube.store.apply(nodeManifest(name));
    kube.store.apply(podManifest(name, uid));
  }
  const kubeconfig = join(workspace.folder, 'kubeconfig');
  await writeFile(kubeconfig, stringify(describeAccess(kube.url)));
  const flags = ['--connection', `backend=${connection}`];
  const collector = await startCollector({ kubeconfig, policies: [stringify(makePolicy(queries))], flags });
  return {
    workspace,
    collector,
    startCanary: (node, own) => {
      const args = [PROGRAM, 'canary', '--node', node, '--period', `${PERIOD_MS / 1000}s`, ...own];
      return workspace.start({ name: `canary-${node}`, path: process.execPath, args });
    },
    said: (node) => workspace.logTail(`canary-${node}`),
    stop: async () => {
      await collector.stop();
      await kube.stop();
      await workspace.close();
    },
  };
}

function makePolicy(queries: object | undefined): object {
  return {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: 'logs', namespace: 'logging' },
    spec: {
      daemonSet: { name: 'logs' },
      health: { ingestion: { maxLag: '15s' } },
      telemetry: {
        ...(queries && { queries: { connection: 'backend', ...queries } }),
        canary: { connection: 'backend', period: `${PERIOD_MS / 1000}s` },
      },
    },
  };
}

type Manifest = Parameters<Awaited<ReturnType<typeof startEmbeddedKube>>['store']['apply']>[0];

const LONG_AGO = new Date(Date.now() - 86_400_000).toISOString().replace(/\.\d+/, '');
const READY = { type: 'Ready', status: 'True', lastTransitionTime: LONG_AGO };
const LABELS = { app: 'logs' };

function nodeManifest(name: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, creationTimestamp: LONG_AGO },
    status: { conditions: [READY] },
  };
}

const DAEMON_SET: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'logs', namespace: 'logging', creationTimestamp: LONG_AGO },
  spec: { selector: { matchLabels: LABELS }, template: { metadata: { labels: LABELS }, spec: { containers: [] } } },
};

/** A pod that is well: here all is about its telemetry. */
function podManifest(node: string, uid: string): Manifest {
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'logs', uid, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `logs-${node}`,
      namespace: 'logging',
      creationTimestamp: LONG_AGO,
      labels: LABELS,
      ownerReferences: [owner],
    },
    spec: { nodeName: node, containers: [{ name: 'logs', image: 'logs' }] },
    status: { phase: 'Running', conditions: [READY] },
  };
}

function describeAccess(server: string): object {
  const contexts = [{ name: 'test', context: { cluster: 'test' } }];
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    contexts,
    'current-context': 'test',
  };
}

/** What the collector says of a node's canaries, as a user reads it: its state, lag in seconds, and how many were lost. */
export interface Word {
  readonly state: string;
  readonly lagS: number;
  readonly lost: number;
  readonly all: number;
}

/** Asks the collector; undefined before it knows of any canary of the node. */
export async function askWord({ collector }: Pick<Fleet, 'collector'>, node: string): Promise<Word | undefined> {
  const { state, reason, checks } = await collector.node('logging/logs', node);
  const seen = checks.find(({ check }) => check === 'ingestion')?.seen ?? '';
  const [, number, unit] = /at least (\d+) (s|min) late/.exec(seen) ?? [];
  if (number === undefined) return undefined;
  const [, lost, all] = /and (\d+) of (\d+) were lost/.exec(seen) ?? ['', '0', '0'];
  const lagS = Number(number) * (unit === 'min' ? 60 : 1);
  return { state: reason === null ? state : `${state}:${reason}`, lagS, lost: Number(lost), all: Number(all) };
}
