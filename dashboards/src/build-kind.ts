/** What each kind of panel has of its own. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as stateTimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeSeries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Column, Heatmap, PanelSpec, Table, TimeSeries } from './board.ts';
import { PALETTE, type Colour } from './palette.ts';
import { toThresholds } from './thresholds.ts';

/** Any kind's builder: what they have in common can be asked of each. */
export type PanelBuilder =
  | heatmap.PanelBuilder
  | logs.PanelBuilder
  | stat.PanelBuilder
  | stateTimeline.PanelBuilder
  | table.PanelBuilder
  | timeSeries.PanelBuilder;

/** A builder with the options of the kind set. */
export function startPanel(spec: PanelSpec): PanelBuilder {
  switch (spec.kind) {
    case 'stat':
      return startStat();
    case 'time-series':
      return startTimeSeries(spec);
    case 'table':
      return startTable(spec);
    case 'heatmap':
      return startHeatmap(spec);
    case 'state-timeline':
      return startStateTimeline();
    case 'logs':
      return new logs.PanelBuilder().showTime(true).wrapLogMessage(true).sortOrder(common.LogsSortOrder.Descending);
  }
}

function startStat(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .colorScheme(colourBy(FieldColorModeId.Thresholds))
    .colorMode(common.BigValueColorMode.BackgroundSolid)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

function startTimeSeries({
  stacked = false,
  colours = {},
  dashed,
  limits = false,
}: TimeSeries): timeSeries.PanelBuilder {
  const panel = new timeSeries.PanelBuilder()
    .colorScheme(colourBy(FieldColorModeId.PaletteClassicByName))
    .lineWidth(2)
    // Fills of several lines would add up to mud.
    .fillOpacity(stacked ? 60 : 0)
    .showPoints(common.VisibilityMode.Never)
    .legend(bottomLegend())
    .tooltip(allAtOnce());
  if (stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (limits)
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  if (dashed !== undefined)
    panel.overrideByRegexp(dashed, [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 6] } }]);
  for (const [colour, names] of groupByColour(colours)) colourSeries(panel, colour, names);
  return panel;
}

function colourSeries(panel: timeSeries.PanelBuilder, colour: Colour, names: readonly string[]): void {
  const fixed = [{ id: 'color', value: { mode: 'fixed', fixedColor: PALETTE[colour] } }];
  if (names.length === 1 && /^\w+$/.test(names.join(''))) panel.overrideByName(names.join(''), fixed);
  else panel.overrideByRegexp(`/^(?:${names.join('|')})$/`, fixed);
}

function groupByColour(colours: Readonly<Record<string, Colour>>): ReadonlyMap<Colour, readonly string[]> {
  const groups = Map.groupBy(Object.entries(colours), ([, colour]) => colour);
  return new Map([...groups].map(([colour, entries]) => [colour, entries.map(([name]) => name)]));
}

function startTable({ columns, sort, queries }: Table): table.PanelBuilder {
  const fields = columns.map(({ field }) => field);
  const indexByName = Object.fromEntries(fields.map((field, at) => [field, at]));
  const renameByName = Object.fromEntries(columns.map(({ field, name }) => [field, name]));
  const panel = new table.PanelBuilder()
    .cellHeight(common.TableCellHeight.Sm)
    .colorScheme(colourBy(FieldColorModeId.Thresholds))
    .transformations([
      ...(queries.length > 1 ? [{ id: 'merge', options: {} }] : []),
      { id: 'filterFieldsByName', options: { include: { names: fields } } },
      { id: 'organize', options: { indexByName, renameByName, excludeByName: {} } },
    ]);
  if (sort !== undefined)
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(sort.name).desc(sort.descending)]);
  for (const column of columns) panel.overrideByName(column.name, describeColumn(column));
  return panel;
}

function describeColumn({ unit, decimals, width, links, steps }: Column): DynamicConfigValue[] {
  const said: [string, unknown][] = [
    // What a table says while it is empty is no word for a cell.
    ['noValue', '–'],
    ['unit', unit],
    ['decimals', decimals],
    ['custom.width', width],
    ['links', links?.map(({ title, url }) => ({ title, url, targetBlank: true }))],
    ['thresholds', steps === undefined ? undefined : { mode: 'absolute', steps: toThresholds(steps) }],
    ['custom.cellOptions', steps === undefined ? undefined : { type: 'color-background', mode: 'basic' }],
  ];
  return said.filter(([, value]) => value !== undefined).map(([id, value]) => ({ id, value }));
}

function startHeatmap({ unit }: Heatmap): heatmap.PanelBuilder {
  // Cividis keeps its order for every kind of colour vision.
  const scheme = new heatmap.HeatmapColorOptionsBuilder()
    .mode(heatmap.HeatmapColorMode.Scheme)
    .scheme('Cividis')
    .steps(64);
  return new heatmap.PanelBuilder()
    .calculate(false)
    .color(scheme)
    .yAxis(new heatmap.YAxisConfigBuilder().unit(unit))
    .cellGap(1)
    .showLegend();
}

function startStateTimeline(): stateTimeline.PanelBuilder {
  return new stateTimeline.PanelBuilder()
    .colorScheme(colourBy(FieldColorModeId.Thresholds))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.9)
    .fillOpacity(90)
    .lineWidth(0)
    .legend(bottomLegend())
    .tooltip(allAtOnce());
}

function colourBy(mode: FieldColorModeId): FieldColorBuilder {
  return new FieldColorBuilder().mode(mode);
}

function bottomLegend(): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom);
}

function allAtOnce(): common.VizTooltipOptionsBuilder {
  return new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);
}
