import type { NodeMemory, Transition, TransitionRow } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createMemoryJournal } from './memory-journal.ts';
import { journalCases } from './journal.cases.ts';

function transition(sequence: number, changes: Partial<Transition> = {}): TransitionRow {
  return {
    kind: 'transition',
    sequence,
    cluster: '',
    policyUid: 'p',
    nodeUid: 'n',
    node: 'n',
    pool: 'none',
    from: 'absent',
    to: 'covered',
    reason: '',
    evidence: '',
    wallMs: sequence,
    ...changes,
  };
}

function memory(nodeUid: string, coveredOnce = true): NodeMemory {
  return { policyUid: 'p', nodeUid, wallMs: 0, inScope: true, eligible: true, gone: false, coveredOnce, excused: {} };
}

function sequences(found: readonly Transition[]): readonly number[] {
  return found.map(({ sequence }) => sequence);
}

describe('transitions', () => {
  test('are answered newest first, of one node under one policy, as many as asked', () => {
    const journal = createMemoryJournal();
    for (const sequence of [1, 2, 3]) journal.append(transition(sequence));
    journal.append(transition(4, { nodeUid: 'other' }));
    journal.append(transition(5, { policyUid: 'other' }));
    expect(sequences(journal.transitions('p', 'n', 10))).toEqual([3, 2, 1]);
    expect(sequences(journal.transitions('p', 'n', 2))).toEqual([3, 2]);
    expect(journal.transitions('p', 'n', 0)).toEqual([]);
    expect(journal.transitions('p', 'nobody', 10)).toEqual([]);
  });

  test('beyond the limit go the oldest first, whosever they are', () => {
    const journal = createMemoryJournal({ limit: 3 });
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      journal.append(transition(sequence, { nodeUid: sequence % 2 === 0 ? 'even' : 'odd' }));
      const kept = [...journal.transitions('p', 'even', 99), ...journal.transitions('p', 'odd', 99)];
      const newest = [sequence, sequence - 1, sequence - 2].filter((one) => one > 0);
      expect(sequences(kept).toSorted((one, other) => other - one)).toEqual(newest);
    }
  });
});

describe('shedding', () => {
  test('keeps the newest share of what may be kept, and no memory is lost', () => {
    const journal = createMemoryJournal({ limit: 10 });
    for (let sequence = 1; sequence <= 12; sequence += 1) journal.append(transition(sequence));
    journal.remember(memory('a'));
    expect(journal.shed(0.5)).toBe(5);
    expect(sequences(journal.transitions('p', 'n', 99))).toEqual([12, 11, 10, 9, 8]);
    expect(journal.shed(0.5)).toBe(0);
    expect(journal.shed(0)).toBe(5);
    expect(journal.transitions('p', 'n', 99)).toEqual([]);
    expect(journal.recall()).toEqual([memory('a')]);
  });

  test('leaves room for as much as before', () => {
    const journal = createMemoryJournal({ limit: 3 });
    for (const sequence of [1, 2, 3]) journal.append(transition(sequence));
    journal.shed(0);
    for (let sequence = 4; sequence <= 20; sequence += 1) journal.append(transition(sequence));
    expect(sequences(journal.transitions('p', 'n', 99))).toEqual([20, 19, 18]);
  });
});

describe('memories', () => {
  test('are recalled as last remembered, one for each node and policy', () => {
    const journal = createMemoryJournal();
    journal.remember(memory('a', false));
    journal.remember(memory('b'));
    journal.remember(memory('a'));
    journal.remember({ ...memory('a'), policyUid: 'q' });
    expect(journal.recall()).toEqual([memory('b'), memory('a'), { ...memory('a'), policyUid: 'q' }]);
    expect(journal.durable).toBe(false);
  });

  test('beyond twice the limit go those that were not renewed for longest', () => {
    const journal = createMemoryJournal({ limit: 2 });
    const remembered = (): readonly string[] => journal.recall().map(({ nodeUid }) => nodeUid);
    for (const uid of ['a', 'b', 'c', 'd', 'a']) journal.remember(memory(uid));
    expect(remembered()).toEqual(['b', 'c', 'd', 'a']);
    journal.remember(memory('e'));
    expect(remembered()).toEqual(['a', 'e']);
  });
});

journalCases('in memory', (wallMs) =>
  Promise.resolve({ journal: createMemoryJournal({ wallMs }), settle: () => Promise.resolve() }),
);
