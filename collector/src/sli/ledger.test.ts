import type { Owner, Policy, ReasonCode } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import type { Standing } from '../coverage/index.ts';
import { buildPolicy, START } from '../test-objects.ts';
import { bucketsOf, createLedger, type Ledger } from './ledger.ts';

const COVERED: Standing = {
  pool: 'p',
  state: 'covered',
  verdict: 'covered',
  reason: '',
  owner: '',
  excuse: '',
  rule: '',
  eligible: true,
  current: true,
  layers: ['pod'],
  marks: [],
};
const CRASHED = uncovered('CrashLoop', 'agent');
const DEAD = uncovered('NodeUnreachable', 'node');

function uncovered(reason: ReasonCode, owner: Owner): Standing {
  return { ...COVERED, state: 'uncovered', verdict: 'uncovered', reason, owner, current: false, layers: [] };
}

function caringFor(...owners: readonly Owner[]): Partial<Policy> {
  return { objectives: [{ sli: 'coverage', target: 0.99, windowMs: 1, owners }] };
}

/** A ledger that moves nodes of one policy; times are milliseconds after START. */
function createScene(changes: Partial<Policy> = {}): {
  ledger: Ledger;
  policy: Policy;
  adopt: (changes: Partial<Policy>, ms: number) => void;
  move: (before: Standing | undefined, after: Standing | undefined, ms: number) => void;
  sums: (ms: number) => readonly string[];
} {
  const ledger = createLedger();
  let policy = buildPolicy(changes);
  const at = (ms: number): { monoMs: number; wallMs: number } => ({
    monoMs: START.monoMs + ms,
    wallMs: START.wallMs + ms,
  });
  ledger.adopt(policy, at(0));
  return {
    ledger,
    policy,
    adopt: (edit, ms) => {
      policy = buildPolicy({ ...changes, ...edit });
      ledger.adopt(policy, at(ms));
    },
    move: (before, after, ms) => ledger.move({ policy, before, after, monoMs: START.monoMs + ms }),
    sums: (ms) => {
      const series = ledger.read(policy, START.monoMs + ms);
      const buckets = series === undefined ? [] : bucketsOf(series);
      return buckets.map((own) => `${own.standing.state} ${own.bad ? 'bad' : 'good'}: ${own.count} for ${own.ms}`);
    },
  };
}

describe('the ledger', () => {
  test('integrates to the millisecond, at events and at reads', () => {
    const { move, sums } = createScene();
    move(undefined, COVERED, 0);
    move(undefined, COVERED, 10);
    expect(sums(15)).toEqual(['covered good: 2 for 20']);
    move(COVERED, CRASHED, 20);
    expect(sums(20)).toEqual(['covered good: 1 for 30', 'uncovered bad: 1 for 0']);
    move(CRASHED, undefined, 320);
    expect(sums(1_000)).toEqual(['covered good: 1 for 1010', 'uncovered bad: 0 for 300']);
  });

  test('reads the same twice at one instant, and never less at an earlier one', () => {
    const { move, sums } = createScene();
    move(undefined, COVERED, 0);
    expect(sums(50)).toEqual(['covered good: 1 for 50']);
    expect(sums(50)).toEqual(['covered good: 1 for 50']);
    expect(sums(40)).toEqual(['covered good: 1 for 50']);
  });

  test('counts only the time of the objective owners as bad', () => {
    const { move, sums } = createScene(caringFor('agent', 'rollout'));
    move(undefined, CRASHED, 0);
    move(undefined, DEAD, 0);
    expect(sums(7)).toEqual(['uncovered good: 1 for 7', 'uncovered bad: 1 for 7']);
  });

  test('counts all owners as bad without a coverage objective', () => {
    const { move, sums } = createScene({ objectives: [] });
    move(undefined, DEAD, 0);
    expect(sums(7)).toEqual(['uncovered bad: 1 for 7']);
  });

  test.each([
    ['fewer owners', {}, caringFor('agent'), ['uncovered good: 1 for 30', 'uncovered bad: 0 for 10']],
    ['more owners', caringFor('agent'), caringFor('node'), ['uncovered good: 0 for 10', 'uncovered bad: 1 for 30']],
  ])('lets a policy edit that names %s change what is bad from then on only', (_, before, after, sums) => {
    const scene = createScene(before);
    scene.move(undefined, DEAD, 0);
    scene.adopt(after, 10);
    expect(scene.sums(40)).toEqual(sums);
  });

  test('keeps the values of a policy that is gone, and of its creation, for the next of that name', () => {
    const scene = createScene();
    scene.move(undefined, COVERED, 0);
    scene.move(COVERED, undefined, 100);
    scene.ledger.drop(scene.policy);
    scene.adopt({ uid: 'anew' }, 5_000);
    expect(scene.sums(6_000)).toEqual(['covered good: 0 for 100']);
    expect(scene.ledger.read(buildPolicy(), 0)?.createdWallMs).toBe(START.wallMs);
    scene.move(undefined, COVERED, 6_000);
    expect(scene.sums(6_001)).toEqual(['covered good: 1 for 101']);
  });

  test('books the time that nobody led as unobserved of every SLI that it was valid for', () => {
    const { ledger, move, policy } = createScene();
    const marked: Standing = { ...COVERED, marks: ['good', '', 'bad'] };
    ledger.take({ leader: true, untilMonoMs: START.monoMs + 100 }, START.monoMs);
    move(undefined, marked, 0);
    ledger.take({ leader: true, untilMonoMs: START.monoMs + 900 }, START.monoMs + 130);
    const holes = [...(ledger.read(policy, START.monoMs + 130)?.holes.values() ?? [])];
    expect(holes.map(({ standing, exportedMs }) => ({ marks: standing.marks, exportedMs }))).toEqual([
      { marks: ['unobserved', '', 'unobserved'], exportedMs: 30 },
    ]);
  });

  test('knows nothing of a policy that it never adopted', () => {
    const { ledger } = createScene();
    const stranger = buildPolicy({ daemonset: 'stranger' });
    ledger.move({ policy: stranger, before: undefined, after: COVERED, monoMs: START.monoMs });
    expect(ledger.read(stranger, START.monoMs)).toBeUndefined();
  });

  test('counts no node twice or below none while two policies change places with different owners', () => {
    const ledger = createLedger();
    const one = buildPolicy({ uid: 'one', ...caringFor('agent') });
    const two = buildPolicy({ uid: 'two', ...caringFor('node') });
    const at = (ms: number): { monoMs: number; wallMs: number } => ({ monoMs: START.monoMs + ms, wallMs: 0 });
    ledger.adopt(one, at(0));
    ledger.move({ policy: one, before: undefined, after: DEAD, monoMs: START.monoMs });
    ledger.adopt(two, at(10));
    ledger.move({ policy: one, before: DEAD, after: undefined, monoMs: START.monoMs + 20 });
    ledger.drop(one);
    ledger.move({ policy: two, before: undefined, after: DEAD, monoMs: START.monoMs + 20 });
    const series = ledger.read(two, START.monoMs + 50);
    const buckets = series === undefined ? [] : bucketsOf(series);
    expect(buckets.map(({ bad, count, ms }) => ({ bad, count, ms }))).toEqual([
      { bad: false, count: 0, ms: 10 },
      { bad: true, count: 1, ms: 40 },
    ]);
  });
});
