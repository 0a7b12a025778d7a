/** Annotations: what happened, what users lose, why, on which nodes, and where to read on. Queries are asked when the alert fires. */
import { type AlertName, ALERTS, COMMON_LABELS, COVERAGE_METRICS, POOL, runbookOf } from '@rollcall/contract';
import type { RuleSettings, Texts } from './rule.ts';

/** How many nodes and reasons an annotation names at most. */
const NAMED_NODES = 10;
const NAMED_REASONS = 3;

/** Labels of the alert by which a query finds its series; a label that the alert lacks matches series that lack it. */
type Scope = readonly string[];

/** The policy of the alert. */
export const OF_POLICY: Scope = COMMON_LABELS.slice(0, 3);
/** The pool of the alert. */
export const OF_POOL: Scope = COMMON_LABELS;

/** What the parts of an alert's annotations are made of. */
export interface Story {
  readonly alert: AlertName;
  readonly summary: string;
  readonly scope: Scope;
  readonly settings: RuleSettings;
  /** Whether uncovered nodes and their reasons are told. */
  readonly nodes: boolean;
  /** The window over which reasons are weighed, as PromQL has it. */
  readonly window: string;
}

/** The annotations that alerts have in common. */
export function annotate(story: Story): Texts {
  const { alert, summary, settings, scope } = story;
  return {
    summary,
    impact: ALERTS[alert].loses,
    ...(story.nodes ? { reasons: reasons(scope, story.window), nodes: nodes(scope) } : {}),
    runbook_url: settings.runbookBase + runbookOf(alert),
    ...(settings.dashboardUrl === undefined ? {} : { dashboard_url: fillLabels(settings.dashboardUrl) }),
  };
}

/** The label of the alert in a text. */
export function label(name: string): string {
  return `{{ $labels.${name} }}`;
}

/** The policy by name, as a summary begins. */
export const POLICY_NAME = `${label('namespace')}/${label('daemonset')}`;

/** The pool, where the alert has one. */
export const IN_POOL = `{{ with $labels.${POOL} }} in pool {{ . }}{{ end }}`;

interface Filling {
  readonly each: string;
  readonly order?: string;
}

/** Fills the answers of a query into a text; each answer is `.` in `each`. In the order of a label where one is given, else of the answers. */
export function ask(query: string, scope: Scope, { each, order }: Filling): string {
  // An alert of all pools has no pool, and is about the nodes of all.
  const labels = scope.map((name) => (name === POOL ? `${name}=~%q` : `${name}=%q`)).join(',');
  const values = scope.map((name) => (name === POOL ? `(or $labels.${name} ".*")` : `$labels.${name}`)).join(' ');
  const asked = query.replaceAll('%', '%%').replaceAll('SCOPE', labels);
  const times = query.split('SCOPE').length - 1;
  const all = Array.from({ length: times }, () => values).join(' ');
  const sorted = order === undefined ? '' : ` | sortByLabel ${JSON.stringify(order)}`;
  return `{{ range query (printf ${JSON.stringify(asked)} ${all})${sorted} }}${each}{{ end }}`;
}

function reasons(scope: Scope, window: string): string {
  const { name } = COVERAGE_METRICS.uncoveredSeconds;
  const query = `topk(${NAMED_REASONS}, sum by (reason) (increase(${name}{SCOPE}[${window}])) > 0)`;
  return ask(query, scope, { each: '{{ .Labels.reason }} {{ .Value | printf "%.0f" }} node-seconds; ' });
}

function nodes(scope: Scope): string {
  const { name } = COVERAGE_METRICS.uncoveredInfo;
  const query = `topk(${NAMED_NODES}, max by (node, reason) (${name}{SCOPE}))`;
  return ask(query, scope, { each: '{{ .Labels.node }} ({{ .Labels.reason }}) ', order: 'node' });
}

function fillLabels(url: string): string {
  return url.replaceAll(/\$(namespace|daemonset)/g, (_, name: string) => label(name));
}
