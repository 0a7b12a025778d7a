/** What is marked in every graph: when nodes were on an old revision, when a maintenance window was open, when an alert fired. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { COVERAGE_METRICS } from '@rollcall/contract';
import { AnnotationQueryBuilder, type AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard';
import { PROMETHEUS } from './build-variables.ts';
import { PALETTE, type Colour } from './palette.ts';
import { firingAlerts, gauge, select } from './select.ts';

interface Mark {
  readonly name: string;
  readonly expr: string;
  readonly colour: Colour;
  readonly title: string;
  readonly text: string;
}

const { current, covered, maintenanceActive } = COVERAGE_METRICS;

const MARKS: readonly Mark[] = [
  {
    name: 'Rollouts',
    expr: `sum by (namespace, daemonset) (${gauge(covered)} - ${gauge(current)}) > 0`,
    colour: 'teal',
    title: 'Rollout of {{namespace}}/{{daemonset}}',
    text: 'Covered nodes are on an older revision',
  },
  {
    name: 'Maintenance',
    expr: `max by (namespace, daemonset, window) (${select(maintenanceActive)}) == 1`,
    colour: 'excused',
    title: 'Maintenance window {{window}}',
    text: '{{namespace}}/{{daemonset}}',
  },
  {
    // Not of tickets: in an outage so many fire that their regions hide the curves.
    name: 'Pages',
    expr: `max by (alertname, namespace, daemonset) (${firingAlerts('severity="page"')})`,
    colour: 'bad',
    title: '{{alertname}}',
    text: '{{namespace}}/{{daemonset}}',
  },
];

/** The annotations of a board. */
export function buildAnnotations(): readonly Builder<AnnotationQuery>[] {
  return MARKS.map(({ name, expr, colour, title, text }) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(PROMETHEUS)
      .enable(true)
      .iconColor(PALETTE[colour])
      .expr(expr)
      .step('60s')
      .titleFormat(title)
      .textFormat(text),
  );
}
