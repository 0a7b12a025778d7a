/** Says in words why the DaemonSet controller does not place a pod on a node, and what would mend it. */
import {
  labelOf,
  labelsOf,
  type NodeSelectorTerm,
  type SelectorRequirement,
  type StringMap,
  type Taint,
  type TemplatePlacement,
} from '@rollcall/contract';
import type { PlacedNode, Placement } from './expectation.ts';
import {
  hasLabels,
  isValidField,
  isValidRequirement,
  matchesField,
  matchesRequirement,
  matchesTerm,
  parseInt64,
} from './selector.ts';

/** What was seen, and what to do about it: a kubectl command or lines for the template; both '' where a pod should run. */
export interface Explanation {
  readonly message: string;
  readonly mend: string;
}

/** How the mend begins where labels would admit the node: a command for this one node. */
export const LABEL_COMMAND = 'kubectl label node ';

// Taints of the node's life (the contract's condition, joining and leaving taints) go by themselves or with the node; a
// toleration would put pods on nodes that cannot run them. A key that ends in * names a prefix.
const TAINT_ENDS: Readonly<Record<string, string>> = {
  'node.kubernetes.io/not-ready': 'when the node becomes Ready',
  'node.kubernetes.io/unreachable': 'when the kubelet of the node reports again',
  'node.kubernetes.io/disk-pressure': 'when the node has disk space again',
  'node.kubernetes.io/memory-pressure': 'when the node has memory again',
  'node.kubernetes.io/pid-pressure': 'when the node has process ids again',
  'node.kubernetes.io/unschedulable': 'when the node is uncordoned',
  'node.kubernetes.io/network-unavailable': "when the node's network is set up",
  'node.cloudprovider.kubernetes.io/uninitialized': 'when the cloud controller has initialized the node',
  'karpenter.sh/unregistered': 'when Karpenter has registered the node',
  'startup-taint.cluster-autoscaler.kubernetes.io/*': 'when whoever set it finds the node started up',
  'readiness.k8s.io/*': 'when the readiness rule of the node is met',
  ToBeDeletedByClusterAutoscaler: 'when the scale-down ends, as a rule with the node',
  'karpenter.sh/disrupted': 'when the disruption ends, as a rule with the node',
  'node.cloudprovider.kubernetes.io/shutdown': 'when the machine is started again, or with the node',
  'node.kubernetes.io/out-of-service': 'when whoever set it removes it, or with the node',
};

/** Labels to put (a value) or to take away (null). */
type LabelChange = Readonly<Record<string, string | null>>;

// Beyond these a message helps nobody; texts from a hostile object stay short.
const LISTED = 4;
const SHOWN_CHARACTERS = 63;

/** Explains a decision of `decidePlacement` on the same node and template. */
export function explainPlacement(node: PlacedNode, placement: TemplatePlacement, decided: Placement): Explanation {
  switch (decided.rule) {
    case 'run':
      return { message: '', mend: '' };
    case 'nodeName':
      return {
        message: `the template's nodeName is ${show(placement.nodeName)}, this node is ${show(node.name)}`,
        mend: 'remove nodeName from the template',
      };
    case 'nodeSelector':
      return explainNodeSelector(node, placement.nodeSelector);
    case 'nodeAffinity':
      return explainTerms(node, placement.terms ?? []);
    case 'untoleratedNoSchedule':
    case 'untoleratedNoExecute':
      return explainTaints(decided.untolerated);
  }
}

function explainNodeSelector(node: PlacedNode, nodeSelector: StringMap): Explanation {
  const missing = Object.entries(nodeSelector).filter(([key, value]) => !hasLabels(node, pair(key, value)));
  const asked = missing.map(([key, value]) => `${show(key)}=${show(value)} (the node has ${seen(node, key)})`);
  return {
    message: `nodeSelector asks ${list(asked, ', ')}`,
    mend: labelCommand(node.name, Object.fromEntries(missing)),
  };
}

function explainTerms(node: PlacedNode, terms: readonly NodeSelectorTerm[]): Explanation {
  const faults = terms.map((term, index) => `term ${index + 1} of ${terms.length}: ${findFault(node, term)}`);
  const message = terms.length === 0 ? 'no terms, which match no node' : list(faults, '; ');
  const change = terms.map((term) => findLabelChange(node, term)).find((found) => found !== undefined);
  return {
    message: `node affinity asks ${message}`,
    mend: change
      ? labelCommand(node.name, change)
      : "change the template's required node affinity: labels cannot satisfy it",
  };
}

