/** Says of a policy with an objective for resources whether metrics.k8s.io answers, and if not, why, what counts instead and what to do. */
import type { Policy, PolicyCondition } from '@rollcall/contract';
import type { KubeErrorCode } from '@rollcall/kube';
import { heartbeatTerms } from '../coverage/index.ts';
import type { PodMetricsWatch } from '../watch/pod-metrics-watch.ts';

/** The condition PodMetricsDown; none for a policy without that objective. */
export function metricsCondition(
  policy: Policy,
  metrics: Pick<PodMetricsWatch, 'stateOf'>,
): readonly PolicyCondition[] {
  if (!policy.hasDaemonSet || !policy.objectives.some(({ sli }) => sli === 'resources')) return [];
  const condition = (status: 'True' | 'False', reason: string, message: string): readonly PolicyCondition[] => [
    { type: 'PodMetricsDown', status, reason, message },
  ];
  const state = metrics.stateOf(policy.uid);
  if (state === undefined) return condition('True', 'Syncing', 'metrics.k8s.io has not been asked yet');
  if (state.trouble === undefined) return condition('False', 'Live', '');
  const { code, message } = state.trouble;
  const instead =
    heartbeatTerms(policy) === undefined
      ? 'nothing else tells what the daemons use, so that resources are unobserved'
      : 'the cpuCores and memoryBytes of heartbeats count instead';
  return condition('True', code, `metrics.k8s.io fails: ${message}; ${instead}; ${MENDS[code] ?? RETRY}`);
}

const RETRY = 'the collector tries again; see whether its APIService is Available';

const MENDS: Partial<Readonly<Record<KubeErrorCode, string>>> = {
  NotFound: 'install metrics-server, or let the daemon send heartbeats',
  Forbidden: "allow the collector's account to list pods in metrics.k8s.io, as deploy/kubernetes does",
};
