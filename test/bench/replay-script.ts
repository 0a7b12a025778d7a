/** What happens in the replay's day, second by second: kubelets' writes, pods and nodes that are replaced, flapping, drift, a rollout. */
import type { ReplayCluster } from './replay-cluster.ts';
import type { Slot } from './replay-fleet.ts';

/** The script of a run. */
export interface ReplayScript {
  /** Plays one second; where kubelets do not beat, only what changes something happens. */
  step(second: number, beats: boolean): void;
}

const HOUR = 3600;
const DAY = 86_400;
/** Kubelets write their status this often, in seconds. */
const HEARTBEAT = 300;
/** Of the pods, each hour. */
const PODS_REPLACED = 0.01;
/** Of the nodes, each day. */
const NODES_REPLACED = 0.05;
/** Of the nodes, each day: dead for some minutes. */
const NODES_FLAPPING = 0.2;
/** Of the pods, each day: they crash a while. */
const PODS_CRASHING = 0.05;
/** Seconds of the day at which rollouts begin; how much of the fleet may be on its way at once. */
const ROLLOUTS_AT: readonly number[] = [HOUR, 13 * HOUR];
const ROLLOUT_SHARE = 0.01;
/** Seconds of the day at which labels are lost, for how long, and by which part of the fleet. */
const DRIFTS_AT: readonly number[] = [5 * HOUR, 16 * HOUR];
const DRIFT_LASTS = 2 * HOUR;
const DRIFT_SHARE = 0.001;
const STATUS_EVERY = 10;

interface Stage {
  readonly cluster: ReplayCluster;
  readonly chance: () => number;
  after(seconds: number, run: () => void): void;
  /** Slots of the fleet that the rollout has not yet come to. */
  rollout: { next: number; running: number } | undefined;
}

/** Plays on a cluster; `chance` gives numbers in [0, 1). */
export function createReplayScript(cluster: ReplayCluster, chance: () => number): ReplayScript {
  const due = new Map<number, (() => void)[]>();
  let now = 0;
  const after = (seconds: number, run: () => void): void => {
    const at = now + Math.max(1, Math.round(seconds));
    const own = due.get(at);
    if (own === undefined) due.set(at, [run]);
    else own.push(run);
  };
  const stage: Stage = { cluster, chance, after, rollout: undefined };
  return {
    step: (second, beats) => {
      now = second;
      for (const run of due.get(second) ?? []) run();
      due.delete(second);
      if (beats) beat(cluster, second);
      befall(stage);
      const ofDay = second % DAY;
      if (ROLLOUTS_AT.includes(ofDay)) beginRollout(stage);
      if (stage.rollout !== undefined) goOnRollingOut(stage);
      if (DRIFTS_AT.includes(ofDay)) drift(stage);
      if (second % STATUS_EVERY === 0) cluster.writeStatus();
    },
  };
}

/** Each node in its own second of the five minutes. */
function beat({ fleet: { slots }, setNode }: ReplayCluster, second: number): void {
  for (let number = second % HEARTBEAT; number < slots.length; number += HEARTBEAT) {
    const slot = slots[number];
    // A dead node's kubelet says nothing.
    if (slot?.node !== undefined && slot.node.face !== 'dead') setNode(slot, slot.node.face);
  }
}

/** What happens at random, at its rate. */
function befall(stage: Stage): void {
  const count = stage.cluster.fleet.slots.length;
  const often = (perSecond: number, run: (slot: Slot) => void): void => {
    for (let left = perSecond * count; left > 0; left -= 1) {
      if (stage.chance() >= left) continue;
      const slot = stage.cluster.fleet.slots[Math.floor(stage.chance() * count)];
      // Whatever is on its way to something else is left alone.
      if (slot?.node?.face === 'ready' && slot.pod?.face === 'ready') run(slot);
    }
  };
  often(PODS_REPLACED / HOUR, (slot) => replacePod(stage, slot));
  often(NODES_REPLACED / DAY, (slot) => replaceNode(stage, slot));
  often(NODES_FLAPPING / DAY, (slot) => die(stage, slot));
  often(PODS_CRASHING / DAY, (slot) => crash(stage, slot));
}

interface Wait {
  readonly slot: Slot;
  readonly seconds: number;
}

/** Runs it unless the slot's node or pod is another one by then, or gone. */
function later(stage: Stage, { slot, seconds }: Wait, run: () => void): void {
  const { node, pod } = slot;
  stage.after(seconds, () => {
    if (slot.node === node && slot.pod === pod) run();
  });
}

