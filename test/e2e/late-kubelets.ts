/** Kubelets that take their time: of nodes that KWOK leaves alone, each step comes a drawn while after the one before it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../control-plane/index.ts';
import { createRandom } from './random.ts';

/** What is read of a node or a pod. */
export interface Dated {
  readonly metadata: { readonly name: string; readonly uid: string; readonly creationTimestamp: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime: string;
    }[];
  };
}

/** They work until they rest, and have done so once every pod is Ready. */
export interface Kubelets {
  /** A node is made; it is Ready after its while. */
  readonly join: (name: string) => Promise<void>;
  readonly rest: () => void;
}

const ROUND_MS = 300;
const ROOM = { cpu: '4', memory: '8Gi', pods: '110' };
const PODS = '/api/v1/namespaces/default/pods';
const SPANS_MS = { nodeReady: [200, 6_000], start: [200, 4_000], podReady: [200, 6_000] } as const;

/** Plays the kubelets of all nodes of that group; pods are those with the label `app` of the same name. */
export function playLateKubelets(request: ControlPlane['request'], group: string, seed: number): Kubelets {
  const random = createRandom(seed);
  const span = (of: keyof typeof SPANS_MS): number => random.integer(SPANS_MS[of][0], SPANS_MS[of][1]);
  const seen = new Set<string>();
  let rests = false;
  const patch = (path: string, status: object): Promise<unknown> =>
    request('PATCH', `${path}/status`, { body: { status }, contentType: 'application/strategic-merge-patch+json' });
  const live = async (pod: Dated): Promise<void> => {
    const path = `${PODS}/${pod.metadata.name}`;
    const [startMs, readyMs] = [span('start'), span('podReady')];
    await delay(startMs);
    const containerStatuses = [container(now())];
    await patch(path, { phase: 'Running', conditions: conditions('False'), containerStatuses });
    await delay(readyMs);
    const started = { ...containerStatuses[0], ready: true, started: true };
    await patch(path, { conditions: conditions('True'), containerStatuses: [started] });
  };
  const work = async (): Promise<void> => {
    while (!rests) {
      const { items } = await request<{ items: readonly Dated[] }>('GET', `${PODS}?labelSelector=app%3D${group}`);
      for (const pod of items) {
        if (pod.spec.nodeName === undefined || seen.has(pod.metadata.uid)) continue;
        seen.add(pod.metadata.uid);
        // A pod that is deleted meanwhile needs no kubelet.
        live(pod).catch(() => undefined);
      }
      await delay(ROUND_MS);
    }
  };
  void work();
  return {
    join: async (name) => {
      const status = { capacity: ROOM, allocatable: ROOM };
      await request('POST', '/api/v1/nodes', { body: { metadata: { name, labels: { group } }, status } });
      await delay(span('nodeReady'));
      const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: now() };
      await patch(`/api/v1/nodes/${name}`, { conditions: [{ ...ready, lastHeartbeatTime: now() }] });
    },
    rest: () => void (rests = true),
  };
}

function conditions(ready: string): readonly object[] {
  return ['Ready', 'ContainersReady'].map((type) => ({ type, status: ready, lastTransitionTime: now() }));
}

function container(startedAt: string): object {
  const state = { running: { startedAt } };
  return { name: 'daemon', image: 'daemon:1', imageID: 'a', ready: false, started: false, restartCount: 0, state };
}

/** Now, in whole seconds, as the API keeps times. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z/, 'Z');
}
