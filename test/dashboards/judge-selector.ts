/** What a board may select, and by which labels at least. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  COLLECTOR_METRICS,
  COMMON_LABELS,
  COVERAGE_METRICS,
  POOL,
  PROCESS_METRICS,
  RECORDED,
  type Metric,
} from '@rollcall/contract';
import { parse } from 'yaml';
import type { Selector } from './read-selectors.ts';

const RULES = join(import.meta.dirname, '../../alerts/generated');
const OF_POLICY = COMMON_LABELS.filter((label) => label !== POOL);

/** Metrics of others, with what must be said to find those of the daemon. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  ALERTS: OF_POLICY,
  ALERTS_FOR_STATE: OF_POLICY,
  container_cpu_usage_seconds_total: ['namespace', 'pod'],
  container_memory_working_set_bytes: ['namespace', 'pod'],
};

/** Of joins the pool is known for one of the stages only, so that what asks for stages cannot match on it. */
function labelsOf(metric: Metric): readonly string[] {
  return metric.pool && metric.name !== COVERAGE_METRICS.joinDuration.name ? COMMON_LABELS : OF_POLICY;
}

/** The labels that a selector of each known name must match on. */
const KNOWN: ReadonlyMap<string, readonly string[]> = new Map([
  ...Object.values(COVERAGE_METRICS).flatMap((metric: Metric) =>
    sampleNames(metric).map((name) => [name, labelsOf(metric)] as const),
  ),
  ...[...Object.values(COLLECTOR_METRICS), ...Object.values(PROCESS_METRICS)].flatMap((metric) =>
    sampleNames(metric).map((name) => [name, ['instance']] as const),
  ),
  ...[...Object.values(RECORDED), ...readRecorded()].map(
    (name) => [name, name.startsWith('pool:') ? COMMON_LABELS : OF_POLICY] as const,
  ),
  ...Object.entries(FOREIGN),
]);

function sampleNames({ name, type }: Pick<Metric, 'name' | 'type'>): readonly string[] {
  return type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name];
}

interface RuleFile {
  readonly spec: { readonly groups: readonly { readonly rules: readonly { readonly record?: string }[] }[] };
}

/** What the committed rules record. Their policy has no objective for joins, of which the same is recorded. */
function readRecorded(): readonly string[] {
  return globSync('*.yaml', { cwd: RULES }).flatMap((file) => {
    const { spec } = parse(readFileSync(join(RULES, file), 'utf8')) as RuleFile;
    return spec.groups
      .flatMap(({ rules }) => rules.flatMap(({ record = [] }) => record))
      .flatMap((name) => [name, name.replace('_node_seconds:', '_joins:')]);
  });
}

/** What is wrong with a selector: a name that nobody exports, or labels that it leaves open. */
export function judgeSelector({ name, labels }: Selector): readonly string[] {
  const wanted = KNOWN.get(name);
  if (wanted === undefined)
    return [`${name || 'a selector without a name'}: is no metric of the contract or the rules`];
  const missing = wanted.filter((label) => !labels.includes(label));
  return missing.length === 0 ? [] : [`${name}: does not match on ${missing.join(', ')}`];
}
