/** What happens to the world: each kind of incident with how it starts, how it ends and what it looks like from outside. */
import type { ReasonCode } from '@rollcall/contract';
import { readList, readText, type Json } from '../objects/json.ts';
import { toTimestamp } from '../objects/kube-object.ts';
import { isLive, ownerKey } from './daemon-set-controller.ts';
import { targetOf } from './daemon-set-object.ts';
import { wakePods } from './kubelets.ts';
import { addMachine } from './population.ts';
import type { DaemonFault, Machine, WorldState } from './world-state.ts';

/** The kinds of incident. */
export type IncidentKind =
  | 'join'
  | 'drain'
  | 'labelLost'
  | 'taint'
  | 'crashLoop'
  | 'oomKilled'
  | 'imagePull'
  | 'unschedulable'
  | 'nodeNotReady'
  | 'nodeUnreachable'
  | 'rollout';

/** One incident; `daemon` is `namespace/name` where it concerns one daemon, `node` '' for a rollout. Times in milliseconds. */
export type Incident = {
  readonly kind: IncidentKind;
  readonly node: string;
  readonly daemon: string | undefined;
  readonly startedAt: number;
  readonly endsAt: number;
};

/** How a kind of incident goes. */
export type IncidentRule = {
  /** How often it comes, against the others; 0: never by chance. */
  readonly weight: number;
  readonly start: (state: WorldState, incident: Incident) => void;
  readonly end: (state: WorldState, incident: Incident) => void;
  /** The reasons that a truthful observer may give while a node is uncovered by it. */
  readonly reasons: readonly ReasonCode[];
  /** True when it hits one daemon of a node, false when it hits the node. */
  readonly perDaemon: boolean;
};

const LEAVING_TAINT = 'ToBeDeletedByClusterAutoscaler';
const BATCH_TAINT = 'dedicated';

/** The rules by kind. */
export const INCIDENT_RULES: Readonly<Record<IncidentKind, IncidentRule>> = {
  join: {
    weight: 0,
    start: (state) => addMachine(state),
    end: () => undefined,
    reasons: [],
    perDaemon: false,
  },
  drain: { weight: 2, start: startDrain, end: endDrain, reasons: [], perDaemon: false },
  labelLost: {
    weight: 2,
    start: (state, { node }) => setRole(state, node, null),
    end: (state, { node }) => setRole(state, node, state.machines.get(node)?.pool.role ?? null),
    reasons: ['LabelDrift', 'NodeSelectorMismatch'],
    perDaemon: false,
  },
  taint: {
    weight: 2,
    start(state, { node }) {
      const effect = state.random.pick(['NoSchedule', 'NoExecute']);
      const entry = { key: BATCH_TAINT, value: 'batch', effect, timeAdded: toTimestamp(state.now) };
      setTaints(state, { node, manager: 'kubectl-taint' }, (taints) => [...taints, entry]);
    },
    end: (state, { node }) =>
      setTaints(state, { node, manager: 'kubectl-taint' }, (taints) => without(taints, BATCH_TAINT)),
    reasons: ['LabelDrift', 'UntoleratedTaint'],
    perDaemon: false,
  },
  crashLoop: { weight: 4, ...faultRule('crashLoop', { replace: false }), reasons: ['CrashLoop'] },
  oomKilled: { weight: 2, ...faultRule('oomKilled', { replace: false }), reasons: ['OOMKilled'] },
  imagePull: { weight: 3, ...faultRule('imagePull', { replace: true }), reasons: ['ImagePullFailed'] },
  unschedulable: { weight: 2, ...faultRule('noRoom', { replace: true }), reasons: ['InsufficientResources'] },
  nodeNotReady: {
    weight: 3,
    start: (state, { node }) => withMachine(state, node, (machine) => void (machine.kubelet = 'failing')),
    end: revive,
    reasons: ['NodeNotReady'],
    perDaemon: false,
  },
  nodeUnreachable: {
    weight: 2,
    start: (state, { node }) =>
      withMachine(state, node, (machine) => {
        machine.kubelet = 'silent';
        machine.silentSince = state.now;
      }),
    end: revive,
    reasons: ['NodeUnreachable'],
    perDaemon: false,
  },
  rollout: { weight: 0, start: startRollout, end: () => undefined, reasons: ['RolloutReplacing'], perDaemon: true },
};

