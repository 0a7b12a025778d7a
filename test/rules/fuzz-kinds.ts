/** What may go wrong with a policy's series, kind by kind: each draws a world and does its mischief to it. */
import type { Random } from '../e2e/random.ts';
import { drawWorld, type Drawn, type Length, type Limits, type Point } from './fuzz-world.ts';

/** A case before it is named: its series. */
type Kind = (random: Random, length: Length) => Drawn[];

/** Does something to the series of a world that is there. */
type Mischief = (series: readonly Drawn[], random: Random, length: Length) => Drawn[];

const NOT_NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

function pools(random: Random): readonly number[] {
  return Array.from({ length: random.integer(1, 2) }, () => random.pick([1, 3, 20, 500]));
}

function world(limits: Partial<Limits> = {}): Kind {
  return (random, length) => drawWorld(random, length, { most: pools(random), dark: false, ...limits });
}

/** A stretch of steps, drawn: from one, up to before another. */
function drawRange(random: Random, { steps }: Length): readonly [from: number, to: number] {
  const from = random.integer(0, steps - 1);
  return [from, random.integer(from + 1, steps)];
}

function put(points: readonly Point[], [from, to]: readonly [number, number], value: (at: number) => Point): Point[] {
  return points.map((point, at) => (at >= from && at < to ? value(at) : point));
}

/** The end of a series as a scrape marks it; after the mark there is nothing. */
function gone(from: number): (at: number) => Point {
  return (at) => (at === from ? 'stale' : 'missing');
}

/** A counter that starts anew at a step, from 0 or from a part of what it was. */
function restart(points: readonly Point[], from: number, share: number): Point[] {
  const before = points[from - 1];
  const lost = typeof before === 'number' ? before * (1 - share) : 0;
  return points.map((point, at) => (typeof point === 'number' && at >= from ? point - lost : point));
}

function change(series: readonly Drawn[], points: (own: Drawn) => Point[]): Drawn[] {
  return series.map((own) => ({ ...own, points: points(own) }));
}

/** Pools whose series begin, end and come again. */
const comeAndGo: Mischief = (series, random, length) => {
  const from = random.integer(1, length.steps - 1);
  const [begin, end] = drawRange(random, length);
  return change(series, ({ labels, points }) => {
    if (labels['node_pool'] === 'p0') return put(points, [from, length.steps], gone(from));
    if (labels['node_pool'] === undefined) return points;
    return put(
      put(points, [0, begin], () => 'missing'),
      [end, length.steps],
      gone(end),
    );
  });
};

/** An SLI is measured from now on, or no more; the team changes, and for one scrape both are told. */
const edit: Mischief = (series, random, length) => {
  const at = random.integer(1, length.steps - 1);
  const begins = random.chance(0.5);
  const [before, after] = [
    [0, at],
    [at, length.steps],
  ] as const;
  const edited = change(series, ({ labels, points }) => {
    const own = labels['sli'] !== undefined || labels['outcome'] !== undefined;
    if (!own || random.chance(0.3)) return points;
    return begins ? put(points, before, () => 'missing') : put(points, after, gone(at));
  });
  const info = edited.filter(({ labels }) => labels['team'] !== undefined);
  return [
    ...edited.filter((own) => !info.includes(own)),
    ...info.map((own) => ({ ...own, points: put(own.points, [at + 1, length.steps], gone(at + 1)) })),
    ...info.map((own) => ({
      ...own,
      labels: { ...own.labels, team: 'others', strategy: 'OnDelete' },
      points: put(own.points, before, () => 'missing'),
    })),
  ];
};

const reset: Mischief = (series, random, length) => {
  const times = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, length.steps - 1));
  const share = random.pick([0, 0, 0.5, 0.999]);
  return change(series, ({ counter, points }) =>
    counter ? times.toSorted((one, other) => one - other).reduce((own, at) => restart(own, at, share), points) : points,
  );
};

