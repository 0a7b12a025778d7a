/** Label selectors as in `labelSelector=`: =, ==, !=, in, notin, exists, !, gt and lt, parsed once and matched often. */
import { badRequest } from './api-failure.ts';
import type { StringMap } from './kube-object.ts';

/** One requirement; the values of `gt` and `lt` are one integer. */
export type Requirement = {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  readonly values: readonly string[];
};

/** All requirements must hold; an empty list matches everything. */
export type LabelSelector = readonly Requirement[];

const TOKEN = /\s*(==|!=|[=!,()<>]|[^\s=!,()<>]+)/gy;
const PLAIN_OPERATORS = new Map<string, Requirement['operator']>([
  ['=', 'in'],
  ['==', 'in'],
  ['!=', 'notin'],
  ['>', 'gt'],
  ['<', 'lt'],
]);
const PUNCTUATION = /^(==|!=|[=!,()<>])$/;

/** The requirements in a `labelSelector` text; throws 400 BadRequest on a text that Kubernetes cannot parse either. */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokenise(text);
  const requirements: Requirement[] = [];
  while (tokens.length > 0) {
    requirements.push(parseRequirement(tokens));
    const separator = tokens.shift();
    if (separator === undefined) break;
    if (separator !== ',') throw unparsable(separator, "',' or 'end of string'");
    if (tokens.length === 0) throw unparsable('', "identifier after ','");
  }
  return requirements;
}

/** True when the labels meet every requirement; `!=` and `notin` also hold for an absent label. */
export function matchesLabels(selector: LabelSelector, labels: StringMap = {}): boolean {
  return selector.every((requirement) => meets(requirement, labels));
}

function meets({ key, operator, values }: Requirement, labels: StringMap): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return isInteger(value) && Number(value) > Number(values[0]);
    case 'lt':
      return isInteger(value) && Number(value) < Number(values[0]);
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d+$/.test(text);
}

function tokenise(text: string): string[] {
  return [...text.matchAll(TOKEN)].map((match) => match[1] ?? '');
}

function parseRequirement(tokens: string[]): Requirement {
  const first = tokens.shift() ?? '';
  if (first === '!') return { key: identifier(tokens), operator: 'absent', values: [] };
  if (PUNCTUATION.test(first)) throw unparsable(first, '!, identifier, or end of string');
  const next = tokens[0];
  if (next === undefined || next === ',') return { key: first, operator: 'exists', values: [] };
  tokens.shift();
  if (next === 'in' || next === 'notin') return { key: first, operator: next, values: valueSet(tokens) };
  const operator = PLAIN_OPERATORS.get(next);
  if (operator === undefined) throw unparsable(next, 'in, notin, =, ==, !=, <, >');
  return { key: first, operator, values: [exactValue(tokens, operator)] };
}

function exactValue(tokens: string[], operator: Requirement['operator']): string {
  const next = tokens[0];
  const value = next === undefined || next === ',' ? '' : identifier(tokens);
  const needsInteger = operator === 'gt' || operator === 'lt';
  if (needsInteger && !/^[+-]?\d+$/.test(value)) {
    throw badRequest(
      `unable to parse requirement: values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  return value;
}

function valueSet(tokens: string[]): readonly string[] {
  const opening = tokens.shift() ?? '';
  if (opening !== '(') throw unparsable(opening, "'('");
  const values: string[] = [];
  for (;;) {
    const token = tokens[0];
    if (token === ',' || token === ')') values.push('');
    else values.push(identifier(tokens));
    const separator = tokens.shift() ?? '';
    if (separator === ')') return values;
    if (separator !== ',') throw unparsable(separator, "',' or ')'");
  }
}

function identifier(tokens: string[]): string {
  const token = tokens.shift() ?? '';
  if (token === '' || PUNCTUATION.test(token)) throw unparsable(token, 'identifier');
  return token;
}

function unparsable(found: string, wanted: string): Error {
  return badRequest(`unable to parse requirement: found '${found}', expected: ${wanted}`);
}
