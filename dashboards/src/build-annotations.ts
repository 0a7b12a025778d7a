/** What is marked in every graph: when nodes were on an old revision, when a maintenance window was open, when an alert fired. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { COVERAGE_METRICS, POLICY_LABELS } from '@rollcall/contract';
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

const { current, covered, maintenanceActive, policyInfo } = COVERAGE_METRICS;

/** One region for all that is marked at a time: Grafana lays them over each other, and a dozen would hide the curves. Hence no tickets. */
const MARKS: readonly Mark[] = [
  {
    name: 'Rollouts',
    // A DaemonSet that is replaced by hand may rest on two revisions for weeks, and would shade every graph.
    expr: `sum by (daemonset) (sum by (${POLICY_LABELS}) (${gauge(covered)} - ${gauge(current)}) unless on (${POLICY_LABELS}) ${select(policyInfo, 'strategy="OnDelete"')}) > 0`,
    colour: 'teal',
    title: 'Rollout of {{daemonset}}',
    text: 'Covered nodes are on an older revision',
  },
  {
    name: 'Maintenance',
    expr: `max by (window) (${select(maintenanceActive)}) == 1`,
    colour: 'excused',
    title: 'Maintenance window {{window}}',
    text: 'What it excuses counts in no adjusted budget',
  },
  {
    name: 'Pages',
    expr: `max by (alertname) (${firingAlerts('severity="page"')})`,
    colour: 'bad',
    title: '{{alertname}}',
    text: 'The on-call board says of what',
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
