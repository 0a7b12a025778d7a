/** The door of the dashboards: the contract in, Grafana's dashboards out. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { BoardSettings } from './board.ts';
import { listBoards } from './boards.ts';
import { buildBoard } from './build-board.ts';

export type { BoardSettings } from './board.ts';
export { DASHBOARD_FORMATS, renderDashboard, type DashboardFormat, type ObjectPlace } from './render-dashboards.ts';

/** All dashboards, as Grafana reads them. */
export function generateDashboards(settings: BoardSettings): readonly Dashboard[] {
  return listBoards(settings).map((board) => buildBoard(board, settings));
}
