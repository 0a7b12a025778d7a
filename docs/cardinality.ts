/** How many series each family of a policy has, and what does and does not make them more. */
import {
  COMPONENTS,
  COVERAGE_METRICS,
  AGENT_COMPONENT_LIMIT,
  EXCUSES,
  HEARTBEAT_OUTCOMES,
  INFO_LIMIT,
  JOIN_OUTCOMES,
  LAYERS,
  MARKED_SLIS,
  REASONS,
  RESTART_REASONS,
  PLACING_FAILURES,
  CREATE_FAILURE,
  TALLIES,
  VERDICTS,
  VERSION_LIMIT,
  WORST_LIMIT,
  type Reason,
} from '@rollcall/contract';

type FamilyName = keyof typeof COVERAGE_METRICS;

/** A family's series: `each` tells what makes them, `quiet` how many there are of a policy that asks for the pod layer alone and has every node covered. */
interface Cardinality {
  readonly per: 'policy' | 'pool';
  readonly quiet: number;
  /** How many more there are of the policy as a whole. */
  readonly ofPolicy?: number;
  readonly each: string;
}

const ALL = Object.values<Reason>(REASONS).filter(({ neverPrimary }) => neverPrimary !== true);
/** NodeMissing comes up only in a pool for which the policy promises nodes. */
const PLAIN_REASONS = ALL.filter(({ layer }) => layer === undefined).length - 1;
const DAEMON_REASONS = ALL.filter(({ layer }) => layer === 'daemon').length;
/** Leaving and Joining, of which no policy is without. */
const PLAIN_EXCUSES = 2;

const one = (per: Cardinality['per'], each = ''): Cardinality => ({ per, quiet: 1, each });
const none = (per: Cardinality['per'], each: string): Cardinality => ({ per, quiet: 0, each });

const BY_SLI = `one, and one for each of ${MARKED_SLIS.join(', ')} with an objective`;

/** Buckets, the one beyond them, sum and count. */
function partsOf(name: 'joinDuration' | 'ingestionLag'): number {
  return TALLIES[name].boundsMs.length + 3;
}

const COMPONENTS_OF_AGENTS = `components of agents, at most ${AGENT_COMPONENT_LIMIT + 1} a policy (\`other\` beside the ${AGENT_COMPONENT_LIMIT})`;

