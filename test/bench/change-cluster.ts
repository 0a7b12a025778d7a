/** What the bench orders the synthetic cluster to go through; each order resolves when its last event is sent. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame } from './encoding.ts';
import type { Collection } from './population.ts';
import type { SyntheticCluster } from './synthetic-cluster.ts';

/** Sends an event of one object to all who watch its collection. */
export type Publish = (collection: Collection, index: number, frame: Frame) => Promise<void>;

/** An order's numbers, from its query. */
export type Numbers = (name: string) => number;

/** The cluster, and the way to those who watch it. */
export interface Stage {
  readonly cluster: SyntheticCluster;
  readonly publish: Publish;
}

/** An order; what it answers is said as JSON. */
export type Order = (stage: Stage, numbers: Numbers) => Promise<unknown>;

const BURST_MS = 10;
// kubelets write a node's status every 5 minutes when nothing changes.
const STATUS_INTERVAL_S = 300;
// A daemon pod is replaced that often: by roll-outs, evictions and new nodes.
const POD_LIFE_S = 3600;
const MARKS_A_SECOND = 10;

/** By their path. */
export const ORDERS: Readonly<Record<string, Order>> = {
  '/bench/heartbeats': ({ cluster, publish }, numbers) =>
    pace(numbers('count'), numbers('rate'), (turn) => beat({ cluster, publish }, turn)),
  '/bench/ready': async ({ cluster, publish }, numbers) => {
    cluster.setReady(numbers('node'), numbers('ready') === 1);
    await publish(cluster.nodes, numbers('node'), 'MODIFIED');
  },
  '/bench/live': live,
  '/bench/marks': mark,
  '/bench/unmark': async ({ cluster, publish }, numbers) => {
    for (let node = 0; node < numbers('count'); node++) {
      cluster.setReady(node, true);
      await publish(cluster.nodes, node, 'MODIFIED');
    }
  },
};

/** A real fleet's life for some seconds: status writes of kubelets, and pods that are replaced. */
async function live(stage: Stage, numbers: Numbers): Promise<void> {
  const { cluster, publish } = stage;
  const { size } = cluster.nodes;
  const replace = async (turn: number): Promise<void> => {
    const node = (turn * 7919) % size;
    await publish(cluster.pods, node, 'DELETED');
    cluster.replacePod(node);
    await publish(cluster.pods, node, 'ADDED');
    cluster.startPod(node);
    await publish(cluster.pods, node, 'MODIFIED');
  };
  const beats = size / STATUS_INTERVAL_S;
  const births = size / POD_LIFE_S;
  const seconds = numbers('seconds');
  await Promise.all([
    pace(Math.round(beats * seconds), beats, (turn) => beat(stage, turn)),
    pace(Math.round(births * seconds), births, replace),
  ]);
}

/** Heartbeats, of which some take a node's readiness, node after node; answers when each of those was sent, Unix milliseconds. */
async function mark(stage: Stage, numbers: Numbers): Promise<readonly number[]> {
  const { cluster, publish } = stage;
  const every = numbers('rate') / MARKS_A_SECOND;
  const sent: number[] = [];
  await pace(numbers('count'), numbers('rate'), async (turn) => {
    if (turn % every !== every - 1) return beat(stage, turn);
    const node = sent.length;
    cluster.setReady(node, false);
    sent.push(performance.timeOrigin + performance.now());
    await publish(cluster.nodes, node, 'MODIFIED');
  });
  return sent;
}

async function beat({ cluster, publish }: Stage, turn: number): Promise<void> {
  const node = turn % cluster.nodes.size;
  cluster.heartbeat(node);
  await publish(cluster.nodes, node, 'MODIFIED');
}

/** `count` turns, `rate` a second, a burst at a time. */
async function pace(count: number, rate: number, turn: (number: number) => Promise<void>): Promise<void> {
  const start = performance.now();
  for (let done = 0; done < count;) {
    const due = Math.min(count, Math.ceil(((performance.now() - start) * rate) / 1000));
    for (; done < due; done++) await turn(done);
    await delay(BURST_MS);
  }
}
