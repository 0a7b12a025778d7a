/** Our expectation equals the committed answers of the real DaemonSet controller; no Go is needed here. */
import { describe, expect, test } from 'vitest';
import { hashPairs, readAnswers } from './expectation-answers.ts';
import { createDecider, toLetters } from './expectation-decide.ts';
import { generatePairs } from './expectation-pairs.ts';
import { ROWS } from './expectation-rows.ts';

describe('the table of known answers', () => {
  test('has its 62 rows', () => expect(ROWS).toHaveLength(62));

  test.each(ROWS)('$number: $title: $letters by $rule', ({ letters, rule, pair }) => {
    const decided = createDecider()(pair());
    expect({ letters: toLetters(decided), rule: decided.rule }).toEqual({ letters, rule });
  });
});

test('20,000 random pairs are decided as the controller decided them', async () => {
  const { seed, count, pairsHash, letters } = await readAnswers();
  expect(hashPairs(seed, count), 'the generator changed: run node test/e2e/expectation-answers.ts').toBe(pairsHash);
  const decide = createDecider();
  const ours = Array.from(generatePairs(seed, count), (pair) => toLetters(decide(pair)));
  const differences = ours.flatMap((answer, index) => (answer === letters[index] ? [] : [`pair ${index}: ${answer}`]));
  expect(differences).toEqual([]);
  expect(count).toBe(20_000);
});
