/** Asks the queries that a policy names, and tells what they say of each node. */
import type { TelemetryReport, TelemetrySources } from '@rollcall/contract';
import type { Backend } from './backend.ts';
import { BackendError, toBackendError } from './backend-error.ts';
import { createIncreases, createWholes, sumAmounts, type Increases, type Wholes } from './count-increases.ts';
import { readVector, type Vector } from './read-vector.ts';

/** The queries of a policy. */
export type Queries = NonNullable<TelemetrySources['queries']>;

/** Asks them all once, at one instant; rejects with a BackendError, in which case the next round makes up for it. */
export type QueryRound = (signal: AbortSignal) => Promise<readonly TelemetryReport[]>;

/** What a round needs of its host: Unix milliseconds, and whether there is a node of that name. */
export interface RoundHost {
  readonly intervalMs: number;
  wallMs(): number;
  isNode(name: string): boolean;
}

/** Stands in a query for the time since the last round: what is counted within it is an amount, and no counter. */
const INTERVAL_WORD = '$__interval';

const COUNTS = ['errors', 'dropped', 'good', 'total'] as const;
type CountName = (typeof COUNTS)[number];
/** Records that are younger may still be on their way: amounts are asked for as of so long ago. */
const SETTLE_S = 30;
/** After a pause the window is as long as it was, but no longer than this. */
const LONGEST_WINDOW_S = 3_600;

const PATHS = { prometheus: '/api/v1/query', loki: '/loki/api/v1/query' } as const;

/** Rounds with the memory of what came before. */
export function createQueryRound(queries: Queries, backend: Backend, host: RoundHost): QueryRound {
  const ages = createAges(host.isNode);
  const counters = new Map<CountName, Increases>(COUNTS.map((name) => [name, createIncreases()]));
  const wholes = new Map<CountName, Wholes>(COUNTS.map((name) => [name, createWholes()]));
  let lastS: number | undefined;
  return async (signal) => {
    const nowS = Math.floor(host.wallMs() / 1000);
    const windowS = Math.min(Math.max(1, nowS - (lastS ?? nowS - host.intervalMs / 1000)), LONGEST_WINDOW_S);
    const ask = async (name: string, query: string): Promise<Vector> => {
      const isAmount = query.includes(INTERVAL_WORD);
      const parameters = {
        query: query.replaceAll(INTERVAL_WORD, `${windowS}s`),
        time: String(isAmount ? nowS - SETTLE_S : nowS),
      };
      try {
        return readVector(await backend.ask(PATHS[backend.config.type], parameters, signal), queries.nodeLabel);
      } catch (thrown) {
        const { code, message, retryAfterMs } = toBackendError(thrown);
        throw new BackendError(code, `${name}: ${message}`, { retryAfterMs, cause: thrown });
      }
    };
    // All of them before any is counted, so that a round that fails halfway has counted nothing.
    const lag = queries.lag === undefined ? undefined : await ask('lag', queries.lag);
    const answers = new Map<CountName, Vector>();
    for (const name of COUNTS) {
      const query = queries[name];
      if (query !== undefined) answers.set(name, await ask(name, query));
    }
    lastS = nowS;
    const counts: Counts = new Map(
      [...answers].map(([name, { values }]) => {
        const isAmount = queries[name]?.includes(INTERVAL_WORD) ?? false;
        const found = isAmount ? sumAmounts(values) : (counters.get(name)?.take(values) ?? new Map<string, number>());
        return [name, cutAll(found, wholes.get(name), host.isNode)];
      }),
    );
    return formReports(lag === undefined ? new Map() : ages.take(lag, nowS * 1000), counts);
  };
}

function cutAll(
  amounts: ReadonlyMap<string, number>,
  wholes: Wholes | undefined,
  isNode: (name: string) => boolean,
): ReadonlyMap<string, number> {
  const cut = [...amounts].map(([node, amount]) => [node, wholes?.take(node, amount) ?? 0] as const);
  wholes?.keepOnly(isNode);
  return new Map(cut);
}

interface Ages {
  take(lag: Vector, nowMs: number): ReadonlyMap<string, number>;
}

/** A node that is in no answer any more has sent nothing since: its lag grows. One that never was in any is not known. */
function createAges(isNode: (name: string) => boolean): Ages {
  const newestAt = new Map<string, number>();
  return {
    take: ({ values, partial }, nowMs) => {
      const lags = new Map<string, number>();
      for (const { node, value } of values) {
        const lagMs = Math.max(0, Math.round(value * 1000));
        // Of several series the youngest: another may be that of a pod that was replaced.
        lags.set(node, Math.min(lagMs, lags.get(node) ?? Infinity));
      }
      for (const [node, lagMs] of lags) newestAt.set(node, nowMs - lagMs);
      if (partial) return lags;
      for (const [node, at] of newestAt) {
        if (lags.has(node)) continue;
        if (isNode(node)) lags.set(node, nowMs - at);
        else newestAt.delete(node);
      }
      return lags;
    },
  };
}

type Counts = ReadonlyMap<CountName, ReadonlyMap<string, number>>;

function formReports(lags: ReadonlyMap<string, number>, counts: Counts): readonly TelemetryReport[] {
  const nodes = new Set(lags.keys());
  for (const own of counts.values()) for (const node of own.keys()) nodes.add(node);
  const countOf = (name: CountName, node: string): number | undefined => counts.get(name)?.get(node);
  return [...nodes].map((node) => ({
    node,
    lagMs: lags.get(node),
    errors: countOf('errors', node),
    dropped: countOf('dropped', node),
    // The two of a pair advance together.
    ...(countOf('total', node) !== undefined && {
      good: countOf('good', node) ?? 0,
      valid: countOf('total', node),
    }),
  }));
}
