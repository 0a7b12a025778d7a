/** Cases of an objective's alerts: what of a fleet is lost, from when on, and in which minute each tier fires. */
import type { Objective, SliName } from '@rollcall/contract';
import { objective } from './policies.ts';
import { fleet, grows, named, POLICY, type Series } from './timeline.ts';
import type { Firing, RuleCase } from './play-cases.ts';

/** Cases of one objective, evaluated every so many minutes. */
export interface BurnSuite {
  readonly name: string;
  readonly objective: Objective;
  readonly stepMinutes: number;
  readonly cases: readonly RuleCase[];
}

const DAY = 1440;
const TIERS = ['page_fast', 'page_slow', 'ticket_fast', 'ticket_slow'] as const;
type Tier = (typeof TIERS)[number];

/** Minutes by tier; tiers that are not named must be silent. */
export type Minutes = Partial<Record<Tier, readonly [first: number, last?: number]>>;

/** Every tier of an objective: fires in its minute with these labels, or never. */
export function tiers(minutes: Minutes, sli: SliName = 'coverage'): readonly Firing[] {
  return TIERS.map((tier) => {
    const [first, last] = minutes[tier] ?? [];
    const [alertname, severity, priority] = tier.startsWith('page')
      ? ['BudgetBurnPage', 'page', 'P1']
      : ['BudgetBurnTicket', 'ticket', 'P3'];
    const common = { alertname, alertstate: 'firing', ...POLICY, priority, severity, sli };
    return {
      alert: `tier="${tier}"`,
      ...(first === undefined ? {} : { first, labels: { ...common, slo: `agent-${sli}`, team: 'platform', tier } }),
      ...(last === undefined ? {} : { last }),
    };
  });
}

/** One loss after a clean past: `bad` of `nodes` for `lost` minutes, then clean until the end. */
function loss(
  nodes: number,
  bad: number,
  times: { readonly clean: number; readonly lost: number; readonly after?: number; readonly fires: Minutes },
): RuleCase {
  const { clean, lost, after = 0, fires } = times;
  const stretches = [[clean, 0], [lost, bad], ...(after > 0 ? [[after, 0] as const] : [])] as const;
  const name = `${bad} of ${nodes} for ${lost} min after ${clean} min`;
  return {
    name,
    minutes: clean + lost + after,
    series: fleet(nodes, stretches),
    firings: tiers(fires),
    never: NOT_A_NUMBER,
  };
}

/** What is recorded, and whether any of it is NaN (which equals nothing) or infinite. */
const RECORDED = '{__name__=~"objective:.+"}';
/** What must have no sample. */
export const NOT_A_NUMBER = [`sum(${RECORDED}) != sum(${RECORDED})`, `max(${RECORDED}) == Inf`];

function of(
  name: string,
  series: readonly Series[],
  { minutes, fires }: { readonly minutes: number; readonly fires: Minutes },
): RuleCase {
  return { name, minutes, series, firings: tiers(fires), never: NOT_A_NUMBER };
}

const two = (name: string, from: number): readonly Series[] =>
  ['valid', 'good'].map((kind) =>
    grows(
      named(`rollcall_${kind}_node_seconds_total`, { node_pool: 'p', sli: 'coverage', instance: name }),
      [[400, 0]],
      from,
    ),
  );

const FINE: BurnSuite = {
  name: '99 % over 30 d, by the minute',
  objective: objective(),
  stepMinutes: 1,
  cases: [
    loss(3, 1, { clean: 120, lost: 40, fires: { page_fast: [146] } }),
    loss(5, 1, { clean: 120, lost: 60, fires: { page_fast: [164], page_slow: [180] } }),
    loss(6, 1, { clean: 120, lost: 60, fires: { page_fast: [172] } }),
    loss(7, 1, { clean: 360, lost: 160, fires: { page_slow: [512] } }),
    loss(10, 1, { clean: 360, lost: 220, fires: { page_slow: [577] } }),
    loss(16, 1, { clean: 360, lost: 350, fires: { page_slow: [706] } }),
    loss(17, 1, { clean: 360, lost: 400, fires: { ticket_fast: [735] } }),
    loss(10, 10, { clean: 120, lost: 10, after: 30, fires: { page_fast: [129, 134] } }),
    loss(10, 10, { clean: 0, lost: 60, fires: { page_fast: [30] } }),
    loss(3, 1, { clean: 10, lost: 50, fires: { page_fast: [30] } }),
    loss(10, 1, { clean: 60, lost: 180, fires: { page_slow: [180] } }),
    loss(1000, 144, { clean: 120, lost: 120, fires: { page_slow: [206] } }),
    loss(1000, 145, { clean: 120, lost: 120, fires: { page_fast: [180], page_slow: [205] } }),
    loss(50, 3, { clean: 360, lost: 400, fires: { ticket_fast: [721] } }),
    loss(1000, 61, { clean: 360, lost: 400, fires: { page_slow: [715], ticket_fast: [720] } }),
    loss(10, 10, { clean: 400, lost: 15, after: 90, fires: { page_fast: [409, 419] } }),
    loss(10, 5, { clean: 400, lost: 45, after: 60, fires: { page_fast: [418, 448], page_slow: [444, 471] } }),
    of(
      'all of 10 flap, 10 min down and 2 min up',
      fleet(10, [
        [120, 0],
        ...Array.from(
          { length: 15 },
          () =>
            [
              [10, 10],
              [2, 0],
            ] as const,
        ).flat(),
      ]),
      { minutes: 300, fires: { page_fast: [129], page_slow: [180] } },
    ),
    of(
      'the collector starts anew in the midst of a loss',
      fleet(5, [
        [120, 0],
        [30, 1],
        [2, 'stale'],
        [40, 1],
      ]),
      { minutes: 190, fires: { page_fast: [164], page_slow: [180] } },
    ),
    of(
      'a counter starts anew at 0 under the same name',
      [
        ...fleet(5, [
          [120, 0],
          [60, 1],
        ]).map(({ series, values }) => ({
          series,
          values: `${values} 0 ${series.includes('valid') ? '300+300x20' : '240+240x20'}`,
        })),
      ],
      { minutes: 200, fires: { page_fast: [164], page_slow: [180] } },
    ),
    of(
      'two replicas, of which the second only stands by',
      [
        ...fleet(5, [
          [120, 0],
          [60, 1],
        ]),
        ...two('b:9808', 7_000),
      ],
      { minutes: 180, fires: { page_fast: [164], page_slow: [180] } },
    ),
    of(
      'the leader changes in the midst of a loss',
      [
        ...fleet(5, [
          [120, 0],
          [25, 1],
          [60, 'missing'],
        ]),
        ...fleet(
          5,
          [
            [145, 'missing'],
            [60, 1],
          ],
          { instance: 'b:9808' },
        ),
      ],
      { minutes: 200, fires: { page_fast: [164], page_slow: [180] } },
    ),
    of('nothing is expected for an hour', fleet(0, [[60, 0]]), { minutes: 60, fires: {} }),
    of('idle for an hour in between', idle(), { minutes: 300, fires: { page_fast: [249], page_slow: [252] } }),
    of(
      'two pools of which the small one is lost',
      [
        ...fleet(4, [
          [120, 0],
          [60, 4],
        ]),
        ...fleet(96, [[180, 0]], { node_pool: 'q' }),
      ],
      { minutes: 180, fires: {} },
    ),
  ],
};

