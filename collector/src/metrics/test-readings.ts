/** Builders of readings for the tests of this folder: sane defaults, each overridden by what the case is about. */
import type { Counts } from '@rollcall/contract';
import type { PolicyReading, PoolReading, TallyReading } from '../sli/reading.ts';

const POOL_TALLIES: readonly TallyReading[] = [
  { of: 'restarts', label: 'OOMKilled', slots: [3] },
  { of: 'restarts', label: 'Error', slots: [0] },
  { of: 'failedScheduling', label: 'Unschedulable', slots: [2] },
  { of: 'joins', label: 'late', slots: [1] },
  { of: 'joinDuration', label: 'total', slots: [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 5_000_250] },
  { of: 'heartbeats', label: 'accepted', slots: [40] },
  { of: 'agentErrors', label: 'uplink "a"', slots: [7] },
  { of: 'telemetrySent', label: 'logs', slots: [1_000] },
  { of: 'telemetryDropped', label: 'logs', slots: [1] },
  { of: 'customGood', label: '', slots: [9] },
  { of: 'customValid', label: '', slots: [10] },
];

const USAGE: PoolReading['usage'] = {
  cpu: {
    quantiles: [
      { quantile: '0.5', value: 0.1 },
      { quantile: '1', value: 0.25 },
    ],
    sum: 0.35,
  },
  memory: { quantiles: [{ quantile: '1', value: 104_857_600 }], sum: 123_456_789 },
};

/** A pool's figures: three nodes expected, two covered. */
export function poolReading(overrides: Partial<PoolReading> & { counts?: Counts } = {}): PoolReading {
  return {
    pool: 'gpu',
    counts: {
      expected: 3,
      covered: 2,
      uncovered: 1,
      unobserved: 0,
      excused: 2,
      current: 1,
      eligible: 4,
      stray: 1,
      excluded: 5,
    },
    orderly: { rollout: 1, upgrade: 0 },
    layers: [{ layer: 'pod', good: 2 }],
    excluded: [{ rule: 'virtual-kubelet', nodes: 5 }],
    longestUncoveredMs: 61_234,
    slis: [{ sli: 'coverage', validMs: 9_007_199_254_740_991, goodMs: 1_234, unobservedMs: 0 }],
    reasons: [
      { reason: 'NodeUnreachable', owner: 'node', nodes: 1, ms: 61_234 },
      { reason: 'CrashLoop', owner: 'agent', nodes: 0, ms: 300 },
    ],
    excuses: [
      { reason: 'Joining', verdict: 'uncovered', nodes: 1, ms: 5_000 },
      { reason: 'Joining', verdict: 'covered', nodes: 1, ms: 40 },
      { reason: 'Leaving', verdict: 'covered', nodes: 0, ms: 7 },
    ],
    versions: [
      { component: 'driver', version: 'v0.5.13', nodes: 2 },
      { component: 'daemon', version: 'v0.5.10', nodes: 1 },
      { component: 'daemon', version: 'other', nodes: 1 },
    ],
    probeAgeMaxMs: 12_345,
    reports: { lagMaxMs: 4_200, skewMaxMs: 350, bufferFillMax: 0.25 },
    usage: USAGE,
    tallies: POOL_TALLIES,
    ...overrides,
  };
}

/** A policy's figures: one pool, one objective, the controller's count known. */
export function policyReading(overrides: Partial<PolicyReading> = {}): PolicyReading {
  return {
    namespace: 'kube-system',
    daemonset: 'agent',
    info: { team: 'platform', contact: '#platform', purpose: 'Joins the "mesh"', strategy: 'RollingUpdate' },
    started: true,
    createdWallMs: 1_767_225_600_123,
    pools: [poolReading()],
    tallies: [
      { of: 'ingestionLag', label: '', slots: [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 700] },
      { of: 'failedScheduling', label: 'FailedCreate', slots: [9] },
      { of: 'joinDuration', label: 'scheduled', slots: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12] },
    ],
    maintenance: {
      windows: [
        { window: 'kube-system/kernel', open: true },
        { window: 'kube-system/disks', open: false },
      ],
      capUsedRatio: 0.25,
    },
    objectives: [{ sli: 'coverage', target: 0.99 }],
    windows: [
      { sli: 'coverage', window: '90d', attainment: 0.996, budgetRemaining: 0.6, budgetRemainingRaw: 0.55 },
      { sli: 'coverage', window: '30d', attainment: 0.985, budgetRemaining: -0.5, budgetRemainingRaw: -0.7 },
    ],
    controller: { desired: 5, divergence: -1, divergenceMs: 1_500 },
    uncovered: [{ node: 'gpu-1', pool: 'gpu', reason: 'NodeUnreachable', sinceMono: 17 }],
    notListed: 0,
    worst: [{ by: 'cpu', rank: 1, node: 'gpu-1', pool: 'gpu', value: 0.25 }],
    ...overrides,
  };
}
