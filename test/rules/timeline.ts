/** Series for promtool, from what a test says of nodes: so many minutes with so many bad ones. */

/** A stretch of time: minutes, and a value that holds in it; `stale` when the series is gone, `missing` when it is not scraped. */
export type Stretch = readonly [minutes: number, value: number | 'stale' | 'missing'];

/** A series as promtool reads it. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

/** The labels of the policy that tests are about. */
export const POLICY = { namespace: 'agents', daemonset: 'agent' } as const;

/** A metric with the policy's labels and others; `undefined` leaves a label out. */
export function named(metric: string, labels: Readonly<Record<string, string | undefined>> = {}): string {
  const all = Object.entries({ ...POLICY, instance: 'a:9808', ...labels });
  const parts = all.flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${value}"`]));
  return `${metric}{${parts.join(',')}}`;
}

/** A gauge that has each value for its minutes, one sample a minute. */
export function holds(series: string, stretches: readonly Stretch[]): Series {
  const chunks = stretches.map(([minutes, value]) => {
    if (value === 'missing') return minutes === 1 ? '_' : `_x${minutes}`;
    if (value === 'stale') return minutes === 1 ? 'stale' : `stale _x${minutes - 1}`;
    return `${value}+0x${minutes - 1}`;
  });
  return { series, values: chunks.join(' ') };
}

/** A counter that grows by the value for each minute of a stretch, from `from` on; one sample a minute, the first at minute 0. */
export function grows(series: string, stretches: readonly Stretch[], from = 0): Series {
  let total = from;
  const chunks = stretches.flatMap(([minutes, value]) => {
    if (minutes === 0) return [];
    if (value === 'missing') return `_x${minutes}`;
    if (value === 'stale') {
      total = 0;
      return `stale${minutes > 1 ? ` _x${minutes - 1}` : ''}`;
    }
    const first = total + value;
    total += value * minutes;
    return `${first}+${value}x${minutes - 1}`;
  });
  return { series, values: `${from} ${chunks.join(' ')}` };
}

/** The counters of an SLI of a fleet of so many nodes: each stretch says how many of them are bad. */
export function fleet(
  nodes: number,
  stretches: readonly Stretch[],
  labels: Readonly<Record<string, string>> = {},
): readonly Series[] {
  const counter = (name: string, count: (bad: number) => number): Series =>
    grows(
      named(name, { node_pool: 'p', sli: 'coverage', ...labels }),
      stretches.map(([minutes, bad]) => [minutes, typeof bad === 'number' ? count(bad) * 60 : bad] as const),
    );
  return [
    counter('rollcall_valid_node_seconds_total', () => nodes),
    counter('rollcall_good_node_seconds_total', (bad) => nodes - bad),
  ];
}
