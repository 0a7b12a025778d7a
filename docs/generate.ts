/** Renders the reference pages from the contract, so that nothing is described twice; run as a program it writes them beside this file. */
import { writeFileSync } from 'node:fs';
import {
  COLLECTOR_METRICS,
  COMMON_LABELS,
  COMPONENTS,
  COVERAGE_METRICS,
  EXCUSES,
  FINDINGS,
  HEARTBEAT_OUTCOMES,
  INFO_LIMIT,
  JOIN_OUTCOMES,
  JOIN_STEPS,
  JOIN_TOTAL,
  LAYERS,
  NODE_TO_POD,
  OTHER_POOL,
  OWNERS,
  POLICY_LIMIT,
  POOL_LIMIT,
  PROCESS_METRICS,
  REASONS,
  RESTART_REASONS,
  SCHEDULING_FAILURES,
  SLIS,
  SPANS,
  TRACED_SERVICE,
  VERDICTS,
  VERSION_LIMIT,
  runbookOf,
  type FindingCode,
  type Metric,
  type ReasonCode,
  type SpanDefinition,
} from '@rollcall/contract';
import { cardinalityTable } from './cardinality.ts';

const MARK = '<!-- generated, do not edit: make generate -->';

function code(text: string): string {
  return `\`${text}\``;
}

