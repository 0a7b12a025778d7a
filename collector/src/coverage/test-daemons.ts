/** A cluster for tests of Daemons: what matters beside the Daemons is well. */
import { daemonSource } from '@rollcall/contract';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { SECOND, type NodeChanges } from '../test-objects.ts';
import { describeNode } from './describe-node.ts';

/** The policy's maxProbeAge. */
export const MAX_AGE = 90 * SECOND;

/** Covered nodes under a policy that asks for Daemons of the source `local`, which is live and empty. */
export function createScene(nodes: Readonly<Record<string, NodeChanges>>): TestCluster {
  const cluster = createCoveredCluster([], { daemonLayer: { source: 'local', maxProbeAgeMs: MAX_AGE } });
  for (const [name, changes] of Object.entries(nodes)) {
    cluster.node(name, changes);
    cluster.pod(name);
  }
  cluster.watch(daemonSource('local'), 'live');
  return cluster;
}

/** What the API answers of a node. */
export function describeIt(cluster: TestCluster, node: string): ReturnType<typeof describeNode> {
  const { roll } = cluster.pipeline;
  const own = roll.policies.get('policy-agent');
  if (own === undefined) return undefined;
  return describeNode({ inventory: roll.inventory, roll: own, now: cluster.now(), rfc3339: String }, node);
}
