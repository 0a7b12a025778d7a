import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Board, PanelSpec } from './board.ts';
import { listBoards } from './boards.ts';
import { uidOf } from './links.ts';

const BOARDS = listBoards({ speed: 1, apiUrl: 'http://collector.example', runbookBase: '' });
const PAGE = readFileSync(new URL('../../docs/dashboards.md', import.meta.url), 'utf8');
/** Beyond that nobody finds anything within a glance. */
const MOST_IN_SIGHT = 24;

const panelsOf = ({ rows }: Board): readonly PanelSpec[] => rows.flatMap(({ panels }) => panels);
const named = BOARDS.map((board) => [board.name, board] as const);

/** Widths of the lines that panels come to lie in, each filled from the left. */
function fillLines(panels: readonly PanelSpec[]): readonly number[] {
  const lines: number[] = [];
  for (const { width } of panels) {
    const last = lines.at(-1) ?? 24;
    if (last + width > 24) lines.push(width);
    else lines[lines.length - 1] = last + width;
  }
  return lines;
}

test.each(named)('%s leaves no hole at the end of a line, and no more in sight than can be read', (_, board) => {
  for (const { title, panels } of board.rows)
    expect([title, ...fillLines(panels)]).toEqual([title, ...fillLines(panels).map(() => 24)]);
  const inSight = board.rows.filter(({ folded }) => folded !== true).flatMap(({ panels }) => panels);
  expect(inSight.length).toBeLessThanOrEqual(MOST_IN_SIGHT);
});

test('a line that is not full is found', () => {
  const panel = (width: number): PanelSpec => ({ width }) as PanelSpec;
  expect(fillLines([panel(12), panel(12), panel(8), panel(12), panel(24)])).toEqual([24, 20, 24]);
});

test('the page in docs lists every board and every panel that needs more', () => {
  const rows = [...PAGE.matchAll(/^\| `(rollcall-[\w-]+)`/gm)].map(([, uid]) => String(uid));
  expect(rows.toSorted()).toEqual(BOARDS.map(({ name }) => uidOf(name)).toSorted());
  const optional = BOARDS.flatMap((board) =>
    panelsOf(board).flatMap(({ title, optional: need }) =>
      need === undefined ? [] : [`- ${need}: "${title}" of \`${uidOf(board.name)}\``],
    ),
  );
  const [, listed = ''] = /<!-- optional begin -->\n\n([^]*?)\n\n<!-- optional end -->/.exec(PAGE) ?? [];
  expect(listed).toBe(optional.length === 0 ? 'None.' : optional.join('\n'));
});
