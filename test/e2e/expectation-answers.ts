/** Committed answers of the DaemonSet controller, so that fast tests need no Go: `node test/e2e/expectation-answers.ts` asks it anew. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askOracle, type OracleAnswer } from '../control-plane/index.ts';
import { generatePairs } from './expectation-pairs.ts';

/** What the committed file holds: `pairsHash` tells a changed generator from a changed decision. */
export interface Answers {
  readonly seed: number;
  readonly count: number;
  readonly pairsHash: string;
  readonly letters: readonly OracleAnswer[];
}

const FILE = join(import.meta.dirname, 'expectation-answers.txt');
const SEED = 20260901;
const COUNT = 20_000;
const LINE = 100;
// Two bits an answer, in this order.
const WORDS: readonly OracleAnswer[] = ['NN', 'NY', 'YY'];

/** Reads the committed answers. Throws if the header lacks a field. */
export async function readAnswers(): Promise<Answers> {
  const lines = (await readFile(FILE, 'utf8')).split('\n');
  const header = /seed=(\d+) count=(\d+) pairs=sha256:([0-9a-f]{64})/.exec(
    lines.find((line) => line.includes('seed=')) ?? '',
  );
  const [, seed, count, pairsHash] = header ?? [];
  if (seed === undefined || count === undefined || pairsHash === undefined)
    throw new Error(`${FILE}: no header with seed, count, pairs`);
  const packed = Buffer.from(lines.filter((line) => !line.startsWith('#')).join(''), 'base64');
  return { seed: Number(seed), count: Number(count), pairsHash, letters: unpack(packed, Number(count)) };
}

/** SHA-256 of the pairs as JSON lines, in hex. */
export function hashPairs(seed: number, count: number): string {
  const hash = createHash('sha256');
  for (const pair of generatePairs(seed, count)) hash.update(`${JSON.stringify(pair)}\n`);
  return hash.digest('hex');
}

function pack(letters: readonly OracleAnswer[]): Buffer {
  const packed = Buffer.alloc(Math.ceil(letters.length / 4));
  letters.forEach((letter, index) => {
    packed[index >> 2] = (packed[index >> 2] ?? 0) | (WORDS.indexOf(letter) << ((index & 3) * 2));
  });
  return packed;
}

function unpack(packed: Buffer, count: number): readonly OracleAnswer[] {
  return Array.from({ length: count }, (_, index) => {
    const word = WORDS[((packed[index >> 2] ?? 3) >> ((index & 3) * 2)) & 3];
    if (word === undefined) throw new Error(`${FILE}: answer ${index} is missing or damaged`);
    return word;
  });
}

async function generate(): Promise<void> {
  const letters = await askOracle(generatePairs(SEED, COUNT));
  const lines =
    pack(letters)
      .toString('base64')
      .match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const header = [
    '# Generated, do not edit: node test/e2e/expectation-answers.ts (needs Go).',
    '# What NodeShouldRunDaemonPod of Kubernetes 1.36.3 answers for the pairs of expectation-pairs.ts: two bits a pair,',
    '# lowest first, NN=0 NY=1 YY=2, base64.',
    `# seed=${SEED} count=${COUNT} pairs=sha256:${hashPairs(SEED, COUNT)}`,
  ];
  await writeFile(FILE, `${[...header, ...lines].join('\n')}\n`);
}

if (import.meta.main) await generate();