function withMachine(state: WorldState, node: string, change: (machine: Machine) => void): void {
  const machine = state.machines.get(node);
  if (machine !== undefined) change(machine);
}

function revive(state: WorldState, { node }: Incident): void {
  withMachine(state, node, (machine) => void (machine.kubelet = 'running'));
}

/** A fault of one daemon on one node; `replace` ends the pod, so that the next one meets the fault. */
function faultRule(
  fault: DaemonFault,
  { replace }: { readonly replace: boolean },
): Pick<IncidentRule, 'start' | 'end' | 'perDaemon'> {
  return {
    perDaemon: true,
    start: (state, { node, daemon = '' }) =>
      withMachine(state, node, (machine) => {
        machine.faults.set(daemon, fault);
        if (replace) deletePods(state, node, daemon);
        else wakePods(state, machine, daemon);
      }),
    end: (state, { node, daemon = '' }) =>
      withMachine(state, node, (machine) => {
        machine.faults.delete(daemon);
        wakePods(state, machine, daemon);
      }),
  };
}

function deletePods(state: WorldState, node: string, daemon: string): void {
  for (const pod of state.store.list('Pod')) {
    if (targetOf(pod) !== node || ownerKey(pod) !== daemon || !isLive(pod)) continue;
    const { name, namespace = '', uid = '' } = pod.metadata;
    state.store.delete({ kind: 'Pod', name, namespace });
    const run = state.runs.get(uid);
    if (run !== undefined) run.terminating = true;
  }
}

function setRole(state: WorldState, node: string, role: string | null): void {
  const ref = { kind: 'Node', name: node };
  if (state.store.get(ref) === undefined) return;
  state.store.patch(ref, { metadata: { labels: { role } } }, { manager: 'kubectl-label' });
}

type Tainter = { readonly node: string; readonly manager: string };

function setTaints(
  state: WorldState,
  { node, manager }: Tainter,
  change: (taints: readonly Json[]) => readonly Json[],
): void {
  const ref = { kind: 'Node', name: node };
  const object = state.store.get(ref);
  if (object === undefined) return;
  state.store.patch(ref, { spec: { taints: change(readList(object, ['spec', 'taints'])) } }, { manager });
}

function without(taints: readonly Json[], key: string): readonly Json[] {
  return taints.filter((taint) => readText(taint, ['key']) !== key);
}

function startDrain(state: WorldState, { node }: Incident): void {
  const value = String(Math.floor(state.now / 1000));
  const entry = { key: LEAVING_TAINT, value, effect: 'NoSchedule' };
  setTaints(state, { node, manager: 'cluster-autoscaler' }, (taints) => [...taints, entry]);
  withMachine(state, node, (machine) => void (machine.leaving = true));
}

function endDrain(state: WorldState, { node }: Incident): void {
  state.machines.delete(node);
  const ref = { kind: 'Node', name: node };
  if (state.store.get(ref) !== undefined) state.store.delete(ref);
}

function startRollout(state: WorldState, { daemon = '' }: Incident): void {
  const [namespace = '', name = ''] = daemon.split('/');
  const annotations = { 'kubectl.kubernetes.io/restartedAt': toTimestamp(state.now) };
  const ref = { kind: 'DaemonSet', namespace, name };
  if (state.store.get(ref) === undefined) return;
  state.store.patch(ref, { spec: { template: { metadata: { annotations } } } }, { manager: 'kubectl-rollout' });
}
