/** 20 DaemonSets that between them use every rule of placement, and nodes that differ in all that those look at. */
import type { TaintObject } from './cluster.ts';

/** The pod template's spec of each DaemonSet, by name. */
export const MIXED_TEMPLATES: Readonly<Record<string, object>> = {
  plain: {},
  'selector-one': { nodeSelector: { zone: 'a' } },
  'selector-two': { nodeSelector: { zone: 'b', role: 'worker' } },
  'selector-empty-value': { nodeSelector: { spare: '' } },
  'affinity-in': requiring([['zone', 'In', 'a', 'b']]),
  'affinity-not-in': requiring([['zone', 'NotIn', 'a']]),
  'affinity-exists': requiring([['gpu', 'Exists']]),
  'affinity-absent': requiring([['gpu', 'DoesNotExist']]),
  'affinity-gt': requiring([['cpus', 'Gt', '7']]),
  'affinity-lt': requiring([['cpus', 'Lt', '4']]),
  'affinity-or': requiring([['gpu', 'Exists']], [['cpus', 'Lt', '2']]),
  'affinity-and': requiring([
    ['gpu', 'Exists'],
    ['cpus', 'Lt', '9'],
  ]),
  'selector-and-affinity': { nodeSelector: { role: 'worker' }, ...requiring([['zone', 'NotIn', 'b', 'c']]) },
  'field-in': affine({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-7'] }] }),
  'field-not-in': affine({ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-7'] }] }),
  'tolerates-all': { tolerations: [{ operator: 'Exists' }] },
  'tolerates-value': { tolerations: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] },
  'tolerates-key': { tolerations: [{ key: 'dedicated', operator: 'Exists' }] },
  'tolerates-effect': { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] },
  'host-network': { hostNetwork: true },
};

/** The labels of the node with that number; another `turn` changes those of many nodes. */
export function mixedLabels(number: number, turn = 0): Readonly<Record<string, string | null>> {
  return {
    zone: 'abcd'.charAt((number + turn) % 4),
    role: number % 3 === 0 ? 'infra' : 'worker',
    cpus: number % 17 === 0 ? 'many' : String((number + 3 * turn) % 16),
    gpu: (number + turn) % 5 === 0 ? 'yes' : null,
    spare: number % 12 === 0 ? '' : null,
  };
}

/** Its taints. */
export function mixedTaints(number: number): readonly TaintObject[] {
  return [
    ...(number % 10 === 1 ? [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] : []),
    ...(number % 15 === 2 ? [{ key: 'dedicated', value: 'batch', effect: 'NoExecute' }] : []),
    ...(number % 20 === 3 ? [{ key: 'busy', effect: 'PreferNoSchedule' }] : []),
  ];
}

type Expression = readonly [key: string, operator: string, ...values: readonly string[]];

function requiring(...terms: readonly (readonly Expression[])[]): object {
  return affine(
    ...terms.map((term) => ({
      matchExpressions: term.map(([key, operator, ...values]) => ({ key, operator, values })),
    })),
  );
}

function affine(...nodeSelectorTerms: readonly object[]): object {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } };
}
