/** Every dashboard keeps the house rules, and each rule finds what breaks it. */
import { expect, test } from 'vitest';
import { judgeBoard } from './judge-board.ts';
import { panelsOf, readBoards, type BoardJson } from './read-questions.ts';

const boards = readBoards();
const uids = boards.map(({ uid }) => uid);

test.each(boards.map((board) => [board.uid, board] as const))('%s keeps the house rules', (_, board) => {
  expect(judgeBoard(board, uids)).toEqual([]);
});

/** A board that is as it should be but for its links, with a change made in its first panel or in itself. */
function spoil(change: (board: BoardJson, panel: BoardJson['panels'][number]) => void): readonly string[] {
  const [first] = boards;
  const board = structuredClone(first);
  const [panel] = board === undefined ? [] : panelsOf(board);
  if (board === undefined || panel === undefined) throw new Error('there is no panel to spoil');
  const before = new Set(judgeBoard(board, uids));
  change(board, panel);
  return judgeBoard(board, uids).filter((fault) => !before.has(fault));
}

const to = (url: string): object => ({ links: [{ title: 'there', url }] });
const KEPT = '${__url_time_range}&${datasource:queryparam}&${cluster:queryparam}&${namespace:queryparam}';

test.each<readonly [string, Parameters<typeof spoil>[0], RegExp]>([
  ['no unit', (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, { unit: '' }), /has no unit/],
  ['no description', (_, panel) => Object.assign(panel, { description: 'Coverage' }), /has no description/],
  [
    'no thresholds',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, { thresholds: { steps: [] } }),
    /thresholds/,
  ],
  [
    'silence when empty',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, { noValue: '' }),
    /to be empty/,
  ],
  [
    'a data source of its own',
    (_, panel) => Object.assign(panel, { datasource: { uid: 'abc' } }),
    /another data source/,
  ],
  [
    'a query twice',
    (_, panel) => Object.assign(panel, { targets: [panel.targets?.[0], panel.targets?.[0]] }),
    /query A is there twice/,
  ],
  [
    'a figure of a range',
    (_, panel) => Object.assign(panel, { type: 'stat', targets: [{ ...panel.targets?.[0], instant: false }] }),
    /as if it were now/,
  ],
  ['nothing asked', (_, panel) => Object.assign(panel, { targets: [] }), /asks nothing/],
  [
    'two panels of one id',
    (board, panel) =>
      Object.assign(board, {
        panels: [...board.panels, { ...panel, title: 'b', gridPos: { x: 0, y: 900, w: 1, h: 1 } }],
      }),
    /id \d+ is there twice/,
  ],
  [
    'two panels of one title',
    (board, panel) =>
      Object.assign(board, { panels: [...board.panels, { ...panel, id: 999, gridPos: { x: 0, y: 900, w: 1, h: 1 } }] }),
    /title ".+" is there twice/,
  ],
  [
    'one panel over another',
    (board, panel) => Object.assign(board, { panels: [...board.panels, { ...panel, id: 999, title: 'b' }] }),
    /lies over "b"/,
  ],
  [
    'a panel too wide',
    (_, panel) => Object.assign(panel, { gridPos: { x: 20, y: 900, w: 5, h: 1 } }),
    /beyond column 24/,
  ],
  ['a UID too long', (board) => Object.assign(board, { uid: `rollcall-${'x'.repeat(40)}` }), /the UID is/],
  ['no links to the others', (board) => Object.assign(board, { links: [] }), /does not link to the other boards/],
  ['links that lose the time', (board) => Object.assign(board.links[0] ?? {}, { keepTime: false }), /does not link/],
  [
    'a strange transformation',
    (_, panel) => Object.assign(panel, { transformations: [{ id: 'merg' }] }),
    /transformation/,
  ],
  [
    'a link to no board',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, to(`/d/rollcall-x?${KEPT}&var-daemonset=\${y}`)),
    /the board rollcall-x, which is not there/,
  ],
  [
    'a link that forgets',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, to(`/d/${uids[0]}?${KEPT}`)),
    /without the variable daemonset/,
  ],
  [
    'a link out of time',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, to(`/d/${uids[0]}?x`)),
    /without the time/,
  ],
  [
    'a link to anywhere',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, to('https://x.example')),
    /no board, API or runbook/,
  ],
  [
    'a page that is none',
    (_, { fieldConfig }) => Object.assign(fieldConfig?.defaults ?? {}, to('${runbooks}alerts/runbooks/reason.md')),
    /no board, API or runbook/,
  ],
])('planted: %s', (_, change, fault) => {
  expect(spoil(change).join('\n')).toMatch(fault);
});
