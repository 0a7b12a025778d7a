/** Panels stand where Grafana puts them. */
import { expect, test } from 'vitest';
import type { Panel } from './dashboard.ts';
import { placePanels } from './place-panels.ts';

const at = (
  title: string,
  [x, y, w, h]: readonly [number, number, number, number],
  own: Partial<Panel> = {},
): Panel => ({
  type: 'stat',
  title,
  gridPos: { x, y, w, h },
  ...own,
});

const inside = at('inside', [0, 7, 24, 8]);
const panels = [
  at('left', [0, 0, 12, 2]),
  at('right', [12, 0, 12, 4]),
  at('row', [0, 6, 24, 1], { type: 'row', collapsed: true, panels: [inside] }),
  at('below', [0, 15, 24, 2]),
];

test('columns and rows in pixels, without holes; what a closed row holds is not shown', () => {
  const placed = placePanels(panels, 24 * 50 + 23 * 8, false);
  expect(placed.map(({ panel, ...place }) => [panel.title, ...Object.values(place)])).toEqual([
    ['left', 0, 0, 12 * 50 + 11 * 8, 68],
    ['right', 12 * 58, 0, 12 * 50 + 11 * 8, 144],
    ['row', 0, 4 * 38, 24 * 50 + 23 * 8, 30],
    ['below', 0, 5 * 38, 24 * 50 + 23 * 8, 68],
  ]);
});

test('an opened row shows what it holds and moves the rest down', () => {
  const tops = placePanels(panels, 1568, true).map(({ panel, top }) => [panel.title, top / 38]);
  expect(tops.slice(2)).toEqual([
    ['row', 4],
    ['inside', 5],
    ['below', 13],
  ]);
});
