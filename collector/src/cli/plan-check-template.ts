/** Checks what a DaemonSet's selector, template and containers must be to one another (apps validation ValidateDaemonSetSpec). */
import { matchesRequirement } from '../coverage/selector.ts';
import { asFields, isFields, readFields, readList, readString, readStrings, type Fields } from '../watch/read-field.ts';
import { show } from './plan-documents.ts';

/** The faults of a DaemonSet whose fields are each well-formed: path, value and mend in one line, without the place. */
export function checkTemplate(daemonSet: Fields): readonly string[] {
  const spec = readFields(daemonSet, 'spec');
  const template = readFields(spec, 'template');
  if (!isFields(template['spec'])) return ['spec.template.spec is missing: write a pod template'];
  const containers = readList(template['spec'], 'containers');
  return [
    ...checkSelector(readFields(spec, 'selector'), readFields(readFields(template, 'metadata'), 'labels')),
    ...(containers.length > 0
      ? []
      : [`spec.template.spec.containers is ${show(template['spec']['containers'])}: write at least one container`]),
  ];
}

function checkSelector(selector: Fields, labels: Fields): readonly string[] {
  const matchLabels = Object.entries(readFields(selector, 'matchLabels'));
  const expressions = readList(selector, 'matchExpressions').map(asFields);
  if (matchLabels.length + expressions.length === 0)
    return [`spec.selector is ${show(emptyAsMissing(selector))}: write matchLabels with labels of the template`];
  const unequal = matchLabels.filter(([key, value]) => labels[key] !== value);
  const unmatched = expressions.filter((expression) => !matches(expression, labels));
  return [
    ...unequal.map(([key, value]) => {
      const mend = `the template's label is ${show(labels[key])}: make both the same`;
      return `spec.selector.matchLabels[${JSON.stringify(key)}] is ${show(value)}: ${mend}`;
    }),
    ...unmatched.map((expression) => {
      const mend = `the template's labels are ${show(labels)}: make them match`;
      return `spec.selector.matchExpressions has ${show(expression)}: ${mend}`;
    }),
  ];
}

function emptyAsMissing(selector: Fields): Fields | undefined {
  return Object.keys(selector).length === 0 ? undefined : selector;
}

function matches(expression: Fields, labels: Fields): boolean {
  const requirement = {
    key: readString(expression, 'key'),
    operator: readString(expression, 'operator'),
    values: readStrings(expression, 'values', (value) => value),
  };
  const texts = Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return matchesRequirement(requirement, { sharedLabels: Object.fromEntries(texts), ownLabels: {} });
}
