/** The part of a DaemonCoverage that says which nodes must run the daemon. */
import { z } from 'zod';
import {
  labelKey,
  labelValue,
  listOf,
  mapListOf,
  mapOf,
  poolName,
  taintKey,
  textOf,
  withRules,
} from './daemon-coverage-fields.ts';
import { VIRTUAL_NODES } from './defaults.ts';

const requirement = withRules(
  z.strictObject({
    key: labelKey.describe('Label key that the requirement is about.'),
    operator: z
      .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
      .describe('How the key relates to the values: In, NotIn, Exists or DoesNotExist.'),
    values: listOf(labelValue, 64)
      .describe('Label values: at least one for In and NotIn, none for Exists and DoesNotExist.')
      .default([]),
  }),
  [
    {
      cel: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      field: 'values',
      reads: ['operator', 'values'],
      message: 'does not fit the operator',
      mend: 'give In and NotIn at least one value, Exists and DoesNotExist none',
      holds: ({ operator, values }) => ['In', 'NotIn'].includes(operator) === values.length > 0,
    },
  ],
);

/** A metav1.LabelSelector with both parts bounded. */
export const labelSelector = z
  .strictObject({
    matchLabels: mapOf(labelKey, labelValue, 32).describe('Labels that a node must have, by key.').default({}),
    matchExpressions: listOf(requirement, 16).describe('Requirements that a node must meet, all of them.').default([]),
  })
  .meta({ 'x-kubernetes-map-type': 'atomic' });

/** A selector that names something: an empty one would match every node. */
export const narrowSelector = withRules(labelSelector, [
  {
    cel: 'has(self.matchLabels) && size(self.matchLabels) > 0 || has(self.matchExpressions) && size(self.matchExpressions) > 0',
    reads: ['matchLabels', 'matchExpressions'],
    message: 'would match every node',
    mend: 'name at least one label or expression',
    holds: ({ matchLabels, matchExpressions }) => Object.keys(matchLabels).length + matchExpressions.length > 0,
  },
]);

const builtIn = VIRTUAL_NODES.map(({ name }) => name);

const exclusion = z.strictObject({
  name: withRules(
    textOf({
      pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$',
      max: 63,
      message: 'is not a rule name',
      mend: 'write lower-case letters, digits and inner hyphens, at most 63 characters',
    }),
    [
      {
        cel: `!(self in [${builtIn.map((name) => `'${name}'`).join(', ')}])`,
        message: 'is the name of a built-in rule',
        mend: 'choose another name',
        holds: (name) => !builtIn.includes(name),
      },
    ],
  ).describe('Name of the rule, unique in the policy: the value of the `rule` label of rollcall_excluded_nodes.'),
  selector: narrowSelector.describe(
    'The nodes that never are in scope. It must name at least one label or expression.',
  ),
});

const taint = z.strictObject({
  key: taintKey.describe('Key of the taint; with * as its last character, every key that begins so.'),
  value: labelValue.describe('Value of the taint. Any value if absent.').exactOptional(),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('Effect of the taint: NoSchedule, PreferNoSchedule or NoExecute. Any effect if absent.')
    .exactOptional(),
});

const annotation = z.strictObject({
  key: labelKey.describe('Key of the annotation.'),
  value: z.string().max(63).describe('Value of the annotation. Any value if absent.').exactOptional(),
});

// Field by field: the items of two lists are of different types to CEL. By `has`: optionals have no bound that CEL could reckon with.
const EQUAL = ['value', 'effect']
  .map((field) => `has(one.${field}) == has(other.${field}) && (!has(one.${field}) || one.${field} == other.${field})`)
  .reduce((all, same) => `${all} && ${same}`, 'one.key == other.key');

const fields = z.strictObject({
  scope: z
    .enum(['Inferred', 'Explicit'])
    .describe(
      "Explicit: `selector` alone says which nodes must run the daemon. Inferred: those that the DaemonSet's node selector and required affinity admit and whose untolerated taints, if any, come from the node's lifecycle; a node once in scope stays so for 24 hours after losing the label or gaining the taint.",
    )
    .default('Inferred'),
  selector: labelSelector
    .describe('The nodes that must run the daemon, with scope Explicit only. An empty selector means every node.')
    .exactOptional(),
  exclude: mapListOf(exclusion, 'name', 32)
    .describe('Nodes that never are in scope, by rule. Virtual nodes (virtual-kubelet, Fargate) are excluded anyway.')
    .default([]),
  poolLabels: listOf(labelKey, 16)
    .describe(
      "Labels whose value is a node's pool, tried in this order. If absent, the common cloud, Karpenter and Cluster API labels.",
    )
    .default([]),
  minimum: mapOf(poolName, z.int().min(1).max(100_000), 100)
    .describe(
      'Number of nodes that a pool has at least (1 to 100000), by pool. A node that is not there counts as expected and uncovered.',
    )
    .default({}),
  joiningTaints: listOf(taint, 32)
    .describe(
      'Taints that a node bears while it joins, beside the well-known ones. They never remove a node from scope.',
    )
    .default([]),
  leavingTaints: listOf(taint, 32)
    .describe(
      'Taints that say that a node is going away, beside the well-known ones: the node is then excused for grace.leaving.',
    )
    .default([]),
  leavingAnnotations: listOf(annotation, 32)
    .describe('Annotations that say that a node is going away: the node is then excused for grace.leaving.')
    .default([]),
});

/** spec.nodes */
export const nodes = withRules(fields, [
  {
    cel: "self.scope != 'Explicit' || has(self.selector)",
    field: 'selector',
    reads: ['scope', 'selector'],
    message: 'is required with scope Explicit',
    mend: 'add the selector of the nodes that must run the daemon ({} for all), or leave scope out',
    holds: ({ scope, selector }) => scope !== 'Explicit' || selector !== undefined,
  },
  {
    cel: "self.scope != 'Inferred' || !has(self.selector)",
    field: 'selector',
    reads: ['scope', 'selector'],
    message: 'has no meaning with scope Inferred',
    mend: 'set scope: Explicit, or remove the selector',
    holds: ({ scope, selector }) => scope !== 'Inferred' || selector === undefined,
  },
  {
    cel: `!has(self.joiningTaints) || !has(self.leavingTaints) || !self.joiningTaints.exists(one, self.leavingTaints.exists(other, ${EQUAL}))`,
    field: 'leavingTaints',
    reads: ['joiningTaints', 'leavingTaints'],
    message: 'has a taint of joiningTaints',
    mend: 'keep it in one of the two lists',
    holds: ({ joiningTaints, leavingTaints }) =>
      !joiningTaints.some((one) => leavingTaints.some((other) => equal(one, other))),
  },
]);

type Taint = z.output<typeof taint>;

function equal(one: Taint, other: Taint): boolean {
  return one.key === other.key && one.value === other.value && one.effect === other.effect;
}
