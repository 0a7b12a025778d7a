/** Starts the polls of metrics.k8s.io, which tells of pods by their names alone: whose and where they are is known here. */
import type { Policy } from '@rollcall/contract';
import type { Roll } from '../coverage/index.ts';
import {
  watchPodMetrics,
  type DaemonPods,
  type PodMetricsHost,
  type PodMetricsWatch,
  type PodPlace,
} from '../watch/pod-metrics-watch.ts';
import type { LivePipeline } from './live-pipeline.ts';

/** Asks nothing before a policy does. */
export function openPodMetrics(host: Omit<PodMetricsHost, 'findPods'>, { pipeline }: LivePipeline): PodMetricsWatch {
  return watchPodMetrics({ ...host, findPods: (policy) => findDaemonPods(pipeline.roll, policy) });
}

/** Its selector and pods as they are known now; undefined while there is none. Walks over the pods of that DaemonSet. */
function findDaemonPods({ policies, inventory }: Roll, { uid }: Policy): DaemonPods | undefined {
  const daemonSet = policies.get(uid)?.daemonSet;
  if (daemonSet === undefined) return undefined;
  const byNode = inventory.podsAt.get(daemonSet.object.uid);
  if (byNode === undefined || byNode.size === 0) return undefined;
  const places = new Map<string, PodPlace>();
  for (const [node, there] of byNode)
    for (const { object } of 'object' in there ? [there] : there) places.set(object.name, { node, uid: object.uid });
  return { selector: daemonSet.object.selector, places };
}
