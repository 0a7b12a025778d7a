/** A slice of the fuzzed cases; `npm run campaign -- --rules-fuzz 10000` plays as many as are asked for. */
import { DEFAULT_SETTINGS, generateRules } from '@rollcall/alerts';
import { expect, test } from 'vitest';
import { createRandom } from '../e2e/random.ts';
import { KINDS } from './fuzz-kinds.ts';
import { playRound, ROUND } from './fuzz.ts';
import { objective, policyWith } from './policies.ts';

const PROMTOOL = process.env['ROLLCALL_PROMTOOL'] ?? '/usr/bin/promtool';
const KIND_COUNT = Object.keys(KINDS).length;

function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

test('no sample of any rule is NaN or infinite, and every rule gives samples', async () => {
  // Two rounds of an hour, and a few cases of one that is long enough for the slowest tier.
  const slices = [seedsFrom(1, ROUND), seedsFrom(3 * ROUND + 1, ROUND), seedsFrom(ROUND + 1, 4)];
  console.log(`seeds ${slices.map((seeds) => `${seeds[0]} to ${seeds.at(-1)}`).join(', ')}`);
  const tallies = await Promise.all(slices.map((seeds) => playRound({ promtool: PROMTOOL, seeds })));
  expect(tallies.flatMap(({ faults }) => faults)).toEqual([]);
  expect(
    tallies.map(({ silent }) => silent).reduce((one, other) => one.filter((rule) => other.includes(rule))),
  ).toEqual([]);
});

test.each([
  ['nothing by nothing', 'rollcall_unobserved_nodes / rollcall_expected_nodes', 'NaN'],
  ['something by nothing', '(rollcall_expected_nodes + 1) / rollcall_expected_nodes', '+Inf'],
])('a planted division of %s is found', async (_, expr, value) => {
  const rules = [{ record: 'planted:rollcall:ratio', expr }];
  const planted = [{ name: 'planted', interval: '1m', rules }];
  const { faults } = await playRound({ promtool: PROMTOOL, seeds: seedsFrom(1, KIND_COUNT), planted });
  expect(new Set(faults.map(({ rule }) => rule))).toEqual(new Set(['planted:rollcall:ratio']));
  expect(faults).toContainEqual({ seed: 1, kind: 'idle policy', rule: 'planted:rollcall:ratio', value });
});

test('what cannot be evaluated is told', async () => {
  const planted = [
    {
      name: 'planted',
      interval: '1m',
      rules: [
        { record: 'twice', expr: 'rollcall_valid_node_seconds_total + on (cluster) rollcall_good_node_seconds_total' },
      ],
    },
  ];
  await expect(playRound({ promtool: PROMTOOL, seeds: [1], planted })).rejects.toThrow('many-to-many');
});

test('every series that a rule reads is drawn', () => {
  const objectives = (['coverage', 'join', 'freshness'] as const).map((sli) => objective({ sli }));
  const owned = objective({ owners: ['agent'] });
  const rules = [...objectives, owned]
    .flatMap((own) => generateRules([policyWith([own])], DEFAULT_SETTINGS))
    .flatMap(({ groups }) => groups.flatMap((group) => group.rules));
  const read = new Set(rules.flatMap(({ expr }) => expr.match(/(?<![\w:])rollcall_\w+/g) ?? []));
  const drawn = new Set(KINDS['nothing wrong'](createRandom(1), { steps: 3, minutes: 1 }).map(({ metric }) => metric));
  expect([...read].filter((name) => !drawn.has(name))).toEqual([]);
});