function list(words: readonly string[]): string {
  return words.map(code).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function metricsTable(metrics: readonly Metric[], withPool: boolean): string {
  const [, , , pool] = COMMON_LABELS;
  const labels = (metric: Metric): string => list([...(withPool && metric.pool ? [pool] : []), ...metric.labels]);
  return table(
    ['name', 'type', withPool ? 'labels beside the common ones' : 'labels', 'what', 'stability'],
    metrics.map((metric) => [code(metric.name), metric.type, labels(metric), metric.help, metric.stability]),
  );
}

/** docs/metrics.md: every family of /metrics but those of the Node.js process. */
export function renderMetricsPage(): string {
  const [cluster, namespace, daemonset] = COMMON_LABELS;
  return `${MARK}

# Metrics

${code('/metrics')} serves the Prometheus text format, or OpenMetrics to scrapers that ask for it. Scrape it with ${code('honor_labels')}, or Prometheus
renames ${code(namespace)}.

## Of a policy

Every family has the labels ${list([namespace, daemonset])} (those of the DaemonSet), and ${code(cluster)} when the collector was given a name.
All families of a policy are cut at one instant.

${metricsTable(Object.values(COVERAGE_METRICS), true)}

- Counters of node-seconds are integrals, not samples: a node uncovered for 3 s adds 3, whether or not it was scraped meanwhile. They start
  at 0 when the collector starts; in OpenMetrics a ${code('_created')} sample says when. Sum them with ${code('sum without (instance, pod) (increase(...))')}
  and gauges with ${code('max without (instance, pod) (...)')}.
- A reason or excuse that has counted time keeps its gauge at 0 nodes; its counter is there from the start.
- ${code(COVERAGE_METRICS.uncoveredInfo.name)} names at most ${INFO_LIMIT} nodes a policy; nodes that are missing altogether share the empty name.
- The three families about the controller's count are absent while the DaemonSet is not known.

${labelTable()}

## Of the collector itself

${metricsTable(Object.values(COLLECTOR_METRICS), false)}

## Of its process

By the names that Prometheus' client libraries use.

${metricsTable(Object.values(PROCESS_METRICS), false)}

${renderCardinality()}`;
}

function labelTable(): string {
  const pool = COMMON_LABELS[3];
  return table(
    ['label', 'values'],
    [
      [
        code(pool),
        `the value of the policy's node-pool label, \`none\` without one, \`${OTHER_POOL}\` beyond the first ${POOL_LIMIT}`,
      ],
      ['`reason` of uncovered nodes', 'see [reasons](reasons.md)'],
      ['`reason` of excused nodes', list(EXCUSES)],
      ['`reason` of restarts', list(RESTART_REASONS)],
      ['`reason` of failed scheduling', list(SCHEDULING_FAILURES)],
      ['`outcome` of joins', list(JOIN_OUTCOMES)],
      ['`stage`', stageWords()],
      ['`outcome` of heartbeats', list(HEARTBEAT_OUTCOMES)],
      ['`owner`', list(OWNERS)],
      ['`verdict`', `${list(VERDICTS)}: what the excused node would have been`],
      ['`layer`', list(LAYERS)],
      ['`component`', list(COMPONENTS)],
      [
        '`version`',
        `as the Daemon reports it: the ${VERSION_LIMIT} commonest, \`other\`, \`unknown\` where it reports none`,
      ],
      ['`sli`', list(Object.keys(SLIS))],
    ],
  );
}

function stageWords(): string {
  return `${list(JOIN_STEPS)} add up to ${code(JOIN_TOTAL)}; ${code(NODE_TO_POD)} is from the node's creation to its pod's`;
}

function renderCardinality(): string {
  const { head, rows } = cardinalityTable();
  return `## How many series

Series are made by policies, pools and reasons. Nodes make none, but for ${code(COVERAGE_METRICS.uncoveredInfo.name)}, which is bounded. The last columns are
policies x pools where each policy asks for the pod layer and has one objective, and all nodes are covered; a test counts them in a real exposition.

${table(head, rows)}

The collector's own are some 60, and 9 a watch. A replica that does not lead shows the counters alone.

Bounds, for the life of a process:

- Pools: the first ${POOL_LIMIT} of a policy that are seen, those of ${code('spec.nodes.minimum')} in any case, have names; the nodes of all further ones are counted as ${code(OTHER_POOL)}, and
  stay there, so that no counter falls and all sums hold. The policy then has the condition ${code('TooManyPools')}, and the log says once which label it is and how to mend it. Other
  ${code('spec.nodes.poolLabels')} begin anew; what was counted before stays beside it.
- Policies: ${POLICY_LIMIT}; further ones are rejected (${code(COLLECTOR_METRICS.rejectedPolicies.name)}, ${code('Ready=False')}, ${code('TooMany')}), discovered ones first.
`;
}

/** The code, as a link to its page. */
function runbook(name: ReasonCode | FindingCode): string {
  return `[${code(name)}](../${runbookOf(name)})`;
}

/** docs/reasons.md: every reason in rank order, the excuses and the findings. */
export function renderReasonsPage(): string {
  const names = Object.keys(REASONS) as ReasonCode[];
  const rows = names.map((name, rank) => {
    const { owner, mode, nextStep } = REASONS[name];
    return [`${rank + 1}<a id="${name.toLowerCase()}"></a>`, runbook(name), owner, mode, nextStep];
  });
  return `${MARK}

# Reasons

Why an expected node is not covered. The first that holds in this order is the node's primary reason, cause before symptom; all others
are its findings. The owner is who can mend it; F1 to F7 are the failure modes of "What is DaemonSet?". Each code leads to its runbook page
([how to use them](../alerts/runbooks/README.md)).

${table(['rank', 'reason', 'owner', 'mode', 'next step'], rows)}

Findings that never are a primary reason: ${FINDINGS.map(runbook).join(', ')}.

## Excuses

Why a node in scope is not counted now, in order of precedence: ${list(EXCUSES)}.
`;
}

const PARENTS: Readonly<Record<SpanDefinition['parent'], string>> = {
  none: 'none: it begins a trace',
  caller: 'the request to the collector that it is made for, if there is one; else none',
  headers:
    'the span that the headers of the request name (W3C `traceparent`, or as `OTEL_PROPAGATORS` says), else none',
};

function spanSection({ title, name, kind, when, parent, attributes }: SpanDefinition): string {
  return `### ${title}

When ${when}.

Name: ${code(name)}. Kind: ${kind}. Parent: ${PARENTS[parent]}.

${table(['attribute', 'what'], describeAll(attributes))}
`;
}

function describeAll(attributes: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  return Object.entries(attributes).map(([name, what]) => [code(name), what]);
}

/** docs/tracing.md: how to have a collector traced, and every span that it makes. */
export function renderTracingPage(): string {
  return `${MARK}

# Tracing

${code('rollcall serve')} sends traces by OTLP when its environment names an endpoint:

    OTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4318 rollcall serve

Without ${code('OTEL_EXPORTER_OTLP_ENDPOINT')} or ${code('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')}, or with ${code('OTEL_SDK_DISABLED=true')}, nothing of OpenTelemetry is
loaded. All else is as the OpenTelemetry SDK has it: ${code('OTEL_EXPORTER_OTLP_PROTOCOL')} (${code('http/protobuf')} unless it says ${code('http/json')} or ${code('grpc')}),
${code('OTEL_EXPORTER_OTLP_HEADERS')}, ${code('OTEL_TRACES_SAMPLER')}, ${code('OTEL_BSP_*')}, ${code('OTEL_RESOURCE_ATTRIBUTES')} and so on. Only
${code('OTEL_EXPORTER_OTLP_TIMEOUT')} is 4 s unless set, so that a process ends within 5 s of its last answer whatever the receiver does.

Beside traces only Kubernetes Events are sent, as OTLP logs ([events.md](events.md)): metrics are scraped, the log is written. A receiver that cannot be reached never holds up the collector: spans are dropped, and the
log warns once. Query strings, headers and bodies are in no span, so that no token is.

## Spans

This is the whole list; a test compares it with what arrives. With ${code('error.type')} the span's status is an error.

${Object.values(SPANS).map(spanSection).join('\n')}
## Every span

has these attributes of its resource, beside ${code('telemetry.sdk.*')} and ${code('OTEL_RESOURCE_ATTRIBUTES')}:

${table(['attribute', 'what'], describeAll(TRACED_SERVICE))}
`;
}

if (import.meta.main) {
  writeFileSync(new URL('metrics.md', import.meta.url), renderMetricsPage());
  writeFileSync(new URL('reasons.md', import.meta.url), renderReasonsPage());
  writeFileSync(new URL('tracing.md', import.meta.url), renderTracingPage());
}
