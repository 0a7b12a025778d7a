import type { NodeAnswer } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { compareNodes } from './compare-nodes.ts';
import { nodeOf } from './test-collector.ts';

type Changes = Partial<NodeAnswer>;

const uncovered = (reason: NodeAnswer['reason'], changes: Changes = {}): Changes => ({
  state: 'uncovered',
  reason,
  ...changes,
});

/** Undefined: the node is out of scope there. */
function compare(fresh: Changes | undefined, live: Changes | undefined): ReturnType<typeof compareNodes> {
  const side = (changes: Changes | undefined): readonly NodeAnswer[] =>
    changes === undefined ? [] : [nodeOf('n', changes)];
  return compareNodes(side(fresh), side(live));
}

describe('a difference that has to be', () => {
  const cases: readonly (readonly [why: RegExp, fresh: Changes | undefined, live: Changes | undefined])[] = [
    [/24 h/, undefined, uncovered('LabelDrift', { eligible: false })],
    [/24 h/, { state: 'stray', inScope: false, eligible: false }, { eligible: false }],
    [/24 h/, uncovered('UntoleratedTaint'), uncovered('LabelDrift', { eligible: false })],
    [/covered once/, { state: 'excused', reason: 'Joining' }, uncovered('NodeNotReady')],
    [/used up/, { state: 'excused', reason: 'Leaving' }, uncovered('LabelDrift')],
    [/which pod was there/, uncovered('Unexplained'), uncovered('Starting')],
    [/which pod was there/, uncovered('Starting'), uncovered('RolloutReplacing')],
    [/dates by arrival/, {}, uncovered('NotYetAvailable')],
    [/the live server does not see/, {}, { state: 'unobserved' }],
    [/a single look does not see/, { state: 'unobserved' }, {}],
  ];
  test.each(cases)('is explained by %s: fresh %j, live %j', (why, fresh, live) => {
    expect(compare(fresh, live)).toEqual([
      { what: expect.any(String) as string, why: expect.stringMatching(why) as string, nodes: ['n'] },
    ]);
  });
});

describe('a difference that should not be', () => {
  const cases: readonly (readonly [Changes | undefined, Changes | undefined])[] = [
    [{}, uncovered('CrashLoop')],
    [uncovered('CrashLoop'), {}],
    [uncovered('OOMKilled'), uncovered('CrashLoop')],
    [undefined, {}],
    [{}, undefined],
    [uncovered('UntoleratedTaint', { eligible: false }), { eligible: false }],
    [{}, { state: 'excused', reason: 'Joining' }],
  ];
  test.each(cases)('has no reason: fresh %j, live %j', (fresh, live) => {
    expect(compare(fresh, live)).toMatchObject([{ why: '', nodes: ['n'] }]);
  });
});

test('nodes that are alike are no difference, and phantoms are told apart by pool', () => {
  const phantom = (pool: string): NodeAnswer => nodeOf('', { pool, ...uncovered('NodeMissing') });
  const all = [nodeOf('a'), nodeOf('b', uncovered('CrashLoop')), phantom('x'), phantom('x'), phantom('y')];
  expect(compareNodes(all, all.toReversed())).toEqual([]);
  expect(compareNodes(all, all.slice(0, 3))).toMatchObject([
    { what: 'fresh look: uncovered NodeMissing; live server: out of scope', nodes: ['missing/x/2', 'missing/y/1'] },
  ]);
});

test('what nothing explains comes first', () => {
  const fresh = [nodeOf('a'), nodeOf('b'), nodeOf('c')];
  const live = [
    nodeOf('a', { state: 'unobserved' }),
    nodeOf('b', uncovered('CrashLoop')),
    nodeOf('c', uncovered('CrashLoop')),
  ];
  expect(compareNodes(fresh, live).map(({ why, nodes }) => [why === '', nodes])).toEqual([
    [true, ['b', 'c']],
    [false, ['a']],
  ]);
});
