/** What goes wrong in the scene: from a slow join and a crash loop to the outage of a third of the nodes. */
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type ControlPlane } from '../control-plane/index.ts';
import { nameNodes, nodeOf, type Cluster } from '../e2e/cluster.ts';
import { ended, timeNow } from '../faults/pod-states.ts';
import { each } from '../faults/scene.ts';
import { JOIN_WITHIN_S } from './scene-policies.ts';

/** The label that the daemon selects; a node without it has drifted. */
export const FLEET = { fleet: 'all' } as const;

/** The label that the daemon `logs` selects; one node outside of its policy's scope has it, too. */
export const SITE = { site: 'edge' } as const;

const MERGE = 'application/strategic-merge-patch+json';
/** Nodes that lose the daemon at once, of the largest pool, and those whose label drifts. */
const LOST = nameNodes('general', 60).slice(20, 50);
/** The node without room for the daemon. */
const SMALL = 'edge-small';
const DEAD = 'edge-10';
const DRIFTED = ['gpu-1', 'gpu-2', 'edge-3'];

/** A taint that the daemons do not tolerate ends their pods on 30 nodes; three more lose the label that they are selected by. */
export async function strike(cluster: Cluster): Promise<void> {
  const taints = [{ key: 'example.com/away', effect: 'NoExecute' }];
  await each(LOST, (name) => cluster.patchNode(name, { spec: { taints } }));
  await each(DRIFTED, (name) => cluster.patchNode(name, { metadata: { labels: { fleet: 'none' } } }));
}

/** Six nodes join in time; of two more the kubelet takes longer than a join may; one has no room for the daemon. */
export async function joinLate(plane: ControlPlane, cluster: Cluster): Promise<void> {
  const prompt = nameNodes('general-new', 6).map((name) => ({ name, labels: { pool: 'general', ...FLEET } }));
  const slow = nameNodes('edge-slow', 2).map((name) => ({
    name,
    labels: { pool: 'edge', kwok: null, ...FLEET, ...SITE },
  }));
  await addSmallNode(plane);
  await cluster.addNodes([...prompt, ...slow]);
  await delay((JOIN_WITHIN_S + 3) * 1_000);
  await each(slow, ({ name }) => cluster.patchNode(name, { metadata: { labels: { kwok: 'yes' } } }));
}

/** One node more joins; `turn` is how many did before. */
export async function joinOneMore(cluster: Cluster, turn: number): Promise<void> {
  await cluster.addNodes([{ name: `general-more-${turn}`, labels: { pool: 'general', ...FLEET } }]);
}

async function addSmallNode({ request }: ControlPlane): Promise<void> {
  const room = { cpu: '50m', memory: '8Gi', pods: '110' };
  const labels = { kwok: 'yes', pool: 'edge', ...FLEET, ...SITE };
  const body = { metadata: { name: SMALL, labels }, status: { allocatable: room, capacity: room } };
  await request('POST', '/api/v1/nodes', { body });
}

/** One restart more of the daemon on two nodes, the one by an error, the other for want of memory; `times` is how many there were. */
export async function crashNow({ request }: ControlPlane, cluster: Cluster, times: number): Promise<void> {
  const ends = { 'general-3': { exitCode: 1 }, 'gpu-0': { exitCode: 137, reason: 'OOMKilled' } };
  await each(Object.entries(ends), async ([node, end]) => {
    const { metadata } = await cluster.podOn('agent', node);
    const status = {
      name: 'daemon',
      image: 'daemon:1',
      imageID: '',
      ready: true,
      started: true,
      restartCount: times,
      state: { running: { startedAt: timeNow() } },
      lastState: { terminated: ended(end) },
    };
    const body = { status: { containerStatuses: [status] } };
    await request('PATCH', `/api/v1/namespaces/default/pods/${metadata.name}/status`, { body, contentType: MERGE });
  }).catch(passGone);
}

/** The pod that has no place goes; the one that the controller makes instead has none either. */
export async function failToPlace(cluster: Cluster): Promise<void> {
  const pods = (await cluster.podsOf('agent')).filter((pod) => nodeOf(pod) === SMALL);
  await each(pods, ({ metadata }) => cluster.deletePod(metadata.name, 0));
}

/** A node stops being Ready, and its kubelet is not heard any more; the rollout goes no further, since it waits for its pod. */
export async function loseNode(cluster: Cluster): Promise<void> {
  await cluster.silence(DEAD);
  await cluster.patchNodeStatus(DEAD, [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' }]);
}

/** Events about pods that nobody knows, from one number to another: the collector has room for those of 1,000 pods. */
export async function flood({ request }: ControlPlane, from: number, to: number): Promise<void> {
  const now = timeNow();
  await each(nameNodes('stranger', to).slice(from), (name) =>
    request('POST', '/api/v1/namespaces/default/events', {
      body: {
        metadata: { name },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name, uid: `00000000-${name}` },
        ...{ reason: 'Unhealthy', message: 'Readiness probe failed: no answer', type: 'Warning', count: 1 },
        ...{ firstTimestamp: now, lastTimestamp: now, source: { component: 'kubelet' } },
      },
    }),
  );
}

/** The pod may be gone by then. */
function passGone(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
}

/** Another revision of a DaemonSet, which rolls out pod by pod. */
export async function startRollout({ request }: ControlPlane, daemonset: string): Promise<void> {
  const body = { spec: { template: { metadata: { annotations: { revision: '2' } } } } };
  await request('PATCH', `/apis/apps/v1/namespaces/default/daemonsets/${daemonset}`, { body });
}
