import { expect, test } from 'vitest';
import { createCoveredCluster } from '../test-cluster.ts';
import { condition } from '../test-objects.ts';
import { describeNode } from './describe-node.ts';

const DOWN = { ready: condition('Unknown', 'NodeStatusUnknown') };

test.each([
  ['1', 10, 1, true],
  ['2', 10, 1, false],
  ['10%', 20, 2, true],
  ['10%', 21, 2, false],
  ['0', 10, 1, false],
])('a budget of %s of %i desired nodes is eaten by %i dead ones: %s', (rolloutBudget, desired, dead, isBlocked) => {
  const cluster = createCoveredCluster(['a', 'b', 'c', 'd']);
  cluster.daemonSet({ rolloutBudget, status: { desired, observedGeneration: 1 } });
  cluster.revision(2);
  for (const name of ['b', 'c'].slice(0, dead)) cluster.node(name, DOWN);
  // One that is down and never had the daemon eats nothing.
  cluster.node('e', DOWN);
  const { roll } = cluster.pipeline;
  const own = roll.policies.get('policy-agent');
  if (own === undefined) throw new Error('the policy is not in force');
  const context = { inventory: roll.inventory, roll: own, now: cluster.now(), rfc3339: String };
  const codes = describeNode(context, 'a')?.findings.map(({ code }) => code);
  expect(codes?.includes('RolloutBlocked')).toBe(isBlocked);
});
