/** What the status of a DaemonCoverage says: one policy's summary in the words of the CRD. */
import { isDeepStrictEqual } from 'node:util';
import { valueAt, type DaemonCoverageStatus, type PolicyCondition, type PolicySummary } from '@rollcall/contract';

/** Conditions that are ours; those of others in the same status are none of our business. */
const TYPES = ['Ready', 'NoNodesMatch', 'Conflict', 'SourceDown', 'ConnectionDown', 'TooManyPools'];

/** What a status is made of; `before` is the status as it is known, of any shape. */
export interface StatusParts {
  readonly summary: PolicySummary;
  readonly generation: number;
  readonly before: unknown;
  /** Share of the coverage budget that is left; undefined where it is not known. */
  readonly budgetRemaining?: number | undefined;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * The status. By Kubernetes' convention lastTransitionTime is when a condition's `status` changed last, so that it is taken over while that
 * stays.
 */
export function makeStatus({ summary, generation, before, budgetRemaining, now }: StatusParts): DaemonCoverageStatus {
  const { expected, covered, uncovered, unobserved, excused } = summary.counts;
  return {
    observedGeneration: generation,
    counts: { expected, covered, uncovered, unobserved, excused },
    ...(expected > 0 && { coverage: percent(covered, expected) }),
    ...(budgetRemaining !== undefined && { budgetRemaining: sayBudget(budgetRemaining) }),
    ...(summary.worstReason !== null && { worstReason: summary.worstReason }),
    conditions: [...summary.conditions, conflictOf(summary)].map((condition) => ({
      ...condition,
      observedGeneration: generation,
      lastTransitionTime: sinceWhen(condition, before) ?? now,
    })),
  };
}

/** Whether a status says what is to be said already, whenever it began to. */
export function saysTheSame(before: unknown, status: DaemonCoverageStatus): boolean {
  return isDeepStrictEqual(essenceOf(before), essenceOf(status));
}

/** Cut, not rounded: 100.00% means every node. */
function percent(covered: number, expected: number): string {
  return `${(Math.floor((covered * 10_000) / expected) / 100).toFixed(2)}%`;
}

/** To a tenth, and cut: it moves with every minute, and each move is a write. */
function sayBudget(ratio: number): string {
  return `${(Math.floor(ratio * 1_000) / 10).toFixed(1)}%`;
}

function conflictOf({ conditions }: PolicySummary): PolicyCondition {
  const conflict = conditions.find(({ type, reason }) => type === 'Ready' && reason === 'Conflict');
  if (conflict === undefined) return { type: 'Conflict', status: 'False', reason: 'NoOtherPolicy', message: '' };
  return { type: 'Conflict', status: 'True', reason: 'OlderPolicy', message: conflict.message };
}

function conditionsIn(status: unknown): readonly unknown[] {
  const conditions = valueAt(status, ['conditions']);
  return Array.isArray(conditions) ? conditions : [];
}

function sinceWhen({ type, status }: PolicyCondition, before: unknown): string | undefined {
  const known = conditionsIn(before).find((own) => valueAt(own, ['type']) === type);
  const since = valueAt(known, ['status']) === status ? valueAt(known, ['lastTransitionTime']) : undefined;
  return typeof since === 'string' ? since : undefined;
}

/** What counts as a difference, in one order. */
function essenceOf(status: unknown): unknown {
  const field = (name: string): unknown => valueAt(status, [name]) ?? null;
  const conditions = conditionsIn(status).filter((own) => TYPES.some((type) => type === valueAt(own, ['type'])));
  return [
    ...['observedGeneration', 'coverage', 'worstReason', 'budgetRemaining'].map(field),
    ...['expected', 'covered', 'uncovered', 'unobserved', 'excused'].map((name) => valueAt(field('counts'), [name])),
    TYPES.map((type) => {
      const own = conditions.find((one) => valueAt(one, ['type']) === type);
      return ['status', 'reason', 'message', 'observedGeneration'].map((name) => valueAt(own, [name]));
    }),
  ];
}
