/** Makes Grafana's panel of what one is: what all kinds have in common here, the rest by kind. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { MappingType, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  SpecialValueMatch,
  type DashboardLink,
  type Panel,
  type RangeMap,
  type SpecialValueMap,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as LokiQueryBuilder } from '@grafana/grafana-foundation-sdk/loki';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Link, PanelSpec, Query, Step } from './board.ts';
import { startPanel } from './build-kind.ts';
import { LOKI, PROMETHEUS } from './build-variables.ts';
import { PALETTE } from './palette.ts';
import { toThresholds } from './thresholds.ts';

const HEIGHTS: Readonly<Record<PanelSpec['kind'], number>> = {
  stat: 4,
  'time-series': 8,
  table: 9,
  heatmap: 8,
  'state-timeline': 7,
  logs: 8,
};

/** The panel; `id` is its number on the board. */
export function buildPanel(spec: PanelSpec, id: number): Builder<Panel> {
  const { steps, links = [] } = spec;
  const panel = startPanel(spec)
    .id(id)
    .title(spec.optional === undefined ? spec.title : `${spec.title} (optional: ${spec.optional})`)
    .description(spec.description)
    .datasource(spec.kind === 'logs' ? LOKI : PROMETHEUS)
    .span(spec.width)
    .height(spec.height ?? HEIGHTS[spec.kind])
    .unit(spec.unit)
    .noValue(spec.empty ?? 'no data')
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(toThresholds(steps)))
    .mappings([...(spec.kind === 'stat' ? [nothing(spec)] : []), ...toMappings(steps)])
    .dataLinks(links.map(buildLink))
    .targets(spec.queries.map((query, at) => buildQuery(spec, query, at)));
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  return panel;
}

/** Without a value a figure would have the colour of the lowest step, which may say that all is well. */
function nothing({ empty = 'no data' }: PanelSpec): SpecialValueMap {
  const result = { text: empty, color: PALETTE.unknown, index: 0 };
  return { type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NullAndNan, result } };
}

/** Words for the ranges between steps; ranges meet at a value that belongs to the upper one, and the first match wins. */
function toMappings(steps: readonly Step[]): RangeMap[] {
  const ranges = steps.flatMap(({ from, word, colour }, at) => {
    if (word === undefined) return [];
    const to = steps[at + 1]?.from ?? null;
    const result = { text: word, color: PALETTE[colour], index: steps.length - at };
    return [{ type: MappingType.RangeToText as const, options: { from: from ?? null, to, result } }];
  });
  return ranges.toReversed();
}

/** A link that a value opens. */
export function buildLink({ title, url }: Link): Builder<DashboardLink> {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
}

function buildQuery({ kind }: PanelSpec, { expr, legend }: Query, at: number): Builder<Dataquery> {
  const refId = REF_IDS[at] ?? `Q${at}`;
  if (kind === 'logs') return new LokiQueryBuilder().refId(refId).expr(expr).queryType('range').datasource(LOKI);
  const query = new DataqueryBuilder()
    .refId(refId)
    .expr(expr)
    .datasource(PROMETHEUS)
    .legendFormat(legend ?? '');
  query.format(FORMATS[kind] ?? PromQueryFormat.TimeSeries);
  // At the end of the range only: an older value may be of a collector that is gone.
  return kind === 'table' || kind === 'stat' ? query.instant() : query.range();
}

const REF_IDS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const FORMATS: Partial<Readonly<Record<PanelSpec['kind'], PromQueryFormat>>> = {
  table: PromQueryFormat.Table,
  heatmap: PromQueryFormat.Heatmap,
};
