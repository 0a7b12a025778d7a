/** The committed page tells of the question as it is asked today. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeRules } from './ksm-page.ts';
import { QUESTION_FAMILIES, QUESTIONS } from './ksm-question.ts';
import { SCENES } from './ksm-scenes.ts';

const page = await readFile(new URL('../../docs/kube-state-metrics.md', import.meta.url), 'utf8');

test('the page shows the rules that the bench and the answers use: if not, run `make peers`', () => {
  expect(page).toContain(describeRules());
});

test.each(SCENES.map(({ title }) => title))('the page has the answers to: %s', (title) => {
  expect(page).toMatch(new RegExp(`^\\| ${title.replaceAll(/[.*+?^$()[\]|]/g, '\\$&')} +\\| \\d+ of \\d+ `, 'm'));
});

test('kube-state-metrics is asked for no family that no rule reads', () => {
  for (const family of QUESTION_FAMILIES) expect(QUESTIONS.some(({ expr }) => expr.includes(family))).toBe(true);
  expect(QUESTION_FAMILIES).toContain('kube_pod_container_status_waiting_reason');
});
