/** The families about what daemons use, and about the worst nodes by name: part of the catalogue. */
import { gauge } from './metric.ts';

/** By what nodes are the worst: the values of the `by` label. */
export type WorstBy = 'lag' | 'restarts' | 'cpu' | 'memory';

/** So many nodes are named by each. */
export const WORST_LIMIT = 10;

/** Part of COVERAGE_METRICS. */
export const USAGE_METRICS = {
  daemonCpu: gauge(
    'rollcall_daemon_cpu_cores',
    'CPU that daemons use, by quantile over the nodes in scope of which it is known; as heartbeats or metrics.k8s.io tell.',
    { labels: ['quantile'] },
  ),
  daemonCpuSum: gauge('rollcall_daemon_cpu_cores_sum', 'CPU that all daemons use of which it is known.'),
  daemonMemory: gauge(
    'rollcall_daemon_memory_bytes',
    'Memory that daemons use, by quantile over the nodes in scope of which it is known; as heartbeats or metrics.k8s.io tell.',
    { labels: ['quantile'] },
  ),
  daemonMemorySum: gauge('rollcall_daemon_memory_bytes_sum', 'Memory that all daemons use of which it is known.'),
  worstNode: gauge(
    'rollcall_worst_node',
    'The ten worst nodes of a policy by each measure: seconds of telemetry lag, restarts in the last hour, cores, bytes of memory.',
    { labels: ['by', 'rank', 'node'] },
  ),
} as const;