/** The other replica stands by with counters that stand still, and takes over; both are scraped, or neither for a while. */
const lead: Mischief = (series, random, length) => {
  const at = random.integer(1, length.steps - 1);
  const over = random.integer(-3, 3);
  const other = (labels: Drawn['labels']): Drawn['labels'] => ({ ...labels, instance: 'b:9808' });
  const ends = Math.max(1, at + over);
  return series.flatMap((own) => {
    const start = own.points[at - 1];
    const begin = typeof start === 'number' && own.counter ? start : 0;
    const second = own.points.map((point, step): Point => {
      if (step < at) return own.counter ? 0 : 'missing';
      return typeof point === 'number' ? point - begin : point;
    });
    return [
      { ...own, points: put(own.points, [ends, length.steps], gone(ends)) },
      { ...own, labels: other(own.labels), points: second },
    ];
  });
};

const lose: Mischief = (series, random, length) => {
  const left = series.filter(() => random.chance(0.75));
  return change(left, ({ points }) =>
    random.chance(0.4) ? put(points, drawRange(random, length), () => 'missing') : points,
  );
};

const mark: Mischief = (series, random, length) => {
  const ranges = Array.from({ length: random.integer(1, 5) }, () => drawRange(random, length));
  return change(series, (own) =>
    ranges.reduce(
      (points, [from, to]) => (random.chance(0.5) ? put(points, [from, Math.min(to, from + 12)], gone(from)) : points),
      own.points,
    ),
  );
};

/** What a clock that was set does to ages, and to counters that should only grow. */
const step: Mischief = (series, random, length) => {
  const by = random.pick([-7_200, -60, -1, 3_600]);
  const at = random.integer(1, length.steps - 1);
  return change(series, ({ metric, counter, points }) => {
    if (!counter && !metric.endsWith('_seconds')) return points;
    return points.map((point, now) => (typeof point === 'number' && now >= at ? point + by : point));
  });
};

function spoil(counters: boolean): Mischief {
  return (series, random, length) =>
    change(series, ({ counter, points }) => {
      if (counter !== counters || random.chance(0.5)) return points;
      const range = random.pick([[0, length.steps] as const, drawRange(random, length), drawRange(random, length)]);
      const odds = random.pick([1, 0.2]);
      const value = random.pick(NOT_NUMBERS);
      return put(points, range, (at) => (random.chance(odds) ? value : (points[at] ?? 'missing')));
    });
}

/** Two jobs scrape the same; or labels of the target win over ours. */
const scrapeTwice: Mischief = (series, random) => {
  const others = series.filter(() => random.chance(0.7));
  const renamed = random.chance(0.3);
  const labels = renamed ? { exported_namespace: 'agents' } : { job: 'other', service: 'rollcall' };
  return [...series, ...others.map((own) => ({ ...own, labels: { ...own.labels, ...labels } }))];
};

function after(mischief: Mischief, kind: Kind = world()): Kind {
  return (random, length) => mischief(kind(random, length), random, length);
}

const MISCHIEFS: readonly Mischief[] = [comeAndGo, edit, reset, lead, lose, mark, step, spoil(false), spoil(true)];

/** Two or three wrongs at once, upon whatever world. */
const mix: Kind = (random, length) => {
  const start = random.pick([world(), world({ most: [0, 3] }), world({ dark: true })]);
  return Array.from({ length: random.integer(2, 3) }, () => random.pick(MISCHIEFS)).reduce(
    (series, mischief) => mischief(series, random, length),
    start(random, length),
  );
};

/** Every kind of case. */
export const KINDS = {
  'nothing wrong': world(),
  'idle policy': world({ most: [0] }),
  'empty pools': world({ most: [0, 3, 0] }),
  'zero valid time': world({ dark: true }),
  'pools come and go': after(comeAndGo),
  'objective edited': after(edit),
  'counters reset': after(reset),
  'leader changes': after(lead),
  'series missing': after(lose),
  'stale markers': after(mark),
  'clock steps': after(step),
  'gauges not numbers': after(spoil(false)),
  'counters not numbers': after(spoil(true)),
  'scraped twice': after(scrapeTwice),
  'several at once': mix,
} as const satisfies Record<string, Kind>;
