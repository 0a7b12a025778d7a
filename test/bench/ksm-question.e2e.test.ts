/** Prometheus understands the question. */
import { expect, test } from 'vitest';
import { checkRules } from '../control-plane/index.ts';
import { QUESTIONS } from './ksm-question.ts';

test('promtool accepts every rule', async () => {
  expect(await checkRules(QUESTIONS)).toContain(`SUCCESS: ${QUESTIONS.length} rules found`);
});

test('promtool refuses a rule that is none', async () => {
  await expect(checkRules([{ record: 'a', expr: 'count by (' }])).rejects.toThrow();
});
