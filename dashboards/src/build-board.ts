/** Makes Grafana's dashboard of a board: variables, annotations, links to the other boards, rows of panels. */
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Board, BoardSettings, Row } from './board.ts';
import { buildAnnotations } from './build-annotations.ts';
import { buildPanel } from './build-panel.ts';
import { buildVariables } from './build-variables.ts';
import { uidOf } from './links.ts';

/** The tag that all boards have: links among them find the others by it. */
const TAG = 'rollcall';

/** The dashboard. The same board is always the same dashboard, byte for byte. */
export function buildBoard(board: Board, settings: BoardSettings): Dashboard {
  const dashboard = new DashboardBuilder(board.title)
    .uid(uidOf(board.name))
    .description(`${board.description} (generated, do not edit: rollcall generate dashboards)`)
    .tags([TAG])
    .editable()
    .refresh(board.refresh)
    .time({ from: board.from, to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...buildVariables(board, settings)])
    .annotations([...buildAnnotations()])
    .link(
      new DashboardLinkBuilder('Rollcall')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true),
    );
  let id = 1;
  for (const row of board.rows) id = addRow(dashboard, row, id);
  return dashboard.build();
}

/** Adds the heading and its panels, and answers the next free number. */
function addRow(dashboard: DashboardBuilder, { title, panels, folded = false }: Row, id: number): number {
  const row = new RowBuilder(title).id(id).collapsed(folded);
  const built = panels.map((panel, at) => buildPanel(panel, id + 1 + at));
  if (folded) for (const panel of built) row.withPanel(panel);
  dashboard.withRow(row);
  if (!folded) for (const panel of built) dashboard.withPanel(panel);
  return id + 1 + panels.length;
}
