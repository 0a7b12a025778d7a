/** The drills of "What is DaemonSet?": drain, restart of the kubelet, network latency. */
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../control-plane/index.ts';
import { openFaultProxy, type FaultProxy } from '../campaign/fault-proxy.ts';
import { basicTime } from '../e2e/riptides.ts';
import { seedNumbers } from '../e2e/random.ts';
import { layered, registerAll, say } from '../faults/causes/daemons.ts';
import { ended, serves, timeNow } from '../faults/pod-states.ts';
import type { Scene } from '../faults/scene.ts';
import { openStage, type Stage } from '../faults/stage.ts';
import type { Drill } from './drill.ts';

/** The name of the source of Daemons behind the proxy. */
const FAR = 'far';
const NODES = 5;
const LATENCY_MS = 20_000;
const PAUSE_MS = 20_000;
const OBJECTIVES = [
  { sli: 'coverage', target: 99 },
  { sli: 'stability', target: 99 },
];

/** A stage whose collector sees the Daemons of the source `far` through a proxy. */
export async function openDrillStage(profile: 'fast' | 'default'): Promise<Stage & { readonly proxy: FaultProxy }> {
  let proxy: FaultProxy | undefined;
  const stage = await openStage(profile, {
    flagsFor: async ({ kubeconfigPath }) => {
      proxy = await openFaultProxy(kubeconfigPath, { chance: seedNumbers(1), jsonOnly: false });
      return ['--daemon-source', `${FAR}=${proxy.kubeconfig}`];
    },
  });
  if (proxy === undefined) throw new Error('the proxy was not opened');
  const opened = proxy;
  const close = async (): Promise<void> => {
    await stage.close();
    await opened.close();
  };
  return { ...stage, proxy: opened, close };
}

/** Cordon, evict through the API, wait for the next pod, uncordon. */
async function drain(scene: Scene, node: string): Promise<void> {
  const { request, namespace } = scene;
  const mark = (unschedulable: boolean | null): Promise<unknown> =>
    request('PATCH', `/api/v1/nodes/${node}`, { body: { spec: { unschedulable } } });
  const podOn = async () => (await scene.pods()).find(({ spec }) => spec.nodeName === node);
  await mark(true);
  const { name = '', uid = '' } = (await podOn())?.metadata ?? {};
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  await request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, { body: eviction });
  const isReplaced = async (): Promise<boolean> => {
    const pod = await podOn();
    return pod !== undefined && pod.metadata.uid !== uid && pod.status.phase === 'Running';
  };
  await waitFor(isReplaced, { what: `the next pod on ${node}`, deadlineMs: 120_000 });
  await mark(null);
}

async function drainOneByOne(scene: Scene): Promise<void> {
  for (const node of scene.nodes) await drain(scene, node);
}

/** Nothing is heard of the kubelets for a while; then they report that they started the daemon again. */
async function restartKubelets(scene: Scene): Promise<void> {
  await scene.silence();
  await delay(PAUSE_MS);
  const lastState = { terminated: ended({ exitCode: 255, reason: 'Unknown' }) };
  const restarted = (ready: boolean): object => {
    const state = { running: { startedAt: timeNow() } };
    return { name: 'daemon', image: 'daemon:1', imageID: '', restartCount: 1, ready, started: true, state, lastState };
  };
  await scene.writePods(() => {
    const conditions = [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: timeNow() },
    ];
    return { status: { conditions, containerStatuses: [restarted(false)] } };
  });
  await delay(1_000);
  await scene.writePods(() => {
    const { status } = serves() as { status: object };
    return { status: { ...status, containerStatuses: [restarted(true)] } };
  });
  await scene.revive();
}

async function slowDown(scene: Scene, ms: number): Promise<void> {
  scene.agents.delay(ms);
  await delay(LATENCY_MS);
  scene.agents.delay(0);
  await delay(ms);
}

const reporting = {
  policy: {
    objectives: [...OBJECTIVES, { sli: 'freshness', target: 99 }],
    health: { heartbeat: { period: '3s' }, ingestion: { maxLag: '8s' } },
  },
};

/** Daemons that are probed every second, seen through the proxy. */
function probeThrough({ proxy }: { readonly proxy: FaultProxy }): Drill {
  const probe = (scene: Scene): Promise<void> => say(scene, { lastProbeAt: basicTime(Date.now()) });
  return {
    name: 'latency-of-probes',
    what: `${NODES} nodes whose Daemon objects come through a proxy that holds every message back for up to 1.5 s, for ${LATENCY_MS / 1000} s; a probe counts for 10 s`,
    nodes: NODES,
    shape: {
      ...layered(99),
      policy: { objectives: OBJECTIVES, health: { daemon: { source: FAR, maxProbeAge: '10s' } } },
    },
    serve: registerAll(99),
    act: async (scene) => {
      proxy.set('delay');
      for (const end = performance.now() + LATENCY_MS; performance.now() < end; await delay(1_000)) await probe(scene);
      proxy.set('none');
    },
  };
}

const plain = { nodes: NODES, shape: { policy: { objectives: OBJECTIVES } } };

/** All of them; they play beside each other. */
export function listDrills(stage: { readonly proxy: FaultProxy }): readonly Drill[] {
  return [
    {
      name: 'drain',
      what: `${NODES} nodes, one after the other: cordon, eviction of the daemon through the API, uncordon when the next pod runs`,
      ...plain,
      act: drainOneByOne,
    },
    {
      name: 'drain-twice',
      what: `the same, and all of it once more within the hour`,
      ...plain,
      act: async (scene) => drainOneByOne(scene).then(() => drainOneByOne(scene)),
    },
    {
      name: 'kubelet-restart',
      what: `${NODES} kubelets silent for ${PAUSE_MS / 1000} s, then each has started the daemon anew, which is not Ready for a second`,
      ...plain,
      act: restartKubelets,
    },
    {
      name: 'latency-of-1-s',
      what: `${NODES} agents that report every 2 s; every request of theirs takes 1 s longer, for ${LATENCY_MS / 1000} s`,
      nodes: NODES,
      shape: reporting,
      serve: (scene) => scene.agents.begin(),
      act: (scene) => slowDown(scene, 1_000),
    },
    {
      name: 'latency-of-6-s',
      what: `the same with 6 s: more than the lag of 8 s that is allowed`,
      nodes: NODES,
      shape: reporting,
      serve: (scene) => scene.agents.begin(),
      act: (scene) => slowDown(scene, 6_000),
    },
    probeThrough(stage),
  ];
}
