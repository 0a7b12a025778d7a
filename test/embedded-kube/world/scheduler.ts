/** The scheduler of the world: daemon pods have one candidate node, which has room unless the world says otherwise. */
import { readList, readText } from '../objects/json.ts';
import { toTimestamp, type KubeObject } from '../objects/kube-object.ts';
import { isLive, ownerKey } from './daemon-set-controller.ts';
import { targetOf } from './daemon-set-object.ts';
import { after, SCHEDULER, type WorldState } from './world-state.ts';

/** When the scheduler will bind a pod that it has seen, by uid. */
export type SchedulerQueue = Map<string, number>;

/** One pass over all pods that are not bound. */
export function runScheduler(state: WorldState, queue: SchedulerQueue): void {
  const pending = state.store.list('Pod').filter((pod) => readText(pod, ['spec', 'nodeName']) === '' && isLive(pod));
  const waiting = new Set(pending.map((pod) => pod.metadata.uid ?? ''));
  for (const uid of queue.keys()) if (!waiting.has(uid)) queue.delete(uid);
  for (const pod of pending) schedule(state, queue, pod);
}

function schedule(state: WorldState, queue: SchedulerQueue, pod: KubeObject): void {
  const { uid = '', name, namespace = '' } = pod.metadata;
  const machine = state.machines.get(targetOf(pod));
  const dueAt = queue.get(uid) ?? after(state, 50, 400);
  queue.set(uid, dueAt);
  if (machine === undefined || state.now < dueAt) return;
  const ref = { kind: 'Pod', name, namespace };
  if (machine.faults.get(ownerKey(pod)) === 'noRoom') {
    // The real one writes the same words once, not at every attempt.
    if (readList(pod, ['status', 'conditions']).length > 0) return;
    state.store.patchStatus(ref, { conditions: [refusal(state)] }, SCHEDULER);
    return;
  }
  state.store.patch(ref, { spec: { nodeName: machine.name } }, SCHEDULER);
  const lastTransitionTime = toTimestamp(state.now);
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime, reason: null, message: null };
  state.store.patchStatus(ref, { conditions: [scheduled] }, SCHEDULER);
}

/** The words of kube-scheduler 1.36 for a daemon pod whose node is full of pods that it may not evict. */
function refusal(state: WorldState): { readonly [key: string]: string } {
  const all = String(state.machines.size);
  const others = String(state.machines.size - 1);
  const message =
    `0/${all} nodes are available: 1 Insufficient cpu, ${others} node(s) didn't satisfy plugin(s) [NodeAffinity]. ` +
    `no new claims to deallocate, preemption: 0/${all} nodes are available: 1 No preemption victims found for incoming pod, ` +
    `${others} Preemption is not helpful for scheduling.`;
  const lastTransitionTime = toTimestamp(state.now);
  return { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime };
}