const SERIES: Readonly<Record<FamilyName, Cardinality>> = {
  policyInfo: one('policy'),
  expected: one('pool'),
  covered: one('pool'),
  current: one('pool'),
  eligible: one('pool'),
  stray: one('pool'),
  unobserved: one('pool'),
  excluded: none('pool', "one for each of the policy's rules that holds in the pool"),
  controllerDesired: one('policy'),
  divergence: one('policy'),
  divergenceSeconds: one('policy'),
  excused: none('pool', `excuses that have counted, at most ${EXCUSES.length}`),
  maintenanceActive: none('policy', 'maintenance windows that speak for it'),
  maintenanceCap: none('policy', '1 with a maintenance window'),
  uncovered: none('pool', `reasons that have counted, at most ${ALL.length}`),
  orderly: { per: 'pool', quiet: 2, each: 'rollout, upgrade' },
  layerGood: one('pool', `asked layers, at most ${LAYERS.length}`),
  uncoveredInfo: none('policy', `uncovered nodes, at most ${INFO_LIMIT}`),
  notListed: one('policy'),
  longestUncovered: one('pool'),
  versionNodes: none(
    'pool',
    `versions of the Daemon layer, at most ${COMPONENTS.length} x ${VERSION_LIMIT + 2} (\`other\` and \`unknown\` beside the ${VERSION_LIMIT})`,
  ),
  probeAgeMax: none('pool', 'one with the Daemon layer'),
  ingestionLagMax: none('pool', 'one with heartbeats, queries or canaries'),
  clockSkewMax: none('pool', 'one with heartbeats'),
  bufferFill: none('pool', 'one with heartbeats'),
  attainment: none('policy', 'objectives x 2 windows, 3 where its own is neither 30d nor 90d, with a journal'),
  budgetRemaining: none('policy', 'as many'),
  budgetRemainingRaw: none('policy', 'as many'),
  daemonCpu: none('pool', '3 with heartbeats that tell of CPU, or an objective for `resources`'),
  daemonCpuSum: none('pool', 'one with the same'),
  daemonMemory: none('pool', '3 with heartbeats that tell of memory, or that objective'),
  daemonMemorySum: none('pool', 'one with the same'),
  worstNode: none('policy', `nodes with such a figure, at most 4 x ${WORST_LIMIT}`),
  objective: one('policy', 'objectives'),
  validSeconds: one('pool', BY_SLI),
  goodSeconds: one('pool', BY_SLI),
  unobservedSeconds: one('pool', BY_SLI),
  uncoveredSeconds: {
    per: 'pool',
    quiet: PLAIN_REASONS,
    each: `reasons that can come up: ${PLAIN_REASONS}, ${DAEMON_REASONS} more with the Daemon layer, one more with a minimum`,
  },
  excusedSeconds: {
    per: 'pool',
    quiet: PLAIN_EXCUSES * VERDICTS.length,
    each: `excuses that can come up (2 to ${EXCUSES.length}) x ${VERDICTS.length} verdicts`,
  },
  restarts: { per: 'pool', quiet: RESTART_REASONS.length, each: 'reasons' },
  failedScheduling: {
    per: 'pool',
    quiet: PLACING_FAILURES.length,
    ofPolicy: 1,
    each: `${PLACING_FAILURES.join(', ')}; and one for the policy: ${CREATE_FAILURE}`,
  },
  joins: none('pool', `${JOIN_OUTCOMES.length} with an objective for joins`),
  joinDuration: none(
    'pool',
    `${partsOf('joinDuration')} with that objective, and for the policy ${TALLIES.joinDuration.policyLabels.length} x as many`,
  ),
  heartbeats: none('pool', `${HEARTBEAT_OUTCOMES.length} with the heartbeat layer`),
  agentErrors: none('pool', COMPONENTS_OF_AGENTS),
  telemetrySent: none('pool', COMPONENTS_OF_AGENTS),
  telemetryDropped: none('pool', COMPONENTS_OF_AGENTS),
  customGood: none('pool', '1 with the queries good and total'),
  customValid: none('pool', '1 with the queries good and total'),
  ingestionLag: none('policy', `${partsOf('ingestionLag')} with the heartbeat layer, queries or canaries`),
};

/** The fleets that are worked out. */
const FLEETS = [
  { policies: 1, pools: 5 },
  { policies: 10, pools: 5 },
  { policies: 100, pools: 20 },
];

type Row = readonly string[];

function seriesIn({ per, quiet, ofPolicy = 0 }: Cardinality, { policies, pools }: (typeof FLEETS)[number]): number {
  return policies * (quiet * (per === 'pool' ? pools : 1) + ofPolicy);
}

/** The table: a row for each family, and their sum. */
export function cardinalityTable(): { readonly head: Row; readonly rows: readonly Row[] } {
  const all = Object.entries(COVERAGE_METRICS).map(([key, { name }]) => ({ name, ...SERIES[key as FamilyName] }));
  const rows = all.map((family) => [
    `\`${family.name}\``,
    family.each === '' ? `1 a ${family.per}` : `a ${family.per}: ${family.each}`,
    ...FLEETS.map((fleet) => String(seriesIn(family, fleet))),
  ]);
  const sums = FLEETS.map((fleet) => String(all.reduce((sum, family) => sum + seriesIn(family, fleet), 0)));
  return {
    head: ['family', 'series', ...FLEETS.map(({ policies, pools }) => `${policies} x ${pools}`)],
    rows: [...rows, ['**all**', '', ...sums]],
  };
}
