/** Plays the part of the kubelet that KWOK does not: statuses of pods that go wrong, and the events beside them. */
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../control-plane/index.ts';
import type { PodEvent, PodScript, PodWriter, ScenePod } from './pod-script.ts';
import type { Scene } from './scene.ts';

/** It writes until it rests. */
export interface Kubelet {
  readonly rest: () => void;
}

const EVERY_MS = 200;

/** Writes of every pod of the daemon that is bound to a node, each once; returns when those of the moment are written. */
export async function startKubelet(scene: Scene, writer: PodWriter): Promise<Kubelet> {
  const written = new Set<string>();
  const round = async (): Promise<void> => {
    for (const pod of await scene.pods()) {
      if (pod.spec.nodeName === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      if (written.has(pod.metadata.uid)) continue;
      await writePod(scene, pod, writer(pod)).catch(ignoreGone);
      written.add(pod.metadata.uid);
    }
  };
  await round();
  let rests = false;
  const work = async (): Promise<void> => {
    while (!rests) {
      await delay(EVERY_MS);
      // The scene's namespace may be going.
      await round().catch(() => undefined);
    }
  };
  void work();
  return { rest: () => void (rests = true) };
}

async function writePod(scene: Scene, pod: ScenePod, { status, events = [] }: PodScript): Promise<void> {
  const path = `/api/v1/namespaces/${scene.namespace}`;
  const contentType = 'application/strategic-merge-patch+json';
  if (status !== undefined)
    await scene.request('PATCH', `${path}/pods/${pod.metadata.name}/status`, { body: { status }, contentType });
  for (const event of events) await scene.request('POST', `${path}/events`, { body: eventOf(scene, pod, event) });
}

function eventOf({ namespace }: Scene, pod: ScenePod, { reason, message }: PodEvent): object {
  const { name, uid } = pod.metadata;
  const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
  return {
    metadata: { generateName: `${name}.`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    reason,
    message,
    type: 'Warning',
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: 'kubelet', host: pod.spec.nodeName },
    reportingComponent: 'kubelet',
    reportingInstance: pod.spec.nodeName,
  };
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
}
