/** The series of a large fleet over a month, made of the scene's: more pools, more policies, larger counts, and nodes that change. */
import { COVERAGE_METRICS, INFO_LIMIT } from '@rollcall/contract';
import type { Template } from './board-templates.ts';

/** How large it is. */
export interface FleetSize {
  readonly nodes: number;
  readonly pools: number;
  /** Policies beside the large one; each has the same pools, and asks for the pod layer alone. */
  readonly others: number;
}

/** One series: it has samples from one time to another, `everyMs` apart. */
export interface FleetSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly fromMs: number;
  readonly toMs: number;
  readonly everyMs: number;
  readonly valueAt: (ms: number) => number;
}

const HOUR_MS = 3_600_000;
/** How long the named nodes stay the same. */
const TURN_MS = 6 * HOUR_MS;
/** The scene's large policy, and the one of its pod layer alone; the pool with most series of each. */
const LARGE = { daemonset: 'agent', pool: 'general', nodes: 66 };
const PLAIN = { daemonset: 'logs', pool: 'edge' };
const DAEMONS = { daemonset: 'identity', pool: 'gpu' };
/** Families that name nodes, and how many a policy lists. */
const PER_NODE: ReadonlyMap<string, number> = new Map([
  [COVERAGE_METRICS.uncoveredInfo.name, INFO_LIMIT],
  [COVERAGE_METRICS.worstNode.name, 0],
]);
const COUNTER = /^rollcall_\w+_(total|bucket|sum|count)$/;

/** Every series of the fleet in that time; scraped ones every `scrapeMs`. */
export function growFleet(
  templates: readonly Template[],
  size: FleetSize,
  time: { readonly fromMs: number; readonly toMs: number; readonly scrapeMs: number },
): readonly FleetSeries[] {
  const { fromMs, toMs, scrapeMs } = time;
  const ofNodes = [...PER_NODE].flatMap(([name, most]) => {
    const own = templates.filter(
      (template) => template.name === name && template.labels['daemonset'] === LARGE.daemonset,
    );
    return nameMany(own, Math.max(most, own.length), size.pools).flatMap((labels) => takeTurns(labels, time));
  });
  const others = templates.filter(({ name }) => !PER_NODE.has(name));
  return [
    ...ofNodes.map((own) => ({ ...own, everyMs: scrapeMs })),
    ...others.flatMap((template) =>
      spread(template, size).map((own): FleetSeries => {
        const labels = { ...own, __name__: template.name };
        const everyMs = Math.max(scrapeMs, (template.everyS ?? 0) * 1_000);
        return { labels, fromMs, toMs, everyMs, valueAt: valueOf(template, labels, size) };
      }),
    ),
  ];
}

/** So many nodes by name, over all pools: what is listed of a policy is bounded, however many pools it has. */
function nameMany(templates: readonly Template[], count: number, pools: number): readonly Labels[] {
  if (templates.length === 0) throw new Error('the scene names no nodes');
  return Array.from({ length: count }, (_, at) => {
    const { name, labels }: Pick<Template, 'name' | 'labels'> = templates[at % templates.length] ?? {
      name: '',
      labels: {},
    };
    return { ...labels, __name__: name, node_pool: `pool-${at % pools}`, node: `${labels['node']}-${at}` };
  });
}

type Labels = Readonly<Record<string, string>>;

/** The label sets that a series of the scene becomes. */
function spread({ labels }: Template, { pools, others }: FleetSize): readonly Labels[] {
  const { daemonset, node_pool: pool } = labels;
  if (daemonset === undefined) return [labels];
  const named = daemonset === PLAIN.daemonset ? names('other', others) : [daemonset];
  const [, like] = Object.entries({
    [LARGE.daemonset]: LARGE,
    [DAEMONS.daemonset]: DAEMONS,
    [PLAIN.daemonset]: PLAIN,
  }).find(([name]) => name === daemonset) ?? ['', undefined];
  if (pool !== undefined && pool !== like?.pool) return [];
  const spreadPools = pool === undefined ? [{}] : names('pool', pools).map((name) => ({ node_pool: name }));
  return named.flatMap((name) => spreadPools.map((own) => ({ ...labels, daemonset: name, ...own })));
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/** The same series about one node after the other. */
function takeTurns(
  labels: Labels,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly Omit<FleetSeries, 'everyMs'>[] {
  return Array.from({ length: Math.ceil((toMs - fromMs) / TURN_MS) }, (_, turn) => {
    const from = fromMs + turn * TURN_MS;
    const own = { ...labels, node: `${labels['node']}-${turn}` };
    return { labels: own, fromMs: from, toMs: Math.min(toMs, from + TURN_MS), valueAt: () => 1 };
  });
}

/** What is 0 in the scene stays 0, as most reasons do; counters grow, gauges move once in a quarter of an hour. */
function valueOf({ name, value }: Template, labels: Labels, { nodes, pools }: FleetSize): (ms: number) => number {
  const isCount = name.includes('nodes') || name.includes('node_seconds');
  const own = value * (isCount && labels['node_pool'] !== undefined ? nodes / pools / LARGE.nodes : 1);
  if (own === 0 || !Number.isFinite(own)) return () => 0;
  const phase = hash(JSON.stringify(labels)) % 97;
  if (COUNTER.test(name)) return (ms) => Math.floor((ms / 60_000) * (own / 100) + phase);
  const isWhole = Number.isInteger(value);
  return (ms) => {
    const moved = own * (1 + 0.02 * ((Math.floor(ms / 900_000) * 31 + phase) % 7));
    return isWhole ? Math.round(moved) : moved;
  };
}

function hash(text: string): number {
  let sum = 7;
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) % 1_000_003;
  return sum;
}
