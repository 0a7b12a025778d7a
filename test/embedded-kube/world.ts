/** A living cluster on a store: machines, kubelets and control plane simulated from a seed, with incidents that come and heal. */
import type { Store } from './store.ts';
import { runDaemonSetController, type ControllerMemory } from './world/daemon-set-controller.ts';
import { DEMO_DAEMONS } from './world/daemon-set-object.ts';
import { direct, openDirection, startIncident, type IncidentWishes } from './world/director.ts';
import { INCIDENT_RULES, type Incident, type IncidentKind } from './world/incidents.ts';
import { runKubelets } from './world/kubelets.ts';
import { runNodeLifecycle, type LostNodes } from './world/node-lifecycle.ts';
import { poolSizes, POOLS, populate } from './world/population.ts';
import { noticeOthers } from './world/notice-others.ts';
import { createRiptides, RIPTIDES } from './world/riptides.ts';
import { runScheduler, type SchedulerQueue } from './world/scheduler.ts';
import { createRandom } from './world/seeded-random.ts';
import { rememberCovered, tellTruth, type DaemonTruth } from './world/truth.ts';
import type { DaemonSpec, WorldState } from './world/world-state.ts';

/** Settings of a world. */
export type WorldOptions = {
  readonly store: Store;
  /** The same seed and the same steps give the same world. */
  readonly seed: number;
  /** The time at which it begins, in milliseconds since the epoch; its nodes are days old then. */
  readonly now: number;
  /** Default 200. */
  readonly nodes?: number;
  /** How many pools, 1 to 3 (default): workers, spot, system; fluent-bit runs on the first two. */
  readonly pools?: number;
  /** Default: plexd (tolerates everything), node-exporter (plain), fluent-bit (nodeSelector role=worker). */
  readonly daemonSets?: readonly DaemonSpec[];
  /** True: a DaemonSet of Riptides runs too, with the Daemons of its control plane in the same API. */
  readonly riptides?: boolean;
  /** How many times faster it lives than a real cluster; default 1. */
  readonly speed?: number;
  /** Which incidents come by themselves; default: all. */
  readonly incidents?: readonly IncidentKind[];
};

/** A world; whoever holds it steps it. */
export type World = {
  /** Lets everything happen that is due at `nowMs` (milliseconds since the epoch, never going back). */
  step(nowMs: number): void;
  /** Starts an incident by script; undefined when no node is fit for it. Ends by itself after `seconds`, else after 20 to 90. */
  start(kind: IncidentKind, wishes?: IncidentWishes): Incident | undefined;
  /** What is going on, oldest first. */
  incidents(): readonly Incident[];
  /** Per DaemonSet which nodes are covered and which not, by the world's own account. */
  truth(): readonly DaemonTruth[];
};

/** Fills the store with a settled cluster and returns the levers of its life. */
export function createWorld(options: WorldOptions): World {
  const pools = POOLS.slice(0, options.pools ?? POOLS.length);
  const state: WorldState = {
    store: options.store,
    random: createRandom(options.seed),
    machines: new Map(),
    runs: new Map(),
    daemons: [...(options.daemonSets ?? DEMO_DAEMONS), ...(options.riptides === true ? [RIPTIDES] : [])],
    timeScale: 1 / (options.speed ?? 1),
    sizes: poolSizes(options.nodes ?? 200, pools),
    nextSerial: 0,
    now: options.now,
  };
  populate(state);
  const direction = openDirection(state, options.incidents ?? (Object.keys(INCIDENT_RULES) as IncidentKind[]));
  const controlPlane = createControlPlane(state);
  const riptides = options.riptides === true ? createRiptides(state) : () => undefined;
  controlPlane();
  riptides();
  return {
    step(nowMs) {
      state.now = nowMs;
      noticeOthers(state);
      direct(state, direction);
      controlPlane();
      riptides();
    },
    start: (kind, wishes = {}) => startIncident(state, direction, { kind, ...wishes }),
    incidents: () => direction.incidents,
    truth: () => tellTruth(state, direction.incidents),
  };
}

/** One pass of every component; the DaemonSet controller rests while nothing has changed. */
function createControlPlane(state: WorldState): () => void {
  const memory: ControllerMemory = new Map();
  const queue: SchedulerQueue = new Map();
  const lost: LostNodes = new Map();
  let synced = '';
  return () => {
    runNodeLifecycle(state, lost);
    if (state.store.resourceVersion() !== synced) runDaemonSetController(state, memory);
    synced = state.store.resourceVersion();
    runScheduler(state, queue);
    runKubelets(state);
    rememberCovered(state);
  };
}
