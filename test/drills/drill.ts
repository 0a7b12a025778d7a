/** A drill: something that operators do, or that befalls a cluster, done on purpose, with what the SLIs make of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../control-plane/index.ts';
import type { SceneShape } from '../faults/fault.ts';
import { openScene } from '../faults/open-scene.ts';
import type { Scene } from '../faults/scene.ts';
import type { Stage } from '../faults/stage.ts';
import { movedBetween, readCounters, type Counters } from './counters.ts';

/** One drill; `act` returns when it is over and the cluster as it was. */
export interface Drill {
  readonly name: string;
  readonly what: string;
  readonly nodes: number;
  readonly shape: SceneShape;
  /** What the daemon does beside living in a pod. */
  readonly serve?: (scene: Scene) => Promise<unknown>;
  readonly act: (scene: Scene) => Promise<void>;
}

/** What was measured: the drill's length, and every counter that moved in it. */
export interface DrillReport {
  readonly drill: Drill;
  readonly seconds: number;
  readonly moved: Counters;
}

/** So long the figures are watched after the act. */
const AFTERMATH_MS = 3_000;

/** Plays a drill on a covered scene. Rejects if coverage is not there before, or does not come back. */
export async function playDrill(stage: Stage, drill: Drill): Promise<DrillReport> {
  const scene = await openScene(stage, drill.shape, { name: drill.name, nodes: drill.nodes });
  try {
    await scene.addDaemonSet();
    await waitFor(async () => (await scene.pods()).filter(isReady).length === drill.nodes, { what: 'ready pods' });
    await drill.serve?.(scene);
    await seeCovered(scene);
    const { url } = stage.collector;
    const before = await readCounters(url, scene.namespace);
    const started = performance.now();
    await drill.act(scene);
    await seeCovered(scene);
    await delay(AFTERMATH_MS);
    const moved = movedBetween(before, await readCounters(url, scene.namespace));
    return { drill, seconds: (performance.now() - started) / 1000, moved };
  } finally {
    await scene.close();
  }
}

function isReady({ status }: Awaited<ReturnType<Scene['pods']>>[number]): boolean {
  return status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

async function seeCovered({ stage, namespace, nodes }: Scene): Promise<void> {
  const isCovered = async (): Promise<boolean> =>
    (await stage.collector.policy(`${namespace}/agent`)).counts.covered === nodes.length;
  await waitFor(isCovered, { what: `${namespace} to be covered`, deadlineMs: 120_000 });
}
