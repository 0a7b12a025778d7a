/** Draws what a collector could tell of one policy over a time, step by step: a fleet in pools that changes, and every series that the rules read. */
import { COVERAGE_METRICS, JOIN_OUTCOMES, NODE_TO_POD, REASONS, SLIS, type ReasonCode } from '@rollcall/contract';
import type { Random } from '../e2e/random.ts';
import { POLICY } from './timeline.ts';

/** A sample of a step; `missing`: none, as between two scrapes; `stale`: the mark of Prometheus that the series ended. */
export type Point = number | 'missing' | 'stale';

/** One series of a case. Whoever is given it may change its points. */
export interface Drawn {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly counter: boolean;
  points: Point[];
}

/** How long a case is: evaluations, and the minutes from one to the next. */
export interface Length {
  readonly steps: number;
  readonly minutes: number;
}

/** What a pool is not allowed to have. */
export interface Limits {
  /** Nodes that are expected at most, in each pool in turn. */
  readonly most: readonly number[];
  /** True when some of the time nothing is observed. */
  readonly dark: boolean;
}

/** A stretch of time in which a pool does not change. */
interface Stretch {
  readonly steps: number;
  readonly expected: number;
  readonly uncovered: readonly number[];
  readonly unobserved: number;
  readonly excused: number;
  readonly others: number;
  readonly events: number;
}

const LOST: readonly ReasonCode[] = [
  'CrashLoop',
  'LabelDrift',
  'QuotaExceeded',
  'RolloutReplacing',
  'DaemonSetMissing',
];
const BOUNDS = ['1', '60', '+Inf'] as const;
const M = COVERAGE_METRICS;

/** Draws a policy's series; `cluster` tells it from the other cases of the same store. */
export function drawWorld(random: Random, length: Length, limits: Limits): Drawn[] {
  const reasons = Array.from({ length: 2 }, () => random.pick(LOST)).filter((own, at, all) => all.indexOf(own) === at);
  const pools = limits.most.flatMap((most, at) => {
    const stretches = drawStretches(random, length, { most, dark: limits.dark, reasons: reasons.length });
    return [
      ...drawGauges(stretches, { node_pool: `p${at}` }, reasons),
      ...drawCounters(stretches, { node_pool: `p${at}` }, { reasons, length }),
    ];
  });
  return [...pools, ...drawPolicy(random, length)];
}

interface Drawing {
  readonly most: number;
  readonly dark: boolean;
  readonly reasons: number;
}

function drawStretches(random: Random, { steps }: Length, { most, dark, reasons }: Drawing): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = 0; at < steps; at += stretches.at(-1)?.steps ?? steps) {
    const expected = random.chance(0.15) ? 0 : random.integer(0, most);
    const unobserved = dark && random.chance(0.6) ? expected : random.chance(0.2) ? random.integer(0, expected) : 0;
    let left = expected - unobserved;
    const uncovered = Array.from({ length: reasons }, () => {
      const own = random.chance(0.5) ? 0 : random.integer(0, left);
      left -= own;
      return own;
    });
    const some = (odds: number, upTo: number): number => (random.chance(odds) ? random.integer(0, upTo) : 0);
    stretches.push({
      steps: Math.min(steps - at, random.integer(1, Math.max(2, Math.floor(steps / 4)))),
      expected,
      uncovered,
      unobserved,
      excused: some(0.3, most),
      others: some(0.3, 3),
      events: most === 0 ? 0 : some(0.4, 3),
    });
  }
  return stretches;
}

type Labels = Readonly<Record<string, string>>;

function draw(metric: string, labels: Labels, points: Point[]): Drawn {
  return { metric, labels: { ...POLICY, instance: 'a:9808', job: 'rollcall', ...labels }, counter: false, points };
}

/** A counter that grows in each step by as much as these say. */
function drawCounter(metric: string, labels: Labels, growth: readonly Point[]): Drawn {
  let total = 0;
  const points = growth.map((own) => (total += Number(own)));
  return { ...draw(metric, labels, points), counter: true };
}

function spread(stretches: readonly Stretch[], value: (stretch: Stretch) => number): Point[] {
  return stretches.flatMap((stretch) => Array.from({ length: stretch.steps }, () => value(stretch)));
}

const lostIn = ({ uncovered }: Stretch): number => uncovered.reduce((sum, own) => sum + own, 0);

