/** Rule files as text: plain ones for Prometheus, and the objects of the Prometheus Operator and of VictoriaMetrics' operator. */
import { stringify } from 'yaml';
import type { RuleFile } from './generate-rules.ts';

/** The forms that rules are written in. */
export const RULE_FORMATS = ['prometheus-rule', 'plain', 'vmrule'] as const;

/** One of them. */
export type RuleFormat = (typeof RULE_FORMATS)[number];

/** Where the objects go, and the labels by which a Prometheus selects them. */
export interface ObjectPlace {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

const HEADER = '# generated, do not edit: rollcall generate rules\n';

/** The text of one file in YAML, with its heading. */
export function renderRules({ name, groups }: RuleFile, format: RuleFormat, place: ObjectPlace): string {
  const spec = { groups };
  const body = format === 'plain' ? spec : { ...headOf(format, name, place), spec };
  // No folded lines: expressions are to be read, and compared line by line.
  return HEADER + stringify(body, { lineWidth: 0, aliasDuplicateObjects: false });
}

function headOf(format: Exclude<RuleFormat, 'plain'>, name: string, { namespace, labels }: ObjectPlace): object {
  const [apiVersion, kind] =
    format === 'vmrule'
      ? ['operator.victoriametrics.com/v1beta1', 'VMRule']
      : ['monitoring.coreos.com/v1', 'PrometheusRule'];
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': 'rollcall', ...labels } },
  };
}
