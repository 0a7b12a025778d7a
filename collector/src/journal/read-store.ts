/** Reads from an open journal: what a new life begins with, and what is asked of the past. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type {
  History,
  HistoryQuery,
  HourCut,
  HourlyRow,
  HourPage,
  HourQuery,
  HourRow,
  JoinCount,
  LagRow,
  LostTime,
  MomentRow,
  NodeMemory,
  PolicyName,
  TimeSpan,
  TransitionRow,
} from '@rollcall/contract';
import type { Recalled } from './batch.ts';
import { byAge } from './by-age.ts';
import { sumLost, type LifeTransitions } from './lost-time.ts';
import { readLedger } from './ledger-store.ts';
import { renewMemory } from './renew-memory.ts';

type Stored = Record<string, SQLOutputValue>;

/** How many transitions are answered from memory: those that a new life finds there. */
const RECALLED = 5_000;

/** What the last life left behind, with its own rows of the hours that it ended in. */
export function recall(database: DatabaseSync, replica: string): Pick<Recalled, 'cuts' | 'transitions'> {
  const cuts = readCuts(database, replica);
  const transitions = database
    .prepare(`SELECT * FROM transitions ORDER BY life DESC, sequence DESC LIMIT ${RECALLED}`)
    .all();
  return {
    cuts,
    transitions: transitions.map(toTransition).reverse(),
  };
}

/** So many memories are told at once: of all nodes together they would fill the thread's heap. */
const TOLD = 2_000;

/** What is remembered of each node, in pieces, each as of when its policy was last cut. */
export function recallMemories(
  database: DatabaseSync,
  cuts: readonly HourCut[],
  tell: (memories: readonly NodeMemory[]) => void,
): void {
  const lastMs = new Map(cuts.map(({ policyUid, atMs }) => [policyUid, atMs]));
  let piece: NodeMemory[] = [];
  for (const stored of database.prepare('SELECT * FROM memories').iterate()) {
    const memory = toMemory(stored);
    piece.push(renewMemory(memory, lastMs.get(memory.policyUid)));
    if (piece.length < TOLD) continue;
    tell(piece);
    piece = [];
  }
  tell(piece);
}

function readCuts(database: DatabaseSync, replica: string): readonly HourCut[] {
  const ownRows = database.prepare('SELECT * FROM hourly WHERE hour = ? AND policy_uid = ? AND replica = ?');
  return database
    .prepare('SELECT * FROM policies WHERE at_ms > 0')
    .all()
    .map((stored) => ({
      ...toPolicyName(stored),
      hour: Number(stored['hour']),
      atMs: Number(stored['at_ms']),
      nodes: JSON.parse(String(stored['nodes'])) as HourCut['nodes'],
      rows: ownRows.all(Number(stored['hour']), String(stored['policy_uid']), replica).map(toHourly),
    }));
}

/** The newest moments of a node, newest first. */
export function readHistory(database: DatabaseSync, { node, limit, beforeMs }: HistoryQuery): History {
  const newest = (table: string): readonly Stored[] =>
    database
      .prepare(`SELECT * FROM ${table} WHERE node = ? AND wall_ms < ? ORDER BY wall_ms DESC LIMIT ?`)
      .all(node, Math.min(beforeMs, Number.MAX_SAFE_INTEGER), limit);
  const transitions = newest('transitions').map(toTransition);
  const all: readonly MomentRow[] = [...newest('moments').map(toMoment), ...transitions];
  return { items: all.toSorted(byAge).slice(0, limit), policies: readPolicies(database) };
}

/** What nodes lost in a span, by the transitions of each life and of each node the last one before the span. */
export function readLost(database: DatabaseSync, span: TimeSpan): LostTime {
  return {
    nodes: sumLost(readTransitions(database, span), span),
    policies: readPolicies(database),
  };
}

/** The newest hour of another replica. */
export function readNewestForeign(database: DatabaseSync, replica: string): number | undefined {
  const { hour } = Object(database.prepare('SELECT max(hour) AS hour FROM hourly WHERE replica <> ?').get(replica)) as {
    hour: number | null;
  };
  return hour ?? undefined;
}

function readPolicies(database: DatabaseSync): readonly PolicyName[] {
  return database.prepare('SELECT * FROM policies').all().map(toPolicyName);
}

function readTransitions(database: DatabaseSync, { fromMs, toMs }: TimeSpan): readonly LifeTransitions[] {
  const lives = database.prepare('SELECT life, last_ms FROM lives WHERE last_ms >= ? ORDER BY life');
  const before = database.prepare(
    'SELECT *, max(sequence) AS newest FROM transitions WHERE life = ? AND wall_ms < ? GROUP BY policy_uid, node_uid',
  );
  const within = database.prepare(
    'SELECT * FROM transitions WHERE wall_ms >= ? AND wall_ms < ? AND life = ? ORDER BY sequence',
  );
  return lives.all(fromMs).map(({ life, last_ms: lastMs }) => ({
    lastMs: Number(lastMs),
    transitions: [...before.all(Number(life), fromMs), ...within.all(fromMs, toMs, Number(life))].map(toTransition),
  }));
}

