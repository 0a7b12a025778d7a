/** The status of a DaemonCoverage: what the collector answers, so that `kubectl get` shows it. */
import { z } from 'zod';
import { timestamp } from './daemon-coverage-fields.ts';

const number = z.int().min(0).max(1_000_000);

const counts = z.strictObject({
  expected: number.describe('Nodes that should run the daemon now: covered, uncovered and unobserved.'),
  covered: number.describe('Expected nodes on which every asked health layer is good.'),
  uncovered: number.describe('Expected nodes on which a health layer is bad.'),
  unobserved: number.describe('Expected nodes of which some health layer is unknown and none bad.'),
  excused: number.describe('Nodes in scope that are not counted now.'),
});

const condition = z.strictObject({
  type: z
    .string()
    .min(1)
    .max(316)
    .describe('Kind of the condition: Ready, NoNodesMatch, Conflict, SourceDown or ConnectionDown.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds: True, False or Unknown.'),
  observedGeneration: z.int().min(0).describe('Generation of the spec that the condition is about.').exactOptional(),
  lastTransitionTime: timestamp.describe('When the status of the condition changed last.'),
  reason: z.string().min(1).max(1024).describe('Why, in one CamelCase word.'),
  message: z
    .string()
    .max(32_768)
    .describe('Why, in words; of a policy that is rejected each field, its value and the mend.'),
});

/** The status subresource. */
export const status = z.strictObject({
  observedGeneration: z.int().min(0).describe('Generation of the spec that this status is about.').exactOptional(),
  conditions: z
    .array(condition)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('State of the policy itself: Ready is False when it is rejected or in conflict.')
    .exactOptional(),
  counts: counts.describe('Nodes by state.').exactOptional(),
  coverage: z.string().max(16).describe('Covered of expected nodes now, in percent, such as 99.50%.').exactOptional(),
  // Not an enum: a newer collector may write a reason that this CRD does not know yet.
  worstReason: z
    .string()
    .max(63)
    .describe('Reason of the most uncovered nodes; absent when none is uncovered.')
    .exactOptional(),
  budgetRemaining: z
    .string()
    .max(16)
    .describe('What is left of the error budget of the coverage objective, in percent; negative when it is overspent.')
    .exactOptional(),
});