function replacePod(stage: Stage, slot: Slot, done: () => void = () => undefined): void {
  const { cluster, chance } = stage;
  cluster.setPod(slot, 'ending');
  later(stage, { slot, seconds: 5 + 25 * chance() }, () => {
    cluster.deletePod(slot);
    startPod(stage, slot, done);
  });
}

function startPod(stage: Stage, slot: Slot, done: () => void = () => undefined): void {
  const { cluster, chance } = stage;
  cluster.addPod(slot);
  later(stage, { slot, seconds: 1 + 2 * chance() }, () => {
    cluster.setPod(slot, 'starting');
    later(stage, { slot, seconds: 5 + 15 * chance() }, () => {
      cluster.setPod(slot, 'ready');
      done();
    });
  });
}

/** The node's autoscaler drains it, and another one takes its place. */
function replaceNode(stage: Stage, slot: Slot): void {
  const { cluster, after } = stage;
  cluster.setNode(slot, 'leaving');
  later(stage, { slot, seconds: 120 }, () => {
    cluster.setPod(slot, 'ending');
    later(stage, { slot, seconds: 20 }, () => {
      cluster.deletePod(slot);
      cluster.deleteNode(slot);
      after(60, () => join(stage, slot));
    });
  });
}

function join(stage: Stage, slot: Slot): void {
  const { cluster, chance } = stage;
  cluster.addNode(slot, 'joining');
  later(stage, { slot, seconds: 2 }, () => {
    startPod(stage, slot);
    stage.after(20 + 40 * chance(), () => {
      if (slot.node?.face === 'joining') cluster.setNode(slot, 'ready');
    });
  });
}

/** Its kubelet falls silent, the controller taints it and calls its pod unready; some minutes later it is back. */
function die(stage: Stage, slot: Slot): void {
  const { cluster, chance } = stage;
  cluster.setNode(slot, 'dead');
  cluster.setPod(slot, 'unready');
  later(stage, { slot, seconds: 60 + 2 * HOUR * chance() ** 4 }, () => {
    cluster.setNode(slot, 'ready');
    cluster.setPod(slot, 'ready');
  });
}

function crash(stage: Stage, slot: Slot): void {
  const { cluster, chance } = stage;
  const again = (left: number): void => {
    cluster.setPod(slot, 'crashing');
    later(stage, { slot, seconds: 60 + 240 * chance() }, () => {
      cluster.setPod(slot, 'restarted');
      if (left > 0) later(stage, { slot, seconds: 10 + 20 * chance() }, () => again(left - 1));
      // Somebody deletes it, so that it is an ordinary one again.
      else later(stage, { slot, seconds: HOUR }, () => replacePod(stage, slot));
    });
  };
  again(Math.floor(chance() * 6));
}

function beginRollout(stage: Stage): void {
  stage.cluster.rollOut();
  stage.rollout = { next: 0, running: 0 };
}

function goOnRollingOut(stage: Stage): void {
  const { cluster, rollout } = stage;
  if (rollout === undefined) return;
  const most = Math.ceil(cluster.fleet.slots.length * ROLLOUT_SHARE);
  while (rollout.running < most) {
    const slot = cluster.fleet.slots[rollout.next];
    if (slot === undefined) break;
    rollout.next += 1;
    // What is down is replaced when it is back: by the churn.
    if (slot.node?.face !== 'ready' || slot.pod?.face !== 'ready' || slot.pod.hash === cluster.fleet.hash) continue;
    rollout.running += 1;
    // Whatever else befalls the slot, its turn is over by then.
    stage.after(60, () => (rollout.running -= 1));
    replacePod(stage, slot);
  }
  if (rollout.next >= cluster.fleet.slots.length) stage.rollout = undefined;
}

/** Somebody's tool takes a label away that the DaemonSet selects by; its controller deletes the pods. */
function drift(stage: Stage): void {
  const { cluster, chance } = stage;
  const count = Math.ceil(cluster.fleet.slots.length * DRIFT_SHARE);
  for (let left = count; left > 0; left--) {
    const slot = cluster.fleet.slots[Math.floor(chance() * cluster.fleet.slots.length)];
    if (slot?.node?.face !== 'ready' || slot.pod?.face !== 'ready') continue;
    const { node } = slot;
    cluster.setNode(slot, 'drifted');
    later(stage, { slot, seconds: 2 }, () => {
      cluster.setPod(slot, 'ending');
      later(stage, { slot, seconds: 20 }, () => cluster.deletePod(slot));
    });
    stage.after(DRIFT_LASTS, () => {
      if (slot.node !== node) return;
      cluster.setNode(slot, 'ready');
      startPod(stage, slot);
    });
  }
}
