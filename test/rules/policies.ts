/** Policies for the tests of rules, by what their objectives say. */
import { DEFAULT_SETTINGS, generateRules, renderRules, type RuleSettings } from '@rollcall/alerts';
import type { Objective, Policy } from '@rollcall/contract';
import { POLICY } from './timeline.ts';

const DAY_MS = 86_400_000;

/** 99 % coverage over 30 d, or what is said of it. */
export function objective(own: Partial<Objective> = {}): Objective {
  return { sli: 'coverage', target: 0.99, windowMs: 30 * DAY_MS, ...own };
}

/** A policy with these objectives. Only what rules read of a policy differs from one test to the next. */
export function policyWith(objectives: readonly Objective[]): Policy {
  return {
    ...POLICY,
    uid: 'u',
    name: 'agent',
    policyNamespace: POLICY.namespace,
    origin: 'File',
    createdAt: 0,
    generation: 1,
    hasDaemonSet: true,
    exclusions: [],
    poolLabels: [],
    minimum: new Map(),
    podLayer: { asked: true, offPools: [], startDeadlineMs: 120_000 },
    join: { from: 'Ready', withinMs: 120_000 },
    resources: { cpuRatio: 0.05, memoryBytes: 200e6 },
    joiningTaints: [],
    leavingTaints: [],
    leavingAnnotations: [],
    grace: { joiningMs: 300_000, leavingMs: 900_000, nodeNotReadyMs: 0 },
    nodeNotReadyExcused: false,
    exemptions: [],
    providesNetwork: false,
    objectives,
    purpose: 'Collects logs',
    team: 'platform',
    contact: '#platform',
  };
}

/** Plain rule files: the fleet's, then the policy's. */
export function renderFor(
  objectives: readonly Objective[],
  settings: Partial<RuleSettings> = {},
): readonly [fleet: string, policy: string] {
  const files = generateRules([policyWith(objectives)], { ...DEFAULT_SETTINGS, ...settings });
  const [fleet = '', policy = ''] = files.map((file) =>
    renderRules(file, 'plain', { namespace: 'rollcall-system', labels: {} }),
  );
  return [fleet, policy];
}
