/** All that a collector says of all nodes, in a form that two collectors can be compared by. */
import type { NodeAnswer } from '@rollcall/contract';
import type { Collector } from './rollcall.ts';

/**
 * One line for each DaemonSet with its counts, and one for each node of it, out of scope or not: state, reason, eligible, pod.
 * Left out is what has memory: since when, and how often.
 */
export async function rollOf(collector: Collector): Promise<readonly string[]> {
  const policies = await collector.policies();
  const lines = await Promise.all(
    policies.map(async ({ namespace, daemonset, counts }) => {
      const name = `${namespace}/${daemonset}`;
      const nodes = [...(await collector.nodes(name)), ...(await collector.nodes(name, 'outOfScope'))];
      return [`${name} ${JSON.stringify(counts)}`, ...nodes.map((node) => `${name} ${describe(node)}`)];
    }),
  );
  return lines.flat().toSorted();
}

function describe({ node, pool, state, reason, eligible, pod, findings }: NodeAnswer): string {
  const codes = findings.map(({ code }) => code).join();
  return `${node} ${pool} ${state} ${reason ?? '-'} ${eligible ? 'eligible' : '-'} ${pod ?? '-'} ${codes}`.trimEnd();
}
