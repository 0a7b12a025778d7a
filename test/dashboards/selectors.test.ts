/** No query selects a metric that nobody exports, or one bare of the labels that the board's variables are about. */
import { interpolate } from '@rollcall/dashboards/preview';
import { expect, test } from 'vitest';
import { openVariables } from './ask-prometheus.ts';
import { judgeSelector } from './judge-selector.ts';
import { questionsOf, readBoards, readLabelValues, type BoardJson, type Question } from './read-questions.ts';
import { readSelectors } from './read-selectors.ts';

function fill(expr: string, { templating }: BoardJson): string {
  const variables = openVariables(templating.list);
  return interpolate(expr, { variables, rangeMs: 3_600_000, stepMs: 15_000, scrapeIntervalMs: 15_000 });
}

function judge(question: Question, board: BoardJson): readonly string[] {
  // Each variable narrows what the next one offers, so that the first has nothing to match on.
  if (question.kind === 'variable') {
    const { selector } = readLabelValues(question.expr) ?? {};
    if (selector === undefined) return ['is not of the form label_values(selector, label)'];
    const names = readSelectors(fill(selector, board)).flatMap(judgeSelector);
    return names.filter((fault) => !fault.includes('does not match on'));
  }
  return readSelectors(fill(question.expr, board)).flatMap(judgeSelector);
}

test.each(readBoards().map((board) => [board.uid, board] as const))('%s selects by all labels', (_, board) => {
  const asked = questionsOf(board).filter(({ language }) => language === 'PromQL');
  const faults = asked.flatMap((question) =>
    judge(question, board).map((fault) => `${question.kind} "${question.place}": ${fault}`),
  );
  expect(faults).toEqual([]);
});

const all = 'cluster=~".*",namespace=~".*",daemonset=~".*"';

test.each([
  [`rollcall_covered_nodes{${all},node_pool=~".*"}`, []],
  ['rollcall_covered_nodes', ['rollcall_covered_nodes: does not match on cluster, namespace, daemonset, node_pool']],
  [`sum(rollcall_covered_nodes{${all}})`, ['rollcall_covered_nodes: does not match on node_pool']],
  [`rollcall_policy_info{${all}}`, []],
  [`rate(rollcall_join_duration_seconds_bucket{${all},stage="ready"}[5m])`, []],
  [
    'pool:rollcall_coverage:ratio{cluster="a"}',
    ['pool:rollcall_coverage:ratio: does not match on namespace, daemonset, node_pool'],
  ],
  [`max(rollcall_coverd_nodes{${all}})`, ['rollcall_coverd_nodes: is no metric of the contract or the rules']],
  ['{job="rollcall"}', ['a selector without a name: is no metric of the contract or the rules']],
  ['rollcall_build_info{instance="a"} * on (a) rollcall_leader', ['rollcall_leader: does not match on instance']],
])('planted: %s', (expr, faults) => {
  expect(readSelectors(expr).flatMap(judgeSelector)).toEqual(faults);
});

test('what is no PromQL is told with its place', () => {
  expect(() => readSelectors('sum(rate(x{a="b"[5m]))')).toThrow('no PromQL from "[5m]))" on');
});
