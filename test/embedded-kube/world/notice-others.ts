/** What others do through the API: nodes, pods and DaemonSets that they delete are gone for the world too. */
import type { KubeObject } from '../objects/kube-object.ts';
import type { WorldState } from './world-state.ts';

/** Forgets machines and pods whose objects are gone, and collects pods whose owner is. To be called before a step writes anything. */
export function noticeOthers(state: WorldState): void {
  const nodes = new Set(state.store.list('Node').map(({ metadata }) => metadata.name));
  for (const name of state.machines.keys()) if (!nodes.has(name)) state.machines.delete(name);
  collectOrphans(state);
  const pods = new Set(state.store.list('Pod').map(({ metadata }) => metadata.uid ?? ''));
  for (const uid of state.runs.keys()) if (!pods.has(uid)) state.runs.delete(uid);
}

function collectOrphans({ store }: WorldState): void {
  const owners = new Set(store.list('DaemonSet').map(({ metadata }) => metadata.uid));
  const isOrphan = ({ metadata: { ownerReferences = [] } }: KubeObject): boolean =>
    ownerReferences.length > 0 && !ownerReferences.some(({ uid }) => owners.has(uid));
  for (const { metadata } of store.list('Pod').filter(isOrphan)) {
    const { name, namespace = '' } = metadata;
    store.delete({ kind: 'Pod', name, namespace }, { gracePeriodSeconds: 0 });
  }
}
