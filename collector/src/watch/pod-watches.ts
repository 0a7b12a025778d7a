/** Keeps the pod watches of all namespaces as the targets ask for. */
import { createNamespacePods, type NamespacePods } from './namespace-pods.ts';
import type { PodTarget } from './pod-plan.ts';
import type { KindWatch, WatchHost } from './watch-kind.ts';

/** The pod watches of all namespaces. */
export interface PodWatches {
  /** Watches the pods of exactly these DaemonSets from now on; none may be there twice. */
  retarget(targets: readonly PodTarget[]): void;
  watches(): readonly KindWatch[];
}

/** No pod watch yet. */
export function createPodWatches(host: WatchHost): PodWatches {
  const namespaces = new Map<string, NamespacePods>();
  return {
    retarget: (targets) => {
      const wanted = Map.groupBy(targets, ({ namespace }) => namespace);
      for (const namespace of wanted.keys()) {
        if (!namespaces.has(namespace)) namespaces.set(namespace, createNamespacePods(host));
      }
      for (const [namespace, pods] of namespaces) {
        pods.retarget(wanted.get(namespace) ?? []);
        if (pods.watches().length === 0) namespaces.delete(namespace);
      }
    },
    watches: () => [...namespaces.values()].flatMap((pods) => pods.watches()),
  };
}
