/** Draws one panel by its type. Whatever cannot be drawn says so, in the panel. */
import { askPanel, type Questions } from './ask-panel.ts';
import type { Panel } from './dashboard.ts';
import { drawHeatmap } from './draw-heatmap.ts';
import { drawStat } from './draw-stat.ts';
import { drawStateTimeline } from './draw-state-timeline.ts';
import { drawTable } from './draw-table.ts';
import { drawTimeSeries } from './draw-time-series.ts';
import type { Drawing, Mark, PanelData, Size } from './drawing.ts';
import { escapeHtml } from './html.ts';

const DRAWN: Readonly<Record<string, (data: PanelData) => Drawing>> = {
  heatmap: drawHeatmap,
  stat: drawStat,
  'state-timeline': drawStateTimeline,
  table: drawTable,
  timeseries: drawTimeSeries,
};

/** What is drawn with. */
export interface Canvas {
  readonly size: Size;
  readonly marks: readonly Mark[];
  readonly questions: Questions;
}

/** The panel's drawing; never throws: a failure is a drawing too. */
export async function drawPanel(panel: Panel, { size, marks, questions }: Canvas): Promise<Drawing> {
  if (isLoki(panel)) return { kind: 'absent', why: 'needs Loki' };
  const draw = DRAWN[panel.type];
  try {
    if (draw === undefined) throw new Error(`panels of the type ${panel.type} are not known to the preview`);
    const answer = await askPanel(panel, size.width, questions);
    const rows = answer.frames.reduce((sum, { fields }) => sum + (fields[0]?.values.length ?? 0), 0);
    if (rows === 0 && panel.type !== 'stat') return sayNothing(panel);
    return draw({ panel, marks, size, ...answer });
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

function isLoki({ datasource, targets = [] }: Panel): boolean {
  return [datasource, ...targets.map((target) => target.datasource)].some((source) => source?.type === 'loki');
}

function sayNothing({ fieldConfig }: Panel): Drawing {
  return { kind: 'markup', html: `<p class="nothing">${escapeHtml(fieldConfig?.defaults?.noValue ?? 'No data')}</p>` };
}
