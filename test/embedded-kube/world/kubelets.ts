/** The kubelets of the world: nodes that report themselves, pods that start, fail, recover and end. */
import { readList, readText } from '../objects/json.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { isLive, ownerKey } from './daemon-set-controller.ts';
import { nodeConditions } from './node-object.ts';
import { podStatus } from './pod-status.ts';
import {
  after,
  KUBELET,
  type DaemonFault,
  type Machine,
  type PodRun,
  type RunStage,
  type WorldState,
} from './world-state.ts';

const HEARTBEAT_MS = 300_000;

/** One pass: every machine whose kubelet runs reports its node and moves its pods on. */
export function runKubelets(state: WorldState): void {
  for (const machine of state.machines.values()) if (machine.kubelet !== 'silent') reportNode(state, machine);
  for (const pod of state.store.list('Pod')) {
    const machine = state.machines.get(readText(pod, ['spec', 'nodeName']));
    if (machine?.kubelet === 'running') handlePod(state, pod, machine);
  }
}

/** Writes the node's conditions when they change, and every five minutes. */
function reportNode(state: WorldState, machine: Machine): void {
  const ready = machine.kubelet === 'running' && state.now >= machine.readySince ? 'True' : 'False';
  if (ready === machine.reported && state.now < machine.nextHeartbeatAt) return;
  if (ready !== machine.reported) {
    machine.reported = ready;
    machine.readySince = state.now;
    for (const run of runsOn(state, machine)) run.dueAt = Math.min(run.dueAt, state.now);
  }
  machine.nextHeartbeatAt = state.now + HEARTBEAT_MS;
  const conditions = nodeConditions(machine, state.now);
  state.store.patchStatus({ kind: 'Node', name: machine.name }, { conditions }, KUBELET);
}

/** The pods of a machine, as far as its kubelet has taken them on. */
export function runsOn(state: WorldState, { name }: Machine): readonly PodRun[] {
  return [...state.runs.values()].filter((run) => run.machine === name);
}

function handlePod(state: WorldState, pod: KubeObject, machine: Machine): void {
  const { uid = '' } = pod.metadata;
  const run = state.runs.get(uid) ?? takeOn(state, pod, machine);
  if (!isLive(pod)) {
    run.terminating = true;
    if (run.endsAt === Infinity) run.endsAt = after(state, 500, 2_000);
    if (state.now >= run.endsAt) endPod(state, run);
  } else if (state.now >= run.dueAt) {
    const image = readText(readList(pod, ['spec', 'containers'])[0], ['image']);
    advance(state, { run, machine, image });
  }
}

function takeOn(state: WorldState, pod: KubeObject, machine: Machine): PodRun {
  const { uid = '', name, namespace = '' } = pod.metadata;
  const run: PodRun = {
    uid,
    name,
    namespace,
    daemon: ownerKey(pod),
    machine: machine.name,
    stage: 'new',
    dueAt: state.now,
    startedAt: state.now,
    restarts: 0,
    lastFault: undefined,
    terminating: !isLive(pod),
    endsAt: Infinity,
    readyTold: false,
  };
  state.runs.set(uid, run);
  return run;
}

function endPod(state: WorldState, run: PodRun): void {
  state.store.delete({ kind: 'Pod', name: run.name, namespace: run.namespace }, { gracePeriodSeconds: 0 });
  state.runs.delete(run.uid);
}

type Step = { readonly run: PodRun; readonly machine: Machine; readonly image: string };

/** Takes the next step of a pod's life and tells the API. A ready pod rests until a fault or its node's return wakes it. */
function advance(state: WorldState, step: Step): void {
  const { run, machine, image } = step;
  const fault = machine.faults.get(run.daemon);
  const next = nextStage(run, fault);
  run.stage = next.stage;
  run.dueAt = next.rest === undefined ? Infinity : after(state, ...next.rest);
  if (next.failed && fault !== undefined) run.lastFault = fault;
  if (next.failed && (fault === 'crashLoop' || fault === 'oomKilled')) run.restarts += 1;
  if (next.stage === 'running') run.startedAt = state.now;
  run.readyTold = next.stage === 'ready';
  const status = podStatus({ run, machine, image, now: state.now });
  state.store.patchStatus({ kind: 'Pod', name: run.name, namespace: run.namespace }, status, KUBELET);
}

type Next = { readonly stage: RunStage; readonly rest?: readonly [number, number]; readonly failed?: boolean };

const BACK_OFF: readonly [number, number] = [8_000, 15_000];

function nextStage({ stage }: PodRun, fault: DaemonFault | undefined): Next {
  const crashes = fault === 'crashLoop' || fault === 'oomKilled';
  switch (stage) {
    case 'new':
      return { stage: 'creating', rest: [300, 2_000] };
    case 'creating':
      return fault === 'imagePull'
        ? { stage: 'waiting', rest: BACK_OFF, failed: true }
        : { stage: 'running', rest: [500, 2_500] };
    case 'running':
    case 'ready':
      return crashes ? { stage: 'waiting', rest: BACK_OFF, failed: true } : { stage: 'ready' };
    case 'waiting':
      return crashes || fault === 'imagePull'
        ? { stage: 'waiting', rest: BACK_OFF, failed: true }
        : { stage: 'running', rest: [500, 1_500] };
  }
}

/** Wakes the pods of a daemon on a machine, so that a fault that came or went shows. */
export function wakePods(state: WorldState, machine: Machine, daemon: string): void {
  for (const run of runsOn(state, machine))
    if (run.daemon === daemon) run.dueAt = Math.min(run.dueAt, after(state, 0, 1_500));
}
