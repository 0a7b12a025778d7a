/** Asks the DaemonSet controller's own function what it decides, by the Go program in kubernetes/oracle. */
import { text } from 'node:stream/consumers';
import { ensureBinaries } from './build.ts';
import { feedProgram } from './feed-program.ts';

/** A Node and a DaemonSet as the API would give them; namespace and selector do not matter to the decision. */
export interface OraclePair {
  readonly node: object;
  readonly daemonset: object;
}

/** First letter: would a pod be made on the node; second: would one that runs there be kept. */
export type OracleAnswer = 'YY' | 'NY' | 'NN';

/**
 * The answers of `NodeShouldRunDaemonPod` (Kubernetes as pinned in kubernetes/go.mod, default feature gates: the Gt and Lt
 * operators of tolerations are off) in the order of the pairs, some 10,000 a second. It is the bare function: it also answers
 * for objects that the API server would refuse. Throws if a pair is not of the API's shape, with its line number.
 */
export async function askOracle(pairs: Iterable<OraclePair>): Promise<readonly OracleAnswer[]> {
  const { oracle } = await ensureBinaries();
  const output = await feedProgram({ path: oracle, lines: pairs }, text);
  return output.trimEnd().split('\n').map(readAnswer);
}

function readAnswer(line: string): OracleAnswer {
  if (line === 'YY' || line === 'NY' || line === 'NN') return line;
  throw new Error(`the oracle answered ${JSON.stringify(line)} where YY, NY or NN was expected`);
}
