/** Known answers of the DaemonSet controller, case by case; the end-to-end test asks the controller itself about every row. */
import type { PlacementRule } from '@rollcall/collector';
import type { OracleAnswer, OraclePair } from '../control-plane/index.ts';

/** One case. `pair` makes fresh objects, since projection takes over what it reads. */
export interface Row {
  readonly number: number;
  readonly title: string;
  readonly letters: OracleAnswer;
  readonly rule: PlacementRule;
  pair(): OraclePair;
}

/** A node named n1 by its labels, its taints as `key=value:effect`, and anything else of it. */
interface NodeCase {
  readonly labels?: object;
  readonly taints?: readonly string[];
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

type Case = readonly [title: string, node: NodeCase, podSpec: object, rule: PlacementRule];

const LETTERS: Readonly<Record<PlacementRule, OracleAnswer>> = {
  run: 'YY',
  nodeName: 'NN',
  nodeSelector: 'NN',
  nodeAffinity: 'NN',
  untoleratedNoSchedule: 'NY',
  untoleratedNoExecute: 'NN',
};

const PLAIN: NodeCase = {};
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NETWORK = 'node.kubernetes.io/network-unavailable';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

const CASES: readonly Case[] = [
  ['nothing asked', PLAIN, {}, 'run'],
  ['nodeSelector holds', { labels: { role: 'w' } }, { nodeSelector: { role: 'w' } }, 'run'],
  ['nodeSelector with another value', { labels: { role: 'x' } }, { nodeSelector: { role: 'w' } }, 'nodeSelector'],
  ['an empty value is not an absent label', PLAIN, { nodeSelector: { role: '' } }, 'nodeSelector'],
  ['In holds', { labels: { z: 'a' } }, labels('z In a b'), 'run'],
  ['In fails', { labels: { z: 'c' } }, labels('z In a b'), 'nodeAffinity'],
  ['NotIn holds without the label', PLAIN, labels('z NotIn a'), 'run'],
  ['DoesNotExist fails', { labels: { 'c/type': 'fargate' } }, labels('c/type DoesNotExist'), 'nodeAffinity'],
  ['Exists fails', PLAIN, labels('z Exists'), 'nodeAffinity'],
  ['Gt holds', { labels: { cpus: '8' } }, labels('cpus Gt 4'), 'run'],
  ['Gt of a word', { labels: { cpus: 'many' } }, labels('cpus Gt 4'), 'nodeAffinity'],
  ['Gt is strict', { labels: { cpus: '4' } }, labels('cpus Gt 4'), 'nodeAffinity'],
  ['terms are ORed', { labels: { b: '1' } }, anyOf(term('a Exists'), term('b Exists')), 'run'],
  ['expressions are ANDed', { labels: { b: '1' } }, labels('a Exists', 'b Exists'), 'nodeAffinity'],
  ['an empty term matches nothing', PLAIN, anyOf({}), 'nodeAffinity'],
  ['an unparsable term is skipped', { labels: { b: '1' } }, anyOf(term('b Near 1'), term('b Exists')), 'run'],
  [
    'nodeSelector and affinity are ANDed',
    { labels: { role: 'w' } },
    { nodeSelector: { role: 'w' }, ...labels('z Exists') },
    'nodeAffinity',
  ],
  ['matchFields In this node', PLAIN, fields('metadata.name In n1'), 'run'],
  ['matchFields In another node', PLAIN, fields('metadata.name In n2'), 'nodeAffinity'],
  ['matchFields NotIn this node', PLAIN, fields('metadata.name NotIn n1'), 'nodeAffinity'],
  ['matchFields takes one value only', PLAIN, fields('metadata.name In n1 n2'), 'nodeAffinity'],
  ['nodeName is this node', PLAIN, { nodeName: 'n1' }, 'run'],
  ['nodeName is another node', PLAIN, { nodeName: 'n2' }, 'nodeName'],
  ['preferred affinity is ignored', PLAIN, preferred('z Exists'), 'run'],
  ['pod anti-affinity is ignored', PLAIN, podAntiAffinity(), 'run'],
  ['requests are ignored', { status: { allocatable: { cpu: '2', pods: '0' } } }, requesting('100'), 'run'],
  ['scheduling gates are ignored', PLAIN, { schedulingGates: [{ name: 'g' }] }, 'run'],
  ['a cordon without its taint', { spec: { unschedulable: true } }, {}, 'run'],
  ['a cordon', { spec: { unschedulable: true }, taints: ['node.kubernetes.io/unschedulable:NoSchedule'] }, {}, 'run'],
  ['conditions are ignored', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, {}, 'run'],
  ['not-ready, NoExecute only', { taints: [`${NOT_READY}:NoExecute`] }, {}, 'run'],
  ['not-ready, NoSchedule only', { taints: [`${NOT_READY}:NoSchedule`] }, {}, 'untoleratedNoSchedule'],
  ['not-ready, both', both(NOT_READY), {}, 'untoleratedNoSchedule'],
  ['unreachable, both', both(UNREACHABLE), {}, 'untoleratedNoSchedule'],
  ['unreachable, all tolerated', both(UNREACHABLE), tolerating({ operator: 'Exists' }), 'run'],
  [
    'not-ready, every NoSchedule tolerated',
    both(NOT_READY),
    tolerating({ operator: 'Exists', effect: 'NoSchedule' }),
    'run',
  ],
  [
    'not-ready, key tolerated for all effects',
    { taints: [`${NOT_READY}:NoSchedule`] },
    tolerating({ key: NOT_READY, operator: 'Exists' }),
    'run',
  ],
  [
    'pressures',
    { taints: ['memory', 'disk', 'pid'].map((of) => `node.kubernetes.io/${of}-pressure:NoSchedule`) },
    {},
    'run',
  ],
  ['a pressure that evicts', { taints: ['node.kubernetes.io/disk-pressure:NoExecute'] }, {}, 'untoleratedNoExecute'],
  ['no network', { taints: [`${NETWORK}:NoSchedule`] }, {}, 'untoleratedNoSchedule'],
  ['no network, on the host network', { taints: [`${NETWORK}:NoSchedule`] }, { hostNetwork: true }, 'run'],
  ['control plane', { taints: [`${CONTROL_PLANE}:NoSchedule`] }, {}, 'untoleratedNoSchedule'],
  [
    'control plane, tolerated',
    { taints: [`${CONTROL_PLANE}:NoSchedule`] },
    tolerating({ key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' }),
    'run',
  ],
  [
    'Equal with another value',
    { taints: ['dedicated=gpu:NoSchedule'] },
    tolerating({ key: 'dedicated', operator: 'Equal', value: 'cpu', effect: 'NoSchedule' }),
    'untoleratedNoSchedule',
  ],
  [
    'no operator is Equal',
    { taints: ['dedicated=gpu:NoSchedule'] },
    tolerating({ key: 'dedicated', value: 'gpu' }),
    'run',
  ],
  [
    'tolerated for another effect',
    { taints: ['dedicated=gpu:NoSchedule'] },
    tolerating({ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }),
    'untoleratedNoSchedule',
  ],
  ['PreferNoSchedule is ignored', { taints: ['x:PreferNoSchedule'] }, {}, 'run'],
  ['NoExecute', { taints: ['x:NoExecute'] }, {}, 'untoleratedNoExecute'],
  [
    'one of two tolerated',
    { taints: ['a:NoSchedule', 'b:NoSchedule'] },
    tolerating({ key: 'a', operator: 'Exists' }),
    'untoleratedNoSchedule',
  ],
  [
    'NoExecute tolerated as NoSchedule',
    { taints: ['a:NoExecute'] },
    tolerating({ key: 'a', operator: 'Exists', effect: 'NoSchedule' }),
    'untoleratedNoExecute',
  ],
  ['to be deleted', { taints: ['ToBeDeletedByClusterAutoscaler:NoSchedule'] }, {}, 'untoleratedNoSchedule'],
  ['a deletion candidate', { taints: ['DeletionCandidateOfClusterAutoscaler:PreferNoSchedule'] }, {}, 'run'],
  ['Karpenter, unregistered', { taints: ['karpenter.sh/unregistered:NoExecute'] }, {}, 'untoleratedNoExecute'],
  ['Karpenter, disrupted', { taints: ['karpenter.sh/disrupted:NoSchedule'] }, {}, 'untoleratedNoSchedule'],
  [
    'Fargate under tolerate-all',
    { taints: ['eks.amazonaws.com/compute-type=fargate:NoSchedule'] },
    tolerating({ operator: 'Exists' }),
    'run',
  ],
  ['a virtual kubelet', { taints: ['virtual-kubelet.io/provider=x:NoSchedule'] }, {}, 'untoleratedNoSchedule'],
  [
    'a cloud node before its controller saw it',
    { taints: ['node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule'] },
    {},
    'untoleratedNoSchedule',
  ],
  ['out of service', { taints: ['node.kubernetes.io/out-of-service:NoExecute'] }, {}, 'untoleratedNoExecute'],
  [
    'a Gt toleration, whose gate is off',
    { taints: ['sla=950:NoSchedule'] },
    tolerating({ key: 'sla', operator: 'Gt', value: '900', effect: 'NoSchedule' }),
    'untoleratedNoSchedule',
  ],
  [
    'the selector decides before taints',
    { labels: { role: 'x' }, taints: ['a:NoSchedule'] },
    { nodeSelector: { role: 'w' } },
    'nodeSelector',
  ],
  ['deletion is ignored', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, {}, 'run'],
  [
    'tolerationSeconds of an automatic toleration are overwritten',
    { taints: [`${NOT_READY}:NoExecute`] },
    tolerating({ key: NOT_READY, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }),
    'run',
  ],
];

/** The 62 cases, numbered from 1. */
export const ROWS: readonly Row[] = CASES.map(([title, node, podSpec, rule], index) => ({
  number: index + 1,
  title,
  letters: LETTERS[rule],
  rule,
  pair: () => structuredClone({ node: makeNode(node), daemonset: makeDaemonSet(podSpec) }),
}));

function makeNode({ labels: ofNode = {}, taints = [], metadata, spec, status = {} }: NodeCase): object {
  return {
    metadata: { name: 'n1', uid: 'u1', labels: ofNode, ...metadata },
    spec: { taints: taints.map(readTaint), ...spec },
    status,
  };
}

function makeDaemonSet(podSpec: object): object {
  return { metadata: { name: 'd', namespace: 'default', uid: 'd1' }, spec: { template: { spec: podSpec } } };
}

function readTaint(text: string): object {
  const [, key, value, effect] = /^([^=]*?)(?:=(.*))?:(\w+)$/.exec(text) ?? [];
  return { key, ...(value !== undefined && { value }), effect };
}

function readRequirement(text: string): object {
  const [key, operator, ...values] = text.split(' ');
  return { key, operator, ...(values.length > 0 && { values }) };
}

function term(...expressions: readonly string[]): object {
  return { matchExpressions: expressions.map(readRequirement) };
}

function anyOf(...terms: readonly object[]): object {
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  };
}

function labels(...expressions: readonly string[]): object {
  return anyOf(term(...expressions));
}

function fields(expression: string): object {
  return anyOf({ matchFields: [readRequirement(expression)] });
}

function tolerating(toleration: object): object {
  return { tolerations: [toleration] };
}

function both(key: string): NodeCase {
  return { taints: [`${key}:NoSchedule`, `${key}:NoExecute`] };
}

function preferred(expression: string): object {
  const preference = term(expression);
  return {
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } },
  };
}

function podAntiAffinity(): object {
  const required = [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } }];
  return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
}

function requesting(cpu: string): object {
  return { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] };
}
