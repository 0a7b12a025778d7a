/** Reads which policy and indicator a query of an OpenSLO metric source is about, by our counters and their matchers. */
import { COVERAGE_METRICS, OWNERS, SLIS, type Owner, type SliName } from '@rollcall/contract';

/** What a ratio is of. */
export interface Measured {
  readonly namespace: string;
  readonly daemonset: string;
  readonly sli: SliName;
  readonly owners?: readonly Owner[];
}

/** The queries of a ratio metric; good or bad. */
export interface RatioQueries {
  readonly good?: string;
  readonly bad?: string;
  readonly total: string;
}

interface Selected {
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
}

const { validSeconds, goodSeconds, uncoveredSeconds, joins } = COVERAGE_METRICS;
const SELECTOR = /(rollcall_[a-z_]+)\s*\{([^{}]*)\}/g;
const MATCHER = /\s*([a-zA-Z_]\w*)\s*(=~|=)\s*"([^"\\]*)"\s*(?:,|$)/gy;
/** What may stand around a selector: a sum, whatever it is grouped by, and a window. */
const AROUND =
  /^\s*(?:(?:sum|rate|increase)\s*(?:(?:by|without)\s*\([\w\s,]*\))?\s*\(\s*)*#(?:\s*\[[\w{}.\s]+\])?[\s)]*$/;

/** What the ratio is of, or in words why it is none of ours. */
export function readCounters(queries: RatioQueries): Measured | string {
  const total = readSelector(queries.total);
  const part = readSelector(queries.good ?? queries.bad ?? '');
  if (total === undefined || part === undefined)
    return 'its queries are not one counter of Rollcall each, in sum(...), with matchers in braces';
  const [namespace, daemonset] = ['namespace', 'daemonset'].map((name) => total.labels.get(`${name}=`));
  if (namespace === undefined || daemonset === undefined)
    return 'its total does not name one namespace and one daemonset';
  const ofPolicy = (own: Selected): boolean =>
    own.labels.get('namespace=') === namespace && own.labels.get('daemonset=') === daemonset;
  if (!ofPolicy(part)) return 'its queries are about different policies';
  const found = queries.good === undefined ? readBad(part, total) : readGood(part, total);
  return found === undefined
    ? 'its counters are not a pair that Rollcall makes a ratio of'
    : { namespace, daemonset, ...found };
}

type Found = Pick<Measured, 'sli' | 'owners'>;

function readGood(good: Selected, total: Selected): Found | undefined {
  if (has(good, joins.name, { 'outcome=': 'in_time' }) && has(total, joins.name, { 'outcome=~': 'in_time|late' }))
    return { sli: 'join' };
  const sli = readSli(total);
  if (sli === undefined || !has(good, goodSeconds.name, { 'sli=': sli })) return undefined;
  return { sli };
}

function readBad(bad: Selected, total: Selected): Found | undefined {
  const owners = (bad.labels.get('owner=~') ?? bad.labels.get('owner=') ?? '').split('|');
  const known = OWNERS.filter((own) => owners.includes(own));
  const key = bad.labels.has('owner=~') ? 'owner=~' : 'owner=';
  if (readSli(total) !== 'coverage' || known.length !== owners.length) return undefined;
  if (!has(bad, uncoveredSeconds.name, { [key]: owners.join('|') })) return undefined;
  return { sli: 'coverage', owners: owners.flatMap((own) => known.filter((name) => name === own)) };
}

function readSli(total: Selected): SliName | undefined {
  const sli = (Object.keys(SLIS) as SliName[]).find((name) => name === total.labels.get('sli='));
  return sli !== undefined && has(total, validSeconds.name, { 'sli=': sli }) ? sli : undefined;
}

/** True when, beside the policy, exactly these matchers are there: one more would be another ratio. */
function has({ metric, labels }: Selected, name: string, own: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(own);
  return (
    metric === name && labels.size === entries.length + 2 && entries.every(([key, value]) => labels.get(key) === value)
  );
}

function readSelector(query: string): Selected | undefined {
  const [own, ...more] = query.matchAll(SELECTOR);
  if (own === undefined || more.length > 0 || !AROUND.test(query.replace(own[0], '#'))) return undefined;
  const [, metric = '', inner = ''] = own;
  const found = [...inner.matchAll(MATCHER)];
  // What the matchers leave over is something that is not understood.
  if (found.map(([text]) => text).join('').length !== inner.length) return undefined;
  return { metric, labels: new Map(found.map(([, name, sign, value]) => [`${name}${sign}`, value ?? ''])) };
}
