/** The generated rules on Prometheus' own rule engine: each alert in its minute, silent in the one before, and no NaN in what is recorded. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { BURN_SUITES, HALF_SPENT_CASES } from './burn-cases.ts';
import { lintRules, playCases, type RuleCase } from './play-cases.ts';
import { PIECE_CASES } from './piece-cases.ts';
import { objective, renderFor } from './policies.ts';
import { JOIN_SUITE } from './join-cases.ts';
import { ABSENCE_CASES } from './collector-cases.ts';
import { STATE_CASES } from './state-cases.ts';
import { fleet, grows, named } from './timeline.ts';

const PROMTOOL = process.env['ROLLCALL_PROMTOOL'] ?? '/usr/bin/promtool';

async function expectAll(rules: readonly string[], stepMinutes: number, cases: readonly RuleCase[]): Promise<void> {
  await ensurePrometheus();
  const { held, output } = await playCases({ promtool: PROMTOOL, rules, stepMinutes, cases });
  expect(held, output).toBe(true);
}

test('there are at least sixty cases', () => {
  const burns = BURN_SUITES.flatMap(({ cases }) => cases);
  const all = [...burns, ...HALF_SPENT_CASES, ...STATE_CASES, ...ABSENCE_CASES];
  expect(new Set(all).size).toBeGreaterThanOrEqual(60);
  console.log(`${all.length} cases, ${all.flatMap(({ firings }) => firings).length} alerts looked at`);
});

test.each([...BURN_SUITES, JOIN_SUITE])('burns of $name', async ({ objective: own, stepMinutes, cases }) => {
  const [, policy] = renderFor([own], { intervalMs: stepMinutes * 60_000 });
  await expectAll([policy], stepMinutes, cases);
});

test('half of the budget is spent in a day', () => expectAll([renderFor([objective()])[1]], 1, HALF_SPENT_CASES));
test('an objective of the agent’s owners pages for their loss, in the minutes of any other, and not for that of nodes', async () => {
  const uncovered = (owner: string, bad: number) =>
    grows(named('rollcall_uncovered_node_seconds_total', { node_pool: 'p', owner, reason: 'r' }), [
      [120, 0],
      [60, bad * 60],
    ]);
  const [valid] = fleet(5, [[180, 0]]);
  const of = (name: string, owner: string, first: object): RuleCase => ({
    name,
    minutes: 180,
    series: [...(valid === undefined ? [] : [valid]), uncovered(owner, 1)],
    firings: [{ alert: 'tier="page_fast"', ...first }],
  });
  const [, policy] = renderFor([objective({ owners: ['agent', 'rollout'] })]);
  await expectAll([policy], 1, [of('the agent is away', 'agent', { first: 164 }), of('a node is away', 'node', {})]);
});

test('pieces of node-seconds add up to what the counters grew by', () => expectAll([renderFor([])[0]], 1, PIECE_CASES));

test('states', () => expectAll([renderFor([])[0]], 1, STATE_CASES));
test('a policy that is heard of no more', () => expectAll([renderFor([objective()])[1]], 1, ABSENCE_CASES));

test('every rule passes all of promtool’s lints, and an objective has at most twenty', async () => {
  await ensurePrometheus();
  const objectives = (['coverage', 'stability', 'join', 'freshness', 'resources'] as const).map((sli) =>
    objective({ sli }),
  );
  const owned = [objective({ owners: ['agent', 'rollout'], windowMs: 90 * 86_400_000 })];
  for (const text of [...renderFor(objectives), renderFor(owned)[1]]) {
    const { held, output } = await lintRules(PROMTOOL, text);
    expect(held, output).toBe(true);
  }
  const { output } = await lintRules(PROMTOOL, renderFor([objective()])[1]);
  // Two of them are the policy's.
  expect(Number(/(\d+) rules found/.exec(output)?.[1])).toBeLessThanOrEqual(20 + 2);
  expect(
    (await lintRules(PROMTOOL, stringify({ groups: [{ name: 'g', rules: [{ record: 'a', expr: '1 +' }] }] }))).held,
  ).toBe(false);
});
