/** Asks the DaemonSet controller's own function what it decides, by the Go program in kubernetes/oracle. */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ensureBinaries } from './build.ts';

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
  const child = spawn(oracle, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const [output, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    // If it ends early its exit code and complaint say more than the broken pipe does.
    pipeline(Readable.from(toLines(pairs)), child.stdin).catch(() => undefined),
  ]);
  const code = await ended;
  if (code !== 0) throw new Error(`the oracle ended with code ${code}: ${complaint.trim()}`);
  return output.trimEnd().split('\n').map(readAnswer);
}

// Several pairs a write, since a write for each costs more than its line.
function* toLines(pairs: Iterable<OraclePair>): Generator<string> {
  let lines = '';
  for (const pair of pairs) {
    lines += `${JSON.stringify(pair)}\n`;
    if (lines.length < 1 << 16) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}

function readAnswer(line: string): OracleAnswer {
  if (line === 'YY' || line === 'NY' || line === 'NN') return line;
  throw new Error(`the oracle answered ${JSON.stringify(line)} where YY, NY or NN was expected`);
}