/** Joins by policy and hour, those that ended by their deadline and those that did not. */
export function readJoins(database: DatabaseSync, sinceMs: number): readonly JoinCount[] {
  return database
    .prepare(
      `SELECT policy_uid, wall_ms - wall_ms % 3600000 AS begin, sum(body ->> 'outcome' = 'in_time') AS in_time,
         sum(body ->> 'outcome' = 'late') AS late
       FROM moments WHERE kind = 'join' AND wall_ms >= ? GROUP BY policy_uid, begin`,
    )
    .all(sinceMs)
    .map((stored) => ({
      policyUid: String(stored['policy_uid']),
      hour: Number(stored['begin']),
      inTime: Number(stored['in_time']),
      late: Number(stored['late']),
    }));
}

const KEY = ['hour', 'kind', 'cluster', 'policy_uid', 'pool', 'sli', 'reason', 'replica'] as const;

/** A page of hourly rows. Throws for an `after` that this store did not give. */
export function readHours(database: DatabaseSync, { sinceMs, limit, after, best }: HourQuery): HourPage {
  const from = after === undefined ? [sinceMs, '', '', '', '', '', '', ''] : parseKey(after);
  const found = database
    .prepare(
      `SELECT * FROM hourly WHERE (${KEY.join()}) > (${KEY.map(() => '?').join()}) ${best ? BEST : ''} ORDER BY ${KEY.join()} LIMIT ?`,
    )
    .all(...from, limit + 1);
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    items: found.slice(0, limit).map(toHourly),
    policies: readPolicies(database),
    exclusions: readLedger(database),
    next: last && JSON.stringify(KEY.map((name) => last[name])),
  };
}

/** The lags of the hours that a span touches, of each policy's hour those of one replica. */
export function readLags(database: DatabaseSync, { fromMs, toMs }: TimeSpan): readonly LagRow[] {
  return database
    .prepare(`SELECT * FROM hourly WHERE hour > ? AND hour < ? AND kind = 'lag' ${BEST}`)
    .all(fromMs - HOUR_MS, toMs)
    .map(toHourly)
    .filter((row) => row.kind === 'lag');
}

const HOUR_MS = 3_600_000;

/** Of each policy's hour the rows of that replica which observed the most of it. */
const BEST = `
  AND replica = (
    SELECT replica FROM hourly AS every WHERE every.hour = hourly.hour AND every.kind = 'hour' AND every.cluster = hourly.cluster
      AND every.policy_uid = hourly.policy_uid AND every.sli = 'coverage' AND (every.reason = '' OR every.reason LIKE 'excused:%')
    GROUP BY replica ORDER BY sum(valid_ms) DESC, replica LIMIT 1)`;

function parseKey(after: string): (string | number)[] {
  const key: unknown = JSON.parse(after);
  const fits = (part: unknown, at: number): boolean => typeof part === (at === 0 ? 'number' : 'string');
  if (!Array.isArray(key) || key.length !== KEY.length || !key.every(fits)) throw new Error('no key of the journal');
  return key as (string | number)[];
}

function toPolicyName(stored: Stored): PolicyName {
  const text = (name: string): string => String(stored[name]);
  const [policyUid, cluster] = [text('policy_uid'), text('cluster')];
  return { policyUid, cluster, namespace: text('namespace'), daemonset: text('daemonset') };
}

function toMemory(stored: Stored): NodeMemory {
  return {
    policyUid: String(stored['policy_uid']),
    nodeUid: String(stored['node_uid']),
    wallMs: Number(stored['wall_ms']),
    gone: stored['gone'] === 1,
    ...(JSON.parse(String(stored['body'])) as Omit<NodeMemory, 'policyUid' | 'nodeUid' | 'wallMs' | 'gone'>),
  };
}

function aboutNode(stored: Stored): Pick<MomentRow, 'cluster' | 'policyUid' | 'nodeUid' | 'node' | 'pool' | 'wallMs'> {
  const text = (name: string): string => String(stored[name]);
  return {
    cluster: text('cluster'),
    policyUid: text('policy_uid'),
    nodeUid: text('node_uid'),
    node: text('node'),
    pool: text('pool'),
    wallMs: Number(stored['wall_ms']),
  };
}

function toTransition(stored: Stored): TransitionRow {
  return {
    kind: 'transition',
    sequence: Number(stored['sequence']),
    ...aboutNode(stored),
    from: String(stored['from_state']) as TransitionRow['from'],
    to: String(stored['to_state']) as TransitionRow['to'],
    reason: String(stored['reason']),
    evidence: String(stored['evidence']),
  };
}

function toMoment(stored: Stored): MomentRow {
  const body = JSON.parse(String(stored['body'])) as object;
  return { kind: String(stored['kind']), ...aboutNode(stored), ...body } as MomentRow;
}

function toHourly(stored: Stored): HourlyRow {
  const text = (name: string): string => String(stored[name]);
  const key = {
    cluster: text('cluster'),
    policyUid: text('policy_uid'),
    hour: Number(stored['hour']),
    replica: text('replica'),
  };
  const [validMs, pool, reason] = [Number(stored['valid_ms']), text('pool'), text('reason')];
  switch (stored['kind']) {
    case 'lag': {
      const [boundsMs, counts, sumMs] = JSON.parse(text('body')) as [number[], number[], number];
      return { kind: 'lag', ...key, boundsMs, counts, sumMs };
    }
    case 'exclusion':
      return { kind: 'exclusion', ...key, pool, rule: reason, nodeMs: validMs };
    default: {
      const times = { validMs, goodMs: Number(stored['good_ms']), unobservedMs: Number(stored['unobserved_ms']) };
      const of = { sli: text('sli'), reason } as Pick<HourRow, 'sli' | 'reason'>;
      return { kind: 'hour', ...key, pool, ...of, ...times };
    }
  }
}
