/** The machines of the world and what runs on them at its beginning. */
import { toTimestamp, type KubeObject } from '../objects/kube-object.ts';
import { generateName } from '../objects/names.ts';
import { daemonSetManifest, podManifest, revisionManifest } from './daemon-set-object.ts';
import { nodeManifest, nodeNameOf, zoneOf } from './node-object.ts';
import { wishesOf } from './placement.ts';
import { podStatus } from './pod-status.ts';
import {
  CONTROLLER_MANAGER,
  daemonKey,
  KUBELET,
  type Machine,
  type PodRun,
  type Pool,
  type WorldState,
} from './world-state.ts';

const DAY_MS = 86_400_000;
const HEARTBEAT_MS = 300_000;

/** The pools in the order in which they are taken; shares are of the first three. */
export const POOLS: readonly Pool[] = [
  { name: 'workers', label: 'eks.amazonaws.com/nodegroup', role: 'worker', share: 0.6 },
  { name: 'spot', label: 'karpenter.sh/nodepool', role: 'worker', share: 0.3 },
  { name: 'system', label: 'eks.amazonaws.com/nodegroup', role: 'system', share: 0.1 },
];

/** How many nodes each pool has, of so many in all; the first pool takes what rounding leaves. */
export function poolSizes(nodes: number, pools: readonly Pool[]): ReadonlyMap<Pool, number> {
  const whole = pools.reduce((sum, { share }) => sum + share, 0);
  const [first, ...others] = pools;
  const sizes = new Map(others.map((pool) => [pool, Math.round((nodes * pool.share) / whole)]));
  const taken = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return first === undefined ? sizes : new Map([[first, nodes - taken], ...sizes]);
}

function makeMachine(state: WorldState, { pool, bornAt }: Pick<Machine, 'pool' | 'bornAt'>): Machine {
  const serial = state.nextSerial;
  state.nextSerial += 1;
  return {
    name: nodeNameOf(serial),
    serial,
    pool,
    zone: zoneOf(serial),
    bornAt,
    kubelet: 'running',
    reported: 'True',
    readySince: bornAt,
    silentSince: 0,
    nextHeartbeatAt: state.now + state.random.between(0, HEARTBEAT_MS),
    taintedFor: 'True',
    leaving: false,
    faults: new Map(),
    coveredOnce: new Set(),
  };
}

/** A settled world: every node Ready for days, every wanted pod Ready. */
export function populate(state: WorldState): void {
  const daemonSets = state.daemons.map((spec) => state.store.apply(daemonSetManifest(spec), { manager: 'helm' }));
  for (const daemonSet of daemonSets) state.store.apply(revisionManifest(daemonSet, 1), CONTROLLER_MANAGER);
  const wishes = daemonSets.map((daemonSet) => ({ daemonSet, wish: wishesOf(daemonSet) }));
  for (const [pool, size] of state.sizes) {
    for (let i = 0; i < size; i += 1) {
      const bornAt = Math.floor(state.now - state.random.between(1, 30) * DAY_MS);
      const machine = makeMachine(state, { pool, bornAt });
      state.machines.set(machine.name, machine);
      const node = state.store.apply(nodeManifest(machine, state.now), KUBELET);
      for (const { daemonSet, wish } of wishes) if (wish(node).run) addSettledPod(state, daemonSet, machine);
    }
  }
}

function addSettledPod(state: WorldState, daemonSet: KubeObject, machine: Machine): void {
  const { name: owner, namespace = '' } = daemonSet.metadata;
  const spec = state.daemons.find((row) => row.name === owner && row.namespace === namespace);
  const manifest = podManifest(daemonSet, machine.name) as KubeObject;
  const name = generateName(`${owner}-`, () => state.random.next());
  const startedAt = machine.bornAt + 60_000;
  const metadata = { ...manifest.metadata, name, creationTimestamp: toTimestamp(startedAt) };
  const body = { ...(manifest['spec'] as object), nodeName: machine.name };
  const bound = state.store.apply({ ...manifest, metadata, spec: body }, CONTROLLER_MANAGER);
  const run: PodRun = {
    uid: bound.metadata.uid ?? '',
    name,
    namespace,
    daemon: daemonKey({ namespace, name: owner }),
    machine: machine.name,
    stage: 'ready',
    dueAt: Infinity,
    startedAt,
    restarts: 0,
    lastFault: undefined,
    terminating: false,
    endsAt: Infinity,
    readyTold: true,
  };
  state.runs.set(run.uid, run);
  machine.coveredOnce.add(run.daemon);
  const status = podStatus({ run, machine, image: spec?.image ?? '', now: startedAt });
  state.store.patchStatus({ kind: 'Pod', name, namespace }, status, KUBELET);
}

/** A new machine of the pool that lacks most registers its node, named after `nextSerial`; it becomes Ready some seconds later. */
export function addMachine(state: WorldState): void {
  const [lacking] = vacancies(state);
  if (lacking === undefined) return;
  const machine = makeMachine(state, { pool: lacking.pool, bornAt: state.now });
  machine.reported = 'False';
  machine.taintedFor = 'False';
  machine.readySince = state.now + state.random.between(5_000, 15_000) * state.timeScale;
  state.machines.set(machine.name, machine);
  state.store.apply(nodeManifest(machine, state.now), KUBELET);
}

/** The pools by how many nodes they lack, the neediest first. */
export function vacancies(state: WorldState): readonly { readonly pool: Pool; readonly lacks: number }[] {
  const machines = [...state.machines.values()];
  return [...state.sizes]
    .map(([pool, size]) => ({ pool, lacks: size - machines.filter((machine) => machine.pool === pool).length }))
    .sort((left, right) => right.lacks - left.lacks);
}
