/** What Rollcall's own Node condition should say of a node, from the policies that expect a daemon there. */
import type { DaemonReady } from '@rollcall/contract';
import type { PolicyRoll } from './policy-roll.ts';
import { isInScope, type Standing } from './standing.ts';

const COVERED: DaemonReady = { status: 'True', reason: 'Covered', message: '' };
const NOT_EXPECTED: DaemonReady = { status: 'True', reason: 'NotExpected', message: 'no policy expects a daemon here' };

/**
 * What there is to say of the node of that name: False as soon as one daemon is known to be missing, excused or not, since a gate asks
 * whether it is there and not whether it counts; True when all are there; undefined while that cannot be told, and what was said last
 * stands: a collector that sees nothing must not close the gates of a whole cluster.
 */
export function sayDaemonReady(rolls: Iterable<PolicyRoll>, node: string): DaemonReady | undefined {
  const all = [...rolls];
  const asked = all.flatMap((roll) => standAt(roll, node));
  const missing = asked.filter(({ standing }) => standing.verdict === 'uncovered');
  if (missing.length > 0) return sayMissing(missing);
  const isSeen =
    all.every(({ started }) => started) && asked.every(({ standing }) => standing.verdict !== 'unobserved');
  if (!isSeen) return undefined;
  return asked.length === 0 ? NOT_EXPECTED : COVERED;
}

interface Asked {
  readonly name: string;
  readonly standing: Standing;
}

function standAt({ policy, records }: PolicyRoll, node: string): readonly Asked[] {
  const standing = records.get(node)?.standing;
  if (standing === undefined || !isInScope(standing)) return [];
  return [{ name: `${policy.namespace}/${policy.daemonset}`, standing }];
}

function sayMissing(missing: readonly Asked[]): DaemonReady {
  const inOrder = missing.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const daemons = inOrder.map(({ name, standing }) => `${name} (${standing.reason})`);
  return { status: 'False', reason: inOrder[0]?.standing.reason ?? '', message: `not there: ${daemons.join(', ')}` };
}
