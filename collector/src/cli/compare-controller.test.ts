import type { NodeAnswer } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { compareController } from './compare-controller.ts';
import type { ControllerView } from './take-roll.ts';
import { nodeOf } from './test-collector.ts';

const RECOUNT: ControllerView['recount'] = {
  desired: ['a', 'b'],
  ready: ['a', 'b'],
  available: ['a', 'b'],
  misscheduled: [],
  kept: [],
  gone: [],
};
const TOLD: ControllerView['told'] = {
  uid: 'ds',
  desired: 2,
  ready: 2,
  available: 2,
  misscheduled: 0,
  isBehind: false,
};
const WELL = [nodeOf('a'), nodeOf('b')];

function compare(
  view: { readonly told?: Partial<ControllerView['told']>; readonly recount?: Partial<ControllerView['recount']> },
  nodes: readonly NodeAnswer[] = WELL,
): ReturnType<typeof compareController> {
  return compareController({ told: { ...TOLD, ...view.told }, recount: { ...RECOUNT, ...view.recount } }, nodes);
}

test('where all agree there is no difference', () => {
  expect(compare({})).toEqual([]);
});

test('a status that says anything else than its rules has no reason', () => {
  const what = "the controller's status says desired 3 where 2 are counted";
  expect(compare({ told: { desired: 3 } })).toEqual([{ what, why: '', nodes: [] }]);
  expect(compare({ told: { available: 1 } })).toMatchObject([{ why: '' }]);
  expect(compare({ told: { desired: 1 }, recount: { kept: ['k'] } })).toMatchObject([{ why: '' }]);
});

test.each([
  [{ isBehind: true, desired: 9 }, {}, /newest template/, []],
  [{ desired: 3, ready: 3, available: 3 }, { misscheduled: ['k'], kept: ['k'] }, /NoSchedule taint/, ['k']],
  [{ desired: 3 }, { gone: ['g'] }, /deleted nodes/, ['g']],
])('a stale status is known: %j', (told, recount, why, nodes) => {
  expect(compare({ told, recount })).toMatchObject([{ why: expect.stringMatching(why) as string, nodes }]);
});

test('a node that the controller does not let in, or that is not there, is named', () => {
  const drifted = nodeOf('c', { state: 'uncovered', reason: 'LabelDrift', eligible: false });
  const missing = nodeOf('', { pool: 'gpu', state: 'uncovered', reason: 'NodeMissing' });
  expect(compare({}, [...WELL, drifted, missing])).toEqual([
    {
      what: "expected, but not in the controller's desired count (LabelDrift)",
      why: 'it counts only nodes that the DaemonSet lets in',
      nodes: ['c'],
    },
    {
      what: "expected, but not in the controller's desired count (NodeMissing)",
      why: 'it counts no node that is not there',
      nodes: ['missing/gpu'],
    },
  ]);
});

test('a node that the policy does not expect is named', () => {
  expect(compare({}, [nodeOf('a'), nodeOf('b', { state: 'excused', reason: 'Leaving' })])).toEqual([
    {
      what: 'desired by the controller, but not expected (excused Leaving)',
      why: 'the policy decides whom to expect',
      nodes: ['b'],
    },
  ]);
  expect(compare({}, [nodeOf('a')])).toMatchObject([{ what: expect.stringContaining('out of scope') as string }]);
});

test('a node that is ready to the controller alone is named', () => {
  const dead = nodeOf('b', { state: 'uncovered', reason: 'NodeUnreachable' });
  expect(compare({}, [nodeOf('a'), dead])).toMatchObject([
    { what: 'ready by the controller, but uncovered (NodeUnreachable)', nodes: ['b'] },
  ]);
});
