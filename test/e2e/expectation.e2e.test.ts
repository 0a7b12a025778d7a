/** Our expectation equals the real DaemonSet controller's on 200,000 random pairs. */
import { beforeAll, expect, test } from 'vitest';
import { askOracle, type OracleAnswer, type OraclePair } from '../control-plane/index.ts';
import { createDecider, toLetters } from './expectation-decide.ts';
import { generatePairs } from './expectation-pairs.ts';
import { ROWS } from './expectation-rows.ts';
import { announceSeed } from './random.ts';

const COUNT = 200_000;

// Asked in the hook, whose time allows for the oracle's build on a cold machine.
let ofRows: readonly OracleAnswer[] = [];
beforeAll(async () => {
  ofRows = await askOracle(ROWS.map((row) => row.pair()));
});

test('the table of known answers is what the controller answers', () => {
  expect(ROWS.map(({ number }, index) => `${number} ${ofRows[index]}`)).toEqual(
    ROWS.map(({ number, letters }) => `${number} ${letters}`),
  );
});

test('200,000 random pairs are decided as the controller decides them', { timeout: 300_000 }, async () => {
  const seed = announceSeed();
  const answers = await askOracle(generatePairs(seed, COUNT));
  const decide = createDecider();
  const rules = new Map<string, number>();
  const differences: string[] = [];
  let index = 0;
  for (const pair of generatePairs(seed, COUNT)) {
    const text = JSON.stringify(pair);
    const decided = decide(JSON.parse(text) as OraclePair);
    rules.set(decided.rule, (rules.get(decided.rule) ?? 0) + 1);
    const ours = toLetters(decided);
    const theirs = answers[index++];
    if (ours !== theirs) differences.push(`ours ${ours} (${decided.rule}), theirs ${theirs}: ${text}`);
  }
  console.log(`${answers.length} pairs, ${differences.length} differences`, Object.fromEntries(rules));
  expect(differences.slice(0, 10)).toEqual([]);
  expect(answers).toHaveLength(COUNT);
  // A generator that never reaches a rule would prove nothing about it.
  for (const [, count] of rules) expect(count).toBeGreaterThan(COUNT / 100);
  expect(rules.size).toBe(6);
});
