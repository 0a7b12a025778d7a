/** The node lifecycle of the world: silent nodes become Unknown, conditions become taints, pods of lost nodes are marked and collected. */
import { readList, readText } from '../objects/json.ts';
import { toTimestamp } from '../objects/kube-object.ts';
import { runsOn } from './kubelets.ts';
import { isLifecycleTaint, lifecycleTaints, nodeConditions } from './node-object.ts';
import { CONTROLLER_MANAGER, type Machine, type WorldState } from './world-state.ts';

// kube-controller-manager's defaults: --node-monitor-grace-period, and the pod collector's quarantine plus half its period.
const GRACE_MS = 50_000;
const COLLECT_MS = 50_000;

/** When the node of pods was first seen gone, by node name. */
export type LostNodes = Map<string, number>;

/** One pass over all nodes and over the pods of those that are gone. */
export function runNodeLifecycle(state: WorldState, lost: LostNodes): void {
  for (const machine of state.machines.values()) {
    if (machine.kubelet === 'silent' && machine.reported !== 'Unknown') checkSilence(state, machine);
    if (machine.taintedFor !== machine.reported) taint(state, machine);
  }
  collectPods(state, lost);
}

function checkSilence(state: WorldState, machine: Machine): void {
  if (state.now - machine.silentSince < GRACE_MS * state.timeScale) return;
  machine.reported = 'Unknown';
  machine.readySince = state.now;
  const conditions = nodeConditions(machine, state.now);
  state.store.patchStatus({ kind: 'Node', name: machine.name }, { conditions }, CONTROLLER_MANAGER);
}

function taint(state: WorldState, machine: Machine): void {
  const ref = { kind: 'Node', name: machine.name };
  const node = state.store.get(ref);
  if (node === undefined) return;
  const others = readList(node, ['spec', 'taints']).filter((entry) => !isLifecycleTaint(readText(entry, ['key'])));
  const taints = [...others, ...lifecycleTaints(machine.reported, state.now)];
  state.store.patch(ref, { spec: { taints } }, CONTROLLER_MANAGER);
  if (machine.taintedFor === 'True') markPods(state, machine);
  machine.taintedFor = machine.reported;
}

/** As the real controller: once a node stops being Ready, its pods are told to be not ready. */
function markPods(state: WorldState, machine: Machine): void {
  for (const run of runsOn(state, machine)) {
    if (!run.readyTold) continue;
    run.readyTold = false;
    const ready = { type: 'Ready', status: 'False', lastTransitionTime: toTimestamp(state.now) };
    const ref = { kind: 'Pod', name: run.name, namespace: run.namespace };
    state.store.patchStatus(ref, { conditions: [ready] }, CONTROLLER_MANAGER);
  }
}

function collectPods(state: WorldState, lost: LostNodes): void {
  const orphaned = state.store.list('Pod').filter((pod) => {
    const name = readText(pod, ['spec', 'nodeName']);
    return name !== '' && state.store.get({ kind: 'Node', name }) === undefined;
  });
  const gone = new Set(orphaned.map((pod) => readText(pod, ['spec', 'nodeName'])));
  for (const name of lost.keys()) if (!gone.has(name)) lost.delete(name);
  for (const name of gone) if (!lost.has(name)) lost.set(name, state.now);
  for (const pod of orphaned) {
    const since = lost.get(readText(pod, ['spec', 'nodeName'])) ?? state.now;
    if (state.now - since < COLLECT_MS * state.timeScale) continue;
    const { name, namespace = '', uid = '' } = pod.metadata;
    state.store.delete({ kind: 'Pod', name, namespace }, { gracePeriodSeconds: 0 });
    state.runs.delete(uid);
  }
}