function drawGauges(stretches: readonly Stretch[], pool: Labels, reasons: readonly ReasonCode[]): readonly Drawn[] {
  const gauge = (metric: string, value: (stretch: Stretch) => number, labels: Labels = {}): Drawn =>
    draw(metric, { ...pool, ...labels }, spread(stretches, value));
  const covered = (own: Stretch): number => own.expected - own.unobserved - lostIn(own);
  let since = 0;
  const longest = spread(stretches, (own) => (lostIn(own) > 0 ? 1 : 0)).map((lost) => {
    since = lost === 1 ? since + 60 : 0;
    return since;
  });
  return [
    gauge(M.expected.name, ({ expected }) => expected),
    gauge(M.covered.name, covered),
    gauge(M.current.name, (own) => Math.max(0, covered(own) - own.others)),
    gauge(M.layerGood.name, covered, { layer: 'pod' }),
    gauge(M.unobserved.name, ({ unobserved }) => unobserved),
    gauge(M.stray.name, ({ others }) => others),
    gauge(M.excused.name, ({ excused }) => excused, { reason: 'Maintenance' }),
    gauge(M.orderly.name, ({ others }) => others, { reason: 'Rollout' }),
    gauge(M.clockSkewMax.name, ({ others }) => others * 40),
    draw(M.longestUncovered.name, pool, longest),
    ...reasons.map((reason, at) =>
      gauge(M.uncovered.name, ({ uncovered }) => uncovered[at] ?? 0, { reason, owner: REASONS[reason].owner }),
    ),
  ];
}

interface Counting {
  readonly reasons: readonly ReasonCode[];
  readonly length: Length;
}

function drawCounters(stretches: readonly Stretch[], pool: Labels, { reasons, length }: Counting): readonly Drawn[] {
  const seconds = length.minutes * 60;
  const count = (metric: string, growth: (stretch: Stretch) => number, labels: Labels = {}): Drawn =>
    drawCounter(metric, { ...pool, ...labels }, spread(stretches, growth));
  const seen = (own: Stretch): number => own.expected - own.unobserved;
  const states = Object.entries(SLIS).flatMap(([sli, { nodeSeconds }]) => (nodeSeconds ? [sli] : []));
  return [
    ...states.flatMap((sli) => [
      count(M.validSeconds.name, (own) => seen(own) * seconds, { sli }),
      count(M.goodSeconds.name, (own) => (seen(own) - lostIn(own)) * seconds, { sli }),
      count(M.unobservedSeconds.name, ({ unobserved }) => unobserved * seconds, { sli }),
    ]),
    ...reasons.map((reason, at) =>
      count(M.uncoveredSeconds.name, ({ uncovered }) => (uncovered[at] ?? 0) * seconds, {
        reason,
        owner: REASONS[reason].owner,
      }),
    ),
    count(M.excusedSeconds.name, ({ excused }) => excused * seconds, { reason: 'Joining', verdict: 'uncovered' }),
    count(M.restarts.name, ({ events }) => events, { reason: 'Error' }),
    ...JOIN_OUTCOMES.map((outcome, at) => count(M.joins.name, ({ events }) => Math.max(0, events - at), { outcome })),
  ];
}

/** What a policy has without a pool. */
function drawPolicy(random: Random, length: Length): readonly Drawn[] {
  const drawing = { most: 5, dark: false, reasons: 1 };
  const stretches = drawStretches(random, length, drawing);
  const count = (metric: string, growth: (stretch: Stretch) => number, labels: Labels = {}): Drawn =>
    drawCounter(metric, labels, spread(stretches, growth));
  const { name } = M.joinDuration;
  const stage = { stage: NODE_TO_POD };
  let since = 0;
  const diverges = spread(stretches, ({ others }) => others - 1);
  const divergence = diverges.map((own) => (since = own === 0 ? 0 : since + 60));
  return [
    draw(
      M.policyInfo.name,
      { team: 'platform', contact: '#p', purpose: 'logs', strategy: 'RollingUpdate' },
      spread(stretches, () => 1),
    ),
    draw(M.divergence.name, {}, diverges),
    draw(M.divergenceSeconds.name, {}, divergence),
    draw(
      M.maintenanceCap.name,
      {},
      spread(stretches, ({ excused }) => excused / 5),
    ),
    count(M.telemetrySent.name, ({ expected }) => expected * 9, { component: 'logs' }),
    count(M.telemetryDropped.name, ({ events }) => events * 3, { component: 'logs' }),
    ...BOUNDS.map((le, at) => count(`${name}_bucket`, ({ events }) => Math.max(0, events - 2 + at), { ...stage, le })),
    ...BOUNDS.map((le, at) =>
      count(`${M.ingestionLag.name}_bucket`, ({ events }) => Math.max(0, events - 2 + at), { le }),
    ),
    count(`${name}_sum`, ({ events }) => events * 30, stage),
    count(`${name}_count`, ({ events }) => events, stage),
  ];
}
