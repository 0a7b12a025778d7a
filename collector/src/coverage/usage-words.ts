/** Says of one node what its daemon uses. */
import type { Check } from '@rollcall/contract';
import { judgeUsage, resourcesSli } from './resources-sli.ts';
import { sayDuration } from './say-duration.ts';
import type { Subject } from './subject.ts';
import type { UsageSight } from './usage-sight.ts';

/** The check of what it uses: shown where something is known of that, or an objective asks for it. It fails nothing: no layer hangs on it. */
export function checkUsage(subject: Subject): readonly Check[] {
  const { usage, policy } = subject;
  if (usage === undefined) {
    if (!resourcesSli.isAsked(policy)) return [];
    const seen = 'neither metrics.k8s.io nor a heartbeat told of this daemon within the last 2 min';
    return [{ check: 'resources', outcome: 'unknown', seen }];
  }
  const { mark } = judgeUsage(subject);
  const outcome = mark === 'good' ? 'pass' : mark === 'bad' ? 'note' : 'unknown';
  return [{ check: 'resources', outcome, seen: describeUsage(subject, usage) }];
}

function describeUsage({ policy, node, now }: Subject, { cpuCores, memoryBytes, origin, atMono }: UsageSight): string {
  const { cpuRatio, memoryBytes: memoryLimit } = policy.resources;
  const { cpuMillis } = node.object;
  const cores = cpuMillis === 0 ? 'an unknown number of' : String(cpuMillis / 1_000);
  const cpu =
    cpuCores === undefined
      ? 'CPU not told'
      : `${round(cpuCores, 4)} of ${cores} CPUs (${round(100 * cpuRatio, 4)} % allowed)`;
  const memory =
    memoryBytes === undefined
      ? 'memory not told'
      : `${megabytes(memoryBytes)} of memory (${megabytes(memoryLimit)} allowed)`;
  return `${cpu}, ${memory}, by ${origin} ${sayDuration(now.monoMs - atMono)} ago`;
}

function megabytes(bytes: number): string {
  return `${round(bytes / 1e6, 1)} MB`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
