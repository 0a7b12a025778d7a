/** What every journal does, in a file or in memory: one list of cases that each implementation has to pass. */
import type { HourCut, Journal, JournalReader, NodeMemory, TransitionRow } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';

const SECOND = 1_000;
const HOUR = 3_600_000;

/** The beginning of an hour; the cases count from it. A journal drops what is older than a month, so it is a recent one. */
export const BASE = (Math.floor(Date.now() / HOUR) - 2) * HOUR;

/** A journal under test. `settle` resolves once what was appended can be read; `age` lets the clock of the reader go on. */
export interface JournalUnderTest {
  readonly journal: Journal & JournalReader;
  settle(): Promise<void>;
}

/** A transition of a node under the policy `p`, `ms` after BASE. */
export function transition(ms: number, changes: Partial<TransitionRow> = {}): TransitionRow {
  return {
    kind: 'transition',
    sequence: ms,
    cluster: '',
    policyUid: 'p',
    nodeUid: 'uid-a',
    node: 'a',
    pool: 'none',
    from: 'covered',
    to: 'uncovered',
    reason: 'CrashLoop',
    evidence: 'it crashed',
    wallMs: BASE + ms,
    ...changes,
  };
}

/** What is remembered of a node under the policy `p`. */
export function memory(nodeUid: string, changes: Partial<NodeMemory> = {}): NodeMemory {
  const now = { wallMs: BASE, inScope: true, eligible: true, gone: false };
  return { policyUid: 'p', nodeUid, ...now, coveredOnce: true, excused: {}, ...changes };
}

/** A cut of the policy `p`, `ms` after BASE. */
export function cut(ms: number, changes: Partial<HourCut> = {}): HourCut {
  const key = { cluster: '', policyUid: 'p', hour: BASE };
  return {
    ...key,
    namespace: 'agents',
    daemonset: 'agent',
    atMs: BASE + ms,
    nodes: [{ pool: 'none', sli: 'coverage', reason: '', nodes: 2 }],
    rows: [
      {
        kind: 'hour',
        ...key,
        replica: '',
        pool: 'none',
        sli: 'coverage',
        reason: '',
        validMs: 2 * ms,
        goodMs: ms,
        unobservedMs: 0,
      },
    ],
    ...changes,
  };
}

const ABOUT = { cluster: '', policyUid: 'p', nodeUid: 'uid-a', node: 'a', pool: 'none' };

/** Runs the cases against journals that `open` makes; each is new and empty. */
export function journalCases(name: string, open: (wallMs: () => number) => Promise<JournalUnderTest>): void {
  describe(`a journal ${name}`, () => {
    test('answers the last transitions of a node under a policy, newest first', async () => {
      const { journal } = await open(() => BASE);
      for (const ms of [1, 2, 3]) journal.append(transition(ms));
      journal.append(transition(4, { nodeUid: 'other' }));
      expect(journal.transitions('p', 'uid-a', 2).map(({ sequence }) => sequence)).toEqual([3, 2]);
      expect(journal.transitions('p', 'uid-a', 1)[0]).not.toHaveProperty('kind');
    });

    test('tells the history of a node by its name, across policies and kinds, newest first', async () => {
      const { journal, settle } = await open(() => BASE);
      journal.append(transition(1));
      journal.append(transition(2, { policyUid: 'q' }));
      journal.append(transition(3, { node: 'b', nodeUid: 'uid-b' }));
      const stages = { ready: 900, total: 4_000 };
      journal.append({ kind: 'join', ...ABOUT, wallMs: BASE + 4, outcome: 'in_time', stages });
      const restart = { container: 'agent', count: 2, reason: 'OOMKilled', message: '' };
      journal.append({ kind: 'restart', ...ABOUT, wallMs: BASE + 5, ...restart });
      await settle();
      const { items: found } = await journal.history({ node: 'a', limit: 10, beforeMs: Infinity });
      expect(found.map(({ kind, wallMs }) => `${kind} ${wallMs - BASE}`)).toEqual([
        'restart 5',
        'join 4',
        'transition 2',
        'transition 1',
      ]);
      expect(found[0]).toEqual({ kind: 'restart', ...ABOUT, wallMs: BASE + 5, ...restart });
      expect(found[1]).toMatchObject({ outcome: 'in_time', stages });
      expect(found[3]).toEqual(transition(1));
      const { items: page } = await journal.history({ node: 'a', limit: 1, beforeMs: BASE + 4 });
      expect(page.map(({ wallMs }) => wallMs - BASE)).toEqual([2]);
    });

    test('keeps one row of an event that is told again', async () => {
      const { journal, settle } = await open(() => BASE);
      const event = {
        kind: 'event',
        ...ABOUT,
        eventUid: 'e',
        object: 'Pod/agents/agent-x',
        reason: 'BackOff',
      } as const;
      for (const count of [1, 2, 9]) {
        const said = { message: 'back-off', type: 'Warning', component: 'kubelet', count };
        journal.append({ ...event, ...said, wallMs: BASE + count });
      }
      await settle();
      const { items: found } = await journal.history({ node: 'a', limit: 10, beforeMs: Infinity });
      expect(found).toMatchObject([{ kind: 'event', count: 9, wallMs: BASE + 9 }]);
    });

    test('sums what each node lost, by reason, within a span and up to now', async () => {
      let now = BASE;
      const { journal, settle } = await open(() => now);
      journal.append(transition(0));
      journal.append(transition(10 * SECOND, { reason: 'OOMKilled', from: 'uncovered' }));
      journal.append(transition(15 * SECOND, { to: 'covered', reason: '' }));
      journal.append(transition(20 * SECOND, { node: 'b', nodeUid: 'uid-b' }));
      now = BASE + 60 * SECOND;
      journal.book(cut(60 * SECOND));
      await settle();
      const lost = await journal.lost({ fromMs: BASE + 5 * SECOND, toMs: BASE + HOUR });
      expect(lost.nodes.map(({ node, lostMs }) => [node, lostMs])).toEqual([
        ['b', 40 * SECOND],
        ['a', 10 * SECOND],
      ]);
      expect(lost.nodes[1]?.reasons).toEqual([
        { reason: 'CrashLoop', ms: 5 * SECOND },
        { reason: 'OOMKilled', ms: 5 * SECOND },
      ]);
      expect(lost.policies).toEqual([{ policyUid: 'p', cluster: '', namespace: 'agents', daemonset: 'agent' }]);
    });
  });
}