/** Counters that stand still for an hour, and then a loss of everything. */
function idle(): readonly Series[] {
  const counter = (kind: string, grow: readonly number[]): Series =>
    grows(
      named(`rollcall_${kind}_node_seconds_total`, { node_pool: 'p', sli: 'coverage' }),
      [120, 60, 60, 60].map((minutes, at) => [minutes, grow[at] ?? 0] as const),
    );
  return [counter('valid', [600, 0, 600, 600]), counter('good', [600, 0, 600, 0])];
}

const COARSE: BurnSuite = {
  name: '99 % over 30 d, every five minutes',
  objective: objective(),
  stepMinutes: 5,
  cases: [
    loss(17, 1, { clean: DAY, lost: 800, after: 200, fires: { ticket_fast: [2175, 2295], ticket_slow: [2160] } }),
    loss(33, 1, { clean: DAY, lost: DAY, fires: { ticket_fast: [2870], ticket_slow: [2160] } }),
    loss(100, 3, { clean: DAY, lost: DAY, fires: { ticket_slow: [2165] } }),
    loss(50, 1, { clean: 3 * DAY, lost: 2200, fires: { ticket_slow: [6485] } }),
    loss(100, 1, { clean: 3 * DAY, lost: 1000, fires: {} }),
    loss(50, 1, { clean: 600, lost: 2200, fires: { ticket_slow: [2160] } }),
    loss(50, 2, { clean: 0, lost: 800, fires: { ticket_fast: [720] } }),
  ],
};

const OTHERS: readonly BurnSuite[] = [
  {
    name: '99.9 %',
    objective: objective({ target: 0.999 }),
    stepMinutes: 1,
    cases: [
      loss(100, 1, { clean: 360, lost: 220, fires: { page_slow: [577] } }),
      loss(100, 2, { clean: 120, lost: 60, fires: { page_fast: [164], page_slow: [180] } }),
    ],
  },
  {
    name: '7 d',
    objective: objective({ windowMs: 7 * DAY * 60_000 }),
    stepMinutes: 1,
    cases: [
      loss(5, 1, { clean: 120, lost: 60, fires: { page_fast: [161], page_slow: [180] } }),
      loss(20, 1, { clean: 360, lost: 300, fires: { page_slow: [613] } }),
    ],
  },
  {
    name: '28 d',
    objective: objective({ windowMs: 28 * DAY * 60_000 }),
    stepMinutes: 1,
    cases: [
      loss(5, 1, { clean: 120, lost: 60, fires: { page_fast: [161], page_slow: [180] } }),
      loss(7, 1, { clean: 120, lost: 60, fires: { page_fast: [177] } }),
    ],
  },
  {
    name: '90 d',
    objective: objective({ windowMs: 90 * DAY * 60_000 }),
    stepMinutes: 1,
    cases: [loss(10, 10, { clean: 120, lost: 40, fires: { page_fast: [146] } })],
  },
  {
    name: '90 %, whose first tier is out of reach',
    objective: objective({ target: 0.9 }),
    stepMinutes: 1,
    cases: [loss(10, 10, { clean: 360, lost: 240, fires: { page_slow: [577] } })],
  },
];

/** All of them. */
export const BURN_SUITES: readonly BurnSuite[] = [FINE, COARSE, ...OTHERS];

function half(lost: number, firings: readonly Firing[]): RuleCase {
  return {
    name: `all for ${lost} min`,
    minutes: 900 + lost,
    series: fleet(10, [
      [900, 0],
      [lost, 10],
    ]),
    firings,
  };
}

/** More than half of the budget in a day: 216 minutes of everything; by 15 h of history then it is fewer. */
export const HALF_SPENT_CASES: readonly RuleCase[] = [
  half(120, [{ alert: 'alertname="BudgetHalfSpent"' }]),
  half(240, [{ alert: 'alertname="BudgetHalfSpent"', first: 1059 }]),
];
