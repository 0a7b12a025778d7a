/** Says of one policy what the API answers, from one reading of its figures. */
import {
  OTHER_POOL,
  POOL_LIMIT,
  REASONS,
  type Counts,
  type JoinOutcome,
  type Objective,
  type PolicyAnswer,
  type PolicyCondition,
  type PolicySummary,
  type ReasonCode,
  type SliAnswer,
} from '@rollcall/contract';
import type { PolicyRoll } from '../coverage/index.ts';
import type { PolicyReading, PoolReading, SliReading } from './reading.ts';

/** A policy's summary: its counts now. */
export function summarisePolicy(roll: PolicyRoll, reading: PolicyReading): PolicySummary {
  const { policy } = roll;
  const counts = addCounts(reading.pools);
  return {
    namespace: policy.namespace,
    daemonset: policy.daemonset,
    policy: { uid: policy.uid, name: policy.name, namespace: policy.policyNamespace, origin: policy.origin },
    denominator: policy.selector === undefined ? 'inferred' : 'explicit',
    counts,
    coverage: counts.expected === 0 ? null : counts.covered / counts.expected,
    worstReason: sumReasons(reading)[0]?.reason ?? null,
    conditions: conditionsOf(roll, counts),
    purpose: policy.purpose,
    team: policy.team,
    contact: policy.contact,
  };
}

/** A policy in full. `durable` says whether its memory outlives the process. */
export function answerPolicy(roll: PolicyRoll, reading: PolicyReading, durable: boolean): PolicyAnswer {
  const { controller } = reading;
  return {
    ...summarisePolicy(roll, reading),
    reasons: sumReasons(reading),
    excuses: sumBy(
      reading.pools.flatMap(({ excuses }) => excuses),
      ({ reason }) => reason,
    ).map(([reason, nodes]) => ({ reason, nodes })),
    pools: reading.pools.map(({ pool, counts }) => ({ pool, ...counts })),
    layers: sumLayers(reading.pools),
    controller:
      controller === null
        ? null
        : {
            desired: controller.desired,
            divergence: controller.divergence,
            divergenceSeconds: controller.divergenceMs / 1000,
          },
    slis: roll.policy.objectives.flatMap((objective) => {
      if (objective.sli === 'join') return [answerJoins(reading, objective)];
      const parts = reading.pools.flatMap(({ slis }) => slis.filter((own) => own.sli === objective.sli));
      return parts.length === 0 ? [] : [answerSli(parts, objective)];
    }),
    objectives: [],
    history: {
      durable,
      note: durable
        ? ''
        : 'Scope kept for 24 h, label drift, joining and excuse caps are remembered by this process only and are lost at its restart.',
    },
  };
}

function addCounts(pools: readonly PoolReading[]): Counts {
  const add = (key: keyof Counts): number => pools.reduce((total, { counts }) => total + counts[key], 0);
  return {
    expected: add('expected'),
    covered: add('covered'),
    uncovered: add('uncovered'),
    unobserved: add('unobserved'),
    excused: add('excused'),
    current: add('current'),
    eligible: add('eligible'),
    stray: add('stray'),
    excluded: add('excluded'),
  };
}

function conditionsOf(roll: PolicyRoll, counts: Counts): readonly PolicyCondition[] {
  const ready: PolicyCondition = roll.started
    ? { type: 'Ready', status: 'True', reason: 'Evaluated', message: '' }
    : { type: 'Ready', status: 'False', reason: 'Syncing', message: 'nodes and DaemonSets are not listed yet' };
  const none = roll.started && counts.expected + counts.excused === 0;
  return [
    ready,
    {
      type: 'NoNodesMatch',
      status: none ? 'True' : 'False',
      reason: none ? 'EmptyScope' : 'NodesInScope',
      message: none ? emptyScope(roll) : '',
    },
    ...tooManyPools(roll),
  ];
}

/** The condition of a policy whose pools are more than can be told one by one, and what to do about it; none for any other. */
export function tooManyPools({ policy, pools }: Pick<PolicyRoll, 'policy' | 'pools'>): readonly PolicyCondition[] {
  if (!pools.overflows()) return [];
  const labels = policy.poolLabels.join(', ');
  const message =
    `the labels that make pools (${labels}) have more than ${POOL_LIMIT} values, and the nodes of further ones are counted as ` +
    `the pool "${OTHER_POOL}"; name labels of groups of nodes in spec.nodes.poolLabels, not one that differs from node to node`;
  return [{ type: 'TooManyPools', status: 'True', reason: 'PoolLimit', message }];
}

function emptyScope({ policy, lastDaemonSet }: PolicyRoll): string {
  const name = `${policy.namespace}/${policy.daemonset}`;
  if (policy.selector !== undefined) return 'spec.nodes.selector matches no node';
  if (lastDaemonSet === undefined) return `the DaemonSet ${name} does not exist, so no scope can be inferred from it`;
  return `no node fits the node selector, affinity and tolerations of the DaemonSet ${name}`;
}

function sumReasons(reading: PolicyReading): PolicyAnswer['reasons'] {
  const all = reading.pools.flatMap(({ reasons }) => reasons);
  return sumBy(all, ({ reason }) => reason)
    .map(([reason, nodes]) => ({ reason, owner: REASONS[reason].owner, nodes }))
    .sort((one, other) => other.nodes - one.nodes || rankOf(one.reason) - rankOf(other.reason));
}

function rankOf(reason: ReasonCode): number {
  return Object.keys(REASONS).indexOf(reason);
}

function sumBy<T extends { readonly nodes: number }, K>(items: readonly T[], key: (item: T) => K): [K, number][] {
  const sums = new Map<K, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + item.nodes);
  return [...sums].filter(([, nodes]) => nodes > 0);
}

function sumLayers(pools: readonly PoolReading[]): PolicyAnswer['layers'] {
  const all = pools.flatMap(({ layers }) => layers.map(({ layer, good }) => ({ layer, nodes: good })));
  return sumBy(all, ({ layer }) => layer).map(([layer, good]) => ({ layer, good }));
}

function answerJoins({ pools }: PolicyReading, { sli, target, windowMs }: Objective): SliAnswer {
  const count = (outcome: JoinOutcome): number =>
    pools
      .flatMap(({ tallies }) => tallies.filter(({ of, label }) => of === 'joins' && label === outcome))
      .reduce((sum, { slots }) => sum + (slots[0] ?? 0), 0);
  const [inTime, late, abandoned] = [count('in_time'), count('late'), count('abandoned')];
  const ratio = inTime / (inTime + late);
  return {
    sli,
    objective: target,
    windowMs,
    validMs: 0,
    goodMs: 0,
    unobservedMs: 0,
    attainment: inTime + late === 0 ? null : { low: ratio, high: ratio },
    joins: { inTime, late, abandoned },
  };
}

function answerSli(parts: readonly SliReading[], { sli, target, windowMs }: Objective): SliAnswer {
  const add = (key: 'validMs' | 'goodMs' | 'unobservedMs'): number => parts.reduce((sum, part) => sum + part[key], 0);
  const [validMs, goodMs, unobservedMs] = [add('validMs'), add('goodMs'), add('unobservedMs')];
  const total = validMs + unobservedMs;
  const attainment = total === 0 ? null : { low: goodMs / total, high: (goodMs + unobservedMs) / total };
  return {
    sli,
    objective: target,
    windowMs,
    validMs,
    goodMs,
    unobservedMs,
    attainment,
  };
}
