/** Whether some Prometheus or ThanosRuler of the Prometheus Operator selects the rules that were written, and if none does, why not. */
import { valueAt, type LabelSelector } from '@rollcall/contract';
import { KubeError, readJson, type Connection } from '@rollcall/kube';
import { matchesLabels } from '../coverage/selector.ts';
import { projectLabelSelector } from '../watch/project-daemon-set.ts';
import { asFields, readFields, readString, takeStringMap, type Fields } from '../watch/read-field.ts';

/** A PrometheusRule, as far as it is selected by anything. */
export interface RuleObject {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What evaluates rules; a selector that is undefined was not written, which is not the same as one that is empty. */
export interface Evaluator {
  /** Such as `Prometheus monitoring/k8s`. */
  readonly title: string;
  readonly namespace: string;
  readonly ruleSelector: LabelSelector | undefined;
  readonly ruleNamespaceSelector: LabelSelector | undefined;
}

/** Whether all is selected, and a line for each object. */
export interface SelectionAnswer {
  readonly selected: boolean;
  readonly lines: readonly string[];
}

const GROUP = '/apis/monitoring.coreos.com/v1';
const KINDS = [
  ['Prometheus', 'prometheuses'],
  ['ThanosRuler', 'thanosrulers'],
] as const;

/** Asks the cluster. An object that is there counts with the labels that it has there. Rejects with a KubeError when something cannot be read. */
export async function verifySelected(rules: readonly RuleObject[], connection: Connection): Promise<SelectionAnswer> {
  const evaluators = (
    await Promise.all(KINDS.map(([kind, plural]) => listEvaluators(connection, kind, plural)))
  ).flat();
  const answers: SelectionAnswer[] = [];
  for (const rule of rules) {
    const path = `${GROUP}/namespaces/${rule.namespace}/prometheusrules/${rule.name}`;
    const found = await readOrNothing(connection, path);
    const namespace = await readOrNothing(connection, `/api/v1/namespaces/${rule.namespace}`);
    if (found === undefined) {
      const line = `PrometheusRule ${rule.namespace}/${rule.name}: is not in the cluster: apply it`;
      answers.push({ selected: false, lines: [line] });
    } else answers.push(judgeSelection({ ...rule, labels: labelsOf(found) }, labelsOf(namespace), evaluators));
  }
  return { selected: answers.every(({ selected }) => selected), lines: answers.flatMap(({ lines }) => lines) };
}

/** Judges one object by the labels of its namespace. */
export function judgeSelection(
  rule: RuleObject,
  namespaceLabels: RuleObject['labels'],
  evaluators: readonly Evaluator[],
): SelectionAnswer {
  const about = `PrometheusRule ${rule.namespace}/${rule.name}`;
  const judged = evaluators.map((own) => ({ title: own.title, why: findRefusal(rule, namespaceLabels, own) }));
  const takers = judged.filter(({ why }) => why === undefined).map(({ title }) => title);
  if (takers.length > 0) return { selected: true, lines: [`${about}: is selected by ${takers.join(', ')}`] };
  const reasons = judged.map(({ title, why }) => `  ${title}: ${why ?? ''}`);
  const nobody =
    evaluators.length === 0
      ? 'there is no Prometheus and no ThanosRuler in the cluster'
      : 'nothing selects it, so no alert fires';
  return { selected: false, lines: [`${about}: ${nobody}`, ...reasons] };
}

function findRefusal(rule: RuleObject, namespaceLabels: RuleObject['labels'], own: Evaluator): string | undefined {
  const { ruleSelector, ruleNamespaceSelector, namespace } = own;
  if (ruleSelector === undefined)
    return 'spec.ruleSelector is not set, which selects no rules: write {} to select all, or matchLabels';
  if (ruleNamespaceSelector === undefined) {
    if (namespace !== rule.namespace)
      return `spec.ruleNamespaceSelector is not set, which means its own namespace alone: generate with --namespace ${namespace}, or set the selector`;
  } else if (!matchesLabels(ruleNamespaceSelector, { sharedLabels: namespaceLabels, ownLabels: {} }))
    return `spec.ruleNamespaceSelector ${say(ruleNamespaceSelector)} does not match the labels of the namespace ${rule.namespace}: label the namespace`;
  if (matchesLabels(ruleSelector, { sharedLabels: rule.labels, ownLabels: {} })) return undefined;
  const flags = Object.entries(ruleSelector.matchLabels).map(([name, value]) => `--label ${name}=${value}`);
  const mend = flags.length > 0 ? `generate with ${flags.join(' ')}` : 'generate with a --label that it asks for';
  return `spec.ruleSelector ${say(ruleSelector)} does not match the object's labels: ${mend}`;
}

/** As kubectl writes selectors. */
function say({ matchLabels, matchExpressions }: LabelSelector): string {
  const pairs = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
  const rest = matchExpressions.map(({ key, operator, values }) =>
    `${key} ${operator} ${values.length === 0 ? '' : `(${values.join(', ')})`}`.trim(),
  );
  return `"${[...pairs, ...rest].join(', ')}"`;
}

async function listEvaluators(connection: Connection, kind: string, plural: string): Promise<readonly Evaluator[]> {
  const list = await readOrNothing(connection, `${GROUP}/${plural}`);
  const items = valueAt(list, ['items']);
  return (Array.isArray(items) ? items : []).map((item: unknown) => {
    const fields = asFields(item);
    const [metadata, spec] = [readFields(fields, 'metadata'), readFields(fields, 'spec')];
    const namespace = readString(metadata, 'namespace');
    return {
      title: `${kind} ${namespace}/${readString(metadata, 'name')}`,
      namespace,
      ruleSelector: readSelector(spec, 'ruleSelector'),
      ruleNamespaceSelector: readSelector(spec, 'ruleNamespaceSelector'),
    };
  });
}

function readSelector(spec: Fields, key: string): LabelSelector | undefined {
  const value = spec[key];
  return value === undefined || value === null ? undefined : projectLabelSelector(asFields(value), same);
}

function labelsOf(object: unknown): RuleObject['labels'] {
  return takeStringMap(asFields(valueAt(object, ['metadata'])), 'labels', same);
}

function same(text: string): string {
  return text;
}

/** Undefined for what is not there, a kind that the cluster does not know included. */
async function readOrNothing(connection: Connection, path: string): Promise<unknown> {
  try {
    return await readJson(connection, path);
  } catch (error) {
    if (error instanceof KubeError && error.code === 'NotFound') return undefined;
    throw error;
  }
}
