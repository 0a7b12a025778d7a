/** Whatever is wrong in an exposition is found. */
import { expect, test } from 'vitest';
import { createFleet, type Slot } from './replay-fleet.ts';
import { watchIdentities } from './replay-identities.ts';

const GOOD = [
  'rollcall_expected_nodes{node_pool="a"} 10',
  'rollcall_covered_nodes{node_pool="a"} 10',
  'rollcall_current_nodes{node_pool="a"} 9',
  'rollcall_eligible_nodes{node_pool="a"} 10',
  'rollcall_valid_node_seconds_total{node_pool="a"} 500',
  'rollcall_good_node_seconds_total{node_pool="a"} 400',
];

function fleet(): readonly Slot[] {
  return createFleet(10, 0).slots;
}

function replaced(line: number, text: string): string {
  return GOOD.map((own, at) => (at === line ? text : own)).join('\n');
}

test('a good one has no fault', () => {
  expect(watchIdentities(fleet()).check(GOOD.join('\n'))).toEqual([]);
});

test.each([
  ['a node that is nowhere', 0, 'rollcall_expected_nodes{node_pool="a"} 11', 'expected 11 is not covered 10'],
  [
    'a node that is covered and should not be',
    1,
    'rollcall_covered_nodes{node_pool="a"} 11',
    'covered 11 is not from 10',
  ],
  ['more current than covered', 2, 'rollcall_current_nodes{node_pool="a"} 11', 'current 11 is more than covered 10'],
  ['one eligible too few', 3, 'rollcall_eligible_nodes{node_pool="a"} 9', 'eligible 9 is not 10'],
  ['more good than valid', 5, 'rollcall_good_node_seconds_total{node_pool="a"} 501', 'good time is more'],
])('%s is found', (_, line, text, fault) => {
  expect(watchIdentities(fleet()).check(replaced(line, text))).toContainEqual(expect.stringContaining(fault));
});

test('a counter that falls is found, and so is one that is gone', () => {
  const watch = watchIdentities(fleet());
  watch.check(GOOD.join('\n'));
  const lower = watch.check(replaced(4, 'rollcall_valid_node_seconds_total{node_pool="a"} 499'));
  expect(lower).toEqual(['rollcall_valid_node_seconds_total{node_pool="a"} fell from 500 to 499']);
  expect(watch.check(replaced(4, ''))).toContainEqual(expect.stringContaining('fell from 499 to nothing'));
});

test('a pod that does not serve makes too much coverage a fault', () => {
  const slots = fleet();
  const [{ pod } = { pod: undefined }] = slots;
  if (pod !== undefined) pod.face = 'crashing';
  expect(watchIdentities(slots).check(GOOD.join('\n'))).toEqual([
    'covered 10 is not from 9 to 9, the nodes whose pod serves',
  ]);
});
