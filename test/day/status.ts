/** The status that the DaemonSet controller would report, as kube-state-metrics shows it. */
import { hashOf, podKey, shouldRun, type Cluster, type DaySet } from './cluster.ts';
import { NAMESPACE } from './objects.ts';

/** The five figures of a DaemonSet's status that the mixin reads. */
interface DaemonSetStatus {
  desired: number;
  current: number;
  misscheduled: number;
  updated: number;
  available: number;
}

/** Counts node by node, as the controller does. */
export function countStatus(cluster: Cluster, set: DaySet): DaemonSetStatus {
  const status: DaemonSetStatus = { desired: 0, current: 0, misscheduled: 0, updated: 0, available: 0 };
  for (const node of cluster.nodes.values()) {
    const pod = cluster.pods.get(podKey(set.object.name, node.name));
    if (!shouldRun(node)) {
      if (pod !== undefined) status.misscheduled += 1;
      continue;
    }
    status.desired += 1;
    if (pod === undefined) continue;
    status.current += 1;
    if (pod.hash === hashOf(set)) status.updated += 1;
    if (pod.ready.status === 'True') status.available += 1;
  }
  return status;
}

const FAMILIES = {
  desired: 'kube_daemonset_status_desired_number_scheduled',
  current: 'kube_daemonset_status_current_number_scheduled',
  misscheduled: 'kube_daemonset_status_number_misscheduled',
  updated: 'kube_daemonset_status_updated_number_scheduled',
  available: 'kube_daemonset_status_number_available',
} as const satisfies Record<keyof DaemonSetStatus, string>;

/** The lines of a scrape. */
export function exposeStatuses(cluster: Cluster): string {
  const lines = [...cluster.sets.values()].flatMap((set) => {
    const status = countStatus(cluster, set);
    const labels = `namespace="${NAMESPACE}",daemonset="${set.object.name}",job="kube-state-metrics"`;
    return (Object.keys(FAMILIES) as (keyof DaemonSetStatus)[]).map(
      (key) => `${FAMILIES[key]}{${labels}} ${status[key]}`,
    );
  });
  return lines.join('\n');
}

const ONE = ({ desired, current, misscheduled, updated, available }: typeof FAMILIES): string =>
  `((${current} != ${desired}) or (${misscheduled} != 0) or (${updated} != ${desired}) or (${available} != ${desired})) and changes(${updated}[5m]) == 0`;

/** What the three DaemonSet alerts of kubernetes-mixin mean, in our own words: something is not as desired and the rollout does not move; too few pods; pods where none should be. */
export const MIXIN_RULES = {
  groups: [
    {
      name: 'status',
      rules: [
        { alert: 'StatusStuck', expr: ONE(FAMILIES), for: '15m', labels: { severity: 'warning' } },
        {
          alert: 'StatusTooFew',
          expr: `${FAMILIES.desired} - ${FAMILIES.current} > 0`,
          for: '10m',
          labels: { severity: 'warning' },
        },
        { alert: 'StatusMisplaced', expr: `${FAMILIES.misscheduled} > 0`, for: '15m', labels: { severity: 'warning' } },
      ],
    },
  ],
} as const;
