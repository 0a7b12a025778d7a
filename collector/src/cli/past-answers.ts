/** Answers about the past, out of a journal: by the names that people use, with durations. */
import {
  REASONS,
  type HistoryAnswer,
  type HistoryItem,
  type JournalReader,
  type LostNode,
  type MomentRow,
  type PolicyName,
  type TopAnswer,
} from '@rollcall/contract';
import { rankLags } from './rank-lags.ts';
import type { Ledger, PastAnswers, TopQuery } from '../http/answers.ts';

/** What answers about the past are made of. */
export interface PastSources {
  readonly journal: JournalReader & { readonly durable: boolean };
  /** The policies that are in force: a journal in memory does not know their names. */
  readonly policies: () => readonly Omit<PolicyName, 'cluster'>[];
  readonly nowMs: () => number;
}

/** The answers; each rejects when the journal does. */
export function createPastAnswers({ journal, policies, nowMs }: PastSources): Omit<PastAnswers, keyof Ledger> {
  const { durable } = journal;
  const nameBy = (known: readonly PolicyName[]): Names => {
    const all = new Map<string, Omit<PolicyName, 'cluster'>>(
      [...known, ...policies()].map((own) => [own.policyUid, own]),
    );
    return (uid) => {
      const { namespace = '', daemonset = '' } = all.get(uid) ?? {};
      return { namespace, daemonset };
    };
  };
  return {
    top: async (query) => {
      const span = { fromMs: nowMs() - query.windowMs, toMs: nowMs() };
      const [lost, lags] = await Promise.all([journal.lost(span), journal.lags(span)]);
      const names = nameBy(lost.policies);
      const meant = (policyUid: string): ReturnType<Names> | undefined => {
        const name = names(policyUid);
        return isMeant(name, query) ? name : undefined;
      };
      const ranked = rank(lost.nodes, names, query);
      return { ...ranked, lags: rankLags(lags, meant), ...sayStretch(span), durable };
    },
    history: async (node, limit) => {
      const { items, policies: known } = await journal.history({ node, limit, beforeMs: Infinity });
      return { node, durable, items: tellMoments(items, nameBy(known)) };
    },
    hours: journal.hours,
  };
}

type Names = (policyUid: string) => Pick<PolicyName, 'namespace' | 'daemonset'>;

function sayStretch({
  fromMs,
  toMs,
}: {
  readonly fromMs: number;
  readonly toMs: number;
}): Pick<TopAnswer, 'from' | 'to'> {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

function isMeant(name: ReturnType<Names>, { namespace, daemonset }: TopQuery): boolean {
  return (namespace ?? name.namespace) === name.namespace && (daemonset ?? name.daemonset) === name.daemonset;
}

function rank(
  lost: readonly LostNode[],
  names: Names,
  query: TopQuery,
): Pick<TopAnswer, 'nodes' | 'reasons' | 'notListed'> {
  const meant = lost.flatMap((own) => {
    const name = names(own.policyUid);
    return isMeant(name, query) ? [{ ...own, name }] : [];
  });
  const nodes = meant.slice(0, query.limit).map(({ name, node, nodeUid, pool, lostMs, reasons }) => ({
    ...name,
    // A phantom has no name; its key says where it is missing.
    node: node === '' ? nodeUid : node,
    pool,
    lostMs,
    reasons: reasons.map(({ reason, ms }) => ({ reason, owner: REASONS[reason].owner, ms })),
  }));
  return { nodes, reasons: rankReasons(meant), notListed: meant.length - nodes.length };
}

type Reasons = TopAnswer['reasons'];

function rankReasons(lost: readonly (LostNode & { readonly name: ReturnType<Names> })[]): Reasons {
  const sums = new Map<string, Reasons[number]>();
  for (const { name, reasons } of lost)
    for (const { reason, ms } of reasons) {
      const key = `${name.namespace}/${name.daemonset} ${reason}`;
      const { nodes, lostMs } = sums.get(key) ?? { nodes: 0, lostMs: 0 };
      sums.set(key, { ...name, reason, owner: REASONS[reason].owner, nodes: nodes + 1, lostMs: lostMs + ms });
    }
  return [...sums.values()].sort((one, other) => other.lostMs - one.lostMs);
}

/** A transition holds until the next one of its node under its policy. */
function tellMoments(rows: readonly MomentRow[], names: Names): HistoryAnswer['items'] {
  const next = new Map<string, number>();
  return rows.map((row): HistoryItem => {
    const about = { at: new Date(row.wallMs).toISOString(), ...names(row.policyUid), row };
    if (row.kind !== 'transition') return { ...about, durationMs: null };
    const key = `${row.policyUid}/${row.nodeUid}`;
    const until = next.get(key);
    next.set(key, row.wallMs);
    return { ...about, durationMs: until === undefined ? null : until - row.wallMs };
  });
}
