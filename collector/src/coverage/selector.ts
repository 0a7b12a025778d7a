/** Decides whether labels satisfy a selector exactly as Kubernetes does (apimachinery labels.Requirement, component-helpers nodeaffinity). */
import {
  labelOf,
  type Labelled,
  type LabelSelector,
  type NodeSelectorTerm,
  type SelectorRequirement,
  type StringMap,
} from '@rollcall/contract';

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PREFIX = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const INTEGER = /^[+-]?0*[0-9]{1,19}$/;
const MAX_NAME = 63;
const MAX_PREFIX = 253;
const MAX_INT64 = 2n ** 63n - 1n;

/** True if both parts of the selector hold; an empty selector matches everything. */
export function matchesLabels(selector: LabelSelector, node: Labelled): boolean {
  return hasLabels(node, selector.matchLabels) && selector.matchExpressions.every((r) => matchesRequirement(r, node));
}

/** True if the node has every pair of `wanted` among its labels. */
export function hasLabels(node: Labelled, wanted: StringMap): boolean {
  for (const key in wanted) if (labelOf(node, key) !== wanted[key]) return false;
  return true;
}

/** True if the node's labels satisfy the requirement; one that Kubernetes would refuse may still match, see `isValidRequirement`. */
export function matchesRequirement(requirement: SelectorRequirement, node: Labelled): boolean {
  const value = labelOf(node, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return value !== undefined && compares(requirement, value);
    default:
      return false;
  }
}

/**
 * True if one node-selector term admits the node. An empty term matches nothing, and neither does one with a single invalid requirement.
 * Validity is looked at last: nearly every term that does not match is decided without it.
 */
export function matchesTerm(term: NodeSelectorTerm, node: Labelled & { readonly name: string }): boolean {
  const { matchExpressions, matchFields } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  for (const requirement of matchExpressions) if (!matchesRequirement(requirement, node)) return false;
  for (const field of matchFields) if (!matchesField(field, node.name)) return false;
  return isValidTerm(term);
}

/** True if the node's name satisfies the field requirement. A field other than metadata.name reads as ''. */
export function matchesField(requirement: SelectorRequirement, nodeName: string): boolean {
  const value = requirement.key === 'metadata.name' ? nodeName : '';
  return (value === requirement.values[0]) === (requirement.operator === 'In');
}

// The controller skips a term that it cannot parse without a word.
function isValidTerm(term: NodeSelectorTerm): boolean {
  return term.matchExpressions.every(isValidRequirement) && term.matchFields.every(isValidField);
}

/** True if Kubernetes accepts the requirement on labels: key and values well-formed, as many values as the operator wants. */
export function isValidRequirement(requirement: SelectorRequirement): boolean {
  const { key, operator, values } = requirement;
  return isLabelKey(key) && isValidCount(operator, values) && values.every(isLabelValue);
}

/** True if Kubernetes accepts the requirement on fields: In or NotIn with exactly one value. */
export function isValidField(requirement: SelectorRequirement): boolean {
  return (requirement.operator === 'In' || requirement.operator === 'NotIn') && requirement.values.length === 1;
}

/** The text as the 64-bit integer that Go's strconv.ParseInt reads in it (base 10, leading + and zeros allowed), else undefined. */
export function parseInt64(text: string): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text);
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? undefined : value;
}

function compares({ operator, values }: SelectorRequirement, value: string): boolean {
  const limit = values.length === 1 ? parseInt64(values[0] ?? '') : undefined;
  const seen = parseInt64(value);
  if (limit === undefined || seen === undefined) return false;
  return operator === 'Gt' ? seen > limit : seen < limit;
}

function isValidCount(operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0;
    case 'Gt':
    case 'Lt':
      return values.length === 1 && parseInt64(values[0] ?? '') !== undefined;
    default:
      return false;
  }
}

function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return isLabelName(key);
  return isPrefix(key.slice(0, slash)) && isLabelName(key.slice(slash + 1));
}

function isLabelName(name: string): boolean {
  return name.length <= MAX_NAME && NAME.test(name);
}

function isPrefix(prefix: string): boolean {
  return prefix.length <= MAX_PREFIX && PREFIX.test(prefix);
}

function isLabelValue(value: string): boolean {
  return value === '' || isLabelName(value);
}
