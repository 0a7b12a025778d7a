/** Our side of the comparison with the DaemonSet controller: from raw objects through projection to its two letters. */
import {
  createInterner,
  createNodeSharing,
  decidePlacement,
  projectDaemonSet,
  projectNode,
  type Placement,
} from '@rollcall/collector';
import type { OracleAnswer, OraclePair } from '../control-plane/index.ts';

/** Decides pairs one after the other, as the collector would; projection takes over the pair's labels. */
export function createDecider(): (pair: OraclePair) => Placement {
  const intern = createInterner(1000);
  const sharing = createNodeSharing(intern);
  return ({ node, daemonset }) =>
    decidePlacement(projectNode(node, sharing), projectDaemonSet(daemonset, intern).placement);
}

/** A decision in the oracle's letters. Throws for "run but do not keep", which no DaemonSet controller says. */
export function toLetters({ shouldRun, keepRunning }: Placement): OracleAnswer {
  if (shouldRun && !keepRunning) throw new Error('a placement that runs and is not kept');
  return shouldRun ? 'YY' : keepRunning ? 'NY' : 'NN';
}