function findFault(node: PlacedNode, term: NodeSelectorTerm): string {
  const { matchExpressions, matchFields } = term;
  if (matchExpressions.length + matchFields.length === 0) return 'empty, which matches no node';
  const invalid = matchExpressions.find((r) => !isValidRequirement(r)) ?? matchFields.find((r) => !isValidField(r));
  if (invalid) return `skipped, since ${describe(invalid)} is not valid`;
  const labels = matchExpressions.filter((r) => !matchesRequirement(r, node));
  const fields = matchFields.filter((r) => !matchesField(r, node.name));
  const faults = [
    ...labels.map((r) => `${describe(r)} (the node has ${seen(node, r.key)})`),
    ...fields.map((r) => `field ${describe(r)} (the node is ${show(node.name)})`),
  ];
  return list(faults, ' and ');
}

// A change is only proposed once it is seen to work: requirements of one term may contradict each other.
function findLabelChange(node: PlacedNode, term: NodeSelectorTerm): LabelChange | undefined {
  const changes = term.matchExpressions
    .filter((requirement) => !matchesRequirement(requirement, node))
    .map((requirement) => [requirement.key, wantedValue(requirement)] as const);
  const labels = new Map(Object.entries(labelsOf(node)));
  for (const [key, value] of changes) {
    if (value === null) labels.delete(key);
    else labels.set(key, value);
  }
  const admitted = matchesTerm(term, { ...node, sharedLabels: {}, ownLabels: Object.fromEntries(labels) });
  return admitted && changes.every(([key, value]) => isAcceptedLabel(key, value ?? ''))
    ? Object.fromEntries(changes)
    : undefined;
}

// A node may not bear every value that a selector compares with: "-1" is less than 0 and no label.
function isAcceptedLabel(key: string, value: string): boolean {
  return isValidRequirement({ key, operator: 'In', values: [value] });
}

function wantedValue({ operator, values }: SelectorRequirement): string | null {
  switch (operator) {
    case 'In':
      return values[0] ?? '';
    case 'Gt':
    case 'Lt':
      return String((parseInt64(values[0] ?? '') ?? 0n) + (operator === 'Gt' ? 1n : -1n));
    case 'Exists':
      return '';
    default:
      return null;
  }
}

function explainTaints(untolerated: readonly Taint[]): Explanation {
  const shown = untolerated.map(({ key, value, effect }) => `${show(key)}${value && `=${show(value)}`}:${effect}`);
  return {
    message: `untolerated taint${untolerated.length > 1 ? 's' : ''} ${list(shown, ', ')}`,
    mend: mendTaints(untolerated),
  };
}

function mendTaints(untolerated: readonly Taint[]): string {
  const ends = untolerated.flatMap(({ key }) => {
    const end = findTaintEnd(key);
    return end === undefined ? [] : [`${show(key)} goes ${end}`];
  });
  const lasting = untolerated.filter(({ key }) => findTaintEnd(key) === undefined);
  const parts = [
    ...(ends.length > 0 ? [`wait, without a toleration: ${[...new Set(ends)].join(', ')}`] : []),
    ...(lasting.length > 0 ? [`add to the template's tolerations: [${lasting.map(writeToleration).join(', ')}]`] : []),
  ];
  return parts.join('; ');
}

/** True for a taint of the node's life, which goes by itself or with the node. */
export function isPassingTaint(key: string): boolean {
  return findTaintEnd(key) !== undefined;
}

function findTaintEnd(key: string): string | undefined {
  if (Object.hasOwn(TAINT_ENDS, key)) return TAINT_ENDS[key];
  const found = Object.entries(TAINT_ENDS).find(([of]) => of.endsWith('*') && key.startsWith(of.slice(0, -1)));
  return found?.[1];
}

// JSON strings, which YAML reads alike, so that a value such as "true" stays a string.
function writeToleration({ key, value, effect }: Taint): string {
  const match = value === '' ? 'operator: Exists' : `operator: Equal, value: ${JSON.stringify(value)}`;
  return `{key: ${JSON.stringify(key)}, ${match}, effect: ${effect}}`;
}

function labelCommand(nodeName: string, change: LabelChange): string {
  const parts = Object.entries(change).map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`));
  return `${LABEL_COMMAND}${nodeName} --overwrite ${parts.join(' ')}`;
}

function describe({ key, operator, values }: SelectorRequirement): string {
  return [show(key), operator, list(values.map(show), ',')].filter((part) => part !== '').join(' ');
}

function seen(node: PlacedNode, key: string): string {
  const value = labelOf(node, key);
  return value === undefined ? 'no such label' : `${show(key)}=${show(value)}`;
}

function pair(key: string, value: string): StringMap {
  return Object.fromEntries([[key, value]]);
}

function list(texts: readonly string[], separator: string): string {
  const more = texts.length - LISTED;
  return texts.slice(0, LISTED).join(separator) + (more > 0 ? `${separator}${more} more` : '');
}

function show(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
