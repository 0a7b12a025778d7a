/**
 * M5, resources: the daemon uses less of its node than the policy allows. The share is of the node's capacity, what the machine has: what is
 * allocatable moves with what kubelets reserve, the daemon's own reservation included, and would move the limit with it.
 */
import { podSource, WATCH, type Policy } from '@rollcall/contract';
import { isDaemonThere } from './stability.ts';
import type { MarkAnswer, StateSli } from './state-sli.ts';
import type { Subject } from './subject.ts';

/** The resources SLI; a daemon that nobody measured lately is unobserved, never good. */
export const resourcesSli: StateSli = {
  name: 'resources',
  isAsked: ({ hasDaemonSet, objectives }) => hasDaemonSet && objectives.some(({ sli }) => sli === 'resources'),
  sources: sourcesOf,
  mark: (subject, { isLive }) => {
    if (!sourcesOf(subject.policy).every(isLive)) return { mark: 'unobserved' };
    return isDaemonThere(subject) ? judgeUsage(subject) : { mark: '' };
  },
  ofMissing: '',
};

function sourcesOf({ namespace, daemonset }: Policy): readonly string[] {
  return [WATCH.nodes, podSource(namespace, daemonset)];
}

/** One figure that is not below its limit is bad, whatever the other is; both must be known for good. */
export function judgeUsage({ usage, policy, node }: Pick<Subject, 'usage' | 'policy' | 'node'>): MarkAnswer {
  if (usage === undefined) return { mark: 'unobserved' };
  const { cpuCores, memoryBytes, expiresMono: lookAgainMono } = usage;
  const { cpuRatio, memoryBytes: memoryLimit } = policy.resources;
  // In whole billionths of a core, as the metrics API tells them: 5 % of 3 cores is no exact fraction.
  const limit = Math.round(node.object.cpuMillis * 1e6 * cpuRatio);
  const isCpuBelow = cpuCores === undefined || limit === 0 ? undefined : Math.round(cpuCores * 1e9) < limit;
  const isMemoryBelow = memoryBytes === undefined ? undefined : memoryBytes < memoryLimit;
  if (isCpuBelow === false || isMemoryBelow === false) return { mark: 'bad', lookAgainMono };
  return { mark: isCpuBelow === true && isMemoryBelow === true ? 'good' : 'unobserved', lookAgainMono };
}
