/** The ports of the HTTP server: what it asks of the core and of the watches; it knows nothing else of them. */
import { runbookOf } from '@rollcall/contract';
import type {
  ExclusionsAnswer,
  ExcuseCode,
  Finding,
  HistoryAnswer,
  HourPage,
  HourQuery,
  LedgerEntry,
  NodeAnswer,
  NodeDetail,
  NodeState,
  ObjectivesAnswer,
  PolicyAnswer,
  PolicySummary,
  ReasonCode,
  TopAnswer,
  WatchStateName,
} from '@rollcall/contract';

/** Which nodes to list. Without `state` a node out of scope is left out. */
export interface NodeQuery {
  readonly state?: NodeState | undefined;
  readonly reason?: ReasonCode | ExcuseCode | undefined;
  readonly pool?: string | undefined;
  /** At most so many, 1 to 5000. */
  readonly limit: number;
  /** Only nodes whose key is greater: the `next` of the page before. */
  readonly after?: string | undefined;
}

/** A page of nodes in order of their keys; `next` is the last one's key when more follow. */
export interface NodePage {
  readonly items: readonly NodeAnswer[];
  readonly next?: string | undefined;
}

/** What a node's detail tells beyond what is watched, looked up for this answer alone; says so where it cannot. Never rejects. */
export type FindEvidence = (detail: NodeDetail) => Promise<readonly string[]>;

/** What holds of the node beside what is watched, looked up for this answer alone; what cannot be looked up is left out. Never rejects. */
export type FindMore = (detail: NodeDetail) => Promise<readonly Finding[]>;

/**
 * The core's answers, each cut at the instant of the call. `undefined`: no such policy or node. Names come as the client sent
 * them, unchecked. A node's key is never '' and does not change while the node lives, so that pages neither repeat nor skip.
 */
export interface Answers {
  policies(): readonly PolicySummary[];
  policy(namespace: string, daemonset: string): PolicyAnswer | undefined;
  nodes(namespace: string, daemonset: string, query: NodeQuery): NodePage | undefined;
  node(namespace: string, daemonset: string, node: string): NodeDetail | undefined;
  /** Absent where there is no past to ask for. */
  readonly past?: PastAnswers | undefined;
  /** Absent where nobody keeps budgets. */
  readonly objectives?: (() => ObjectivesAnswer) | undefined;
  /** Absent where nothing can be looked up. */
  readonly evidence?: FindEvidence | undefined;
  readonly findMore?: FindMore | undefined;
}

/** Which lost time: of a window up to now, of these DaemonSets only. */
export interface TopQuery {
  readonly windowMs: number;
  readonly limit: number;
  readonly namespace: string | undefined;
  readonly daemonset: string | undefined;
}

/** Answers out of the journal. Each rejects with why while the journal cannot be read. */
export interface PastAnswers extends Ledger {
  top(query: TopQuery): Promise<TopAnswer>;
  history(node: string, limit: number): Promise<HistoryAnswer>;
  hours(query: HourQuery): Promise<HourPage>;
}

/** The ledger of exclusions. Each rejects with why while the journal cannot be read or written. */
export interface Ledger {
  exclusions(): Promise<ExclusionsAnswer>;
  /** Adds to the ledger what a body asks for; a text says what is wrong with it. */
  exclude(body: unknown, author: string): Promise<LedgerEntry | string>;
}

/** The detail with what is looked up for it. */
export async function withEvidence({ evidence, findMore }: Answers, detail: NodeDetail): Promise<NodeDetail> {
  const [lines = [], findings = []] = await Promise.all([evidence?.(detail), findMore?.(detail)]);
  if (lines.length === 0 && findings.length === 0) return detail;
  const [first] = findings;
  return {
    ...detail,
    evidence: [...detail.evidence, ...lines],
    findings: [...detail.findings, ...findings],
    runbook: detail.runbook ?? (first === undefined ? null : runbookOf(first.code)),
  };
}

/** One watch: `why` is '' if nothing is to be said of it, `heardSeconds` the seconds since the API server was last heard, if ever. */
export interface WatchReadiness {
  readonly watch: string;
  readonly state: WatchStateName;
  readonly why: string;
  readonly heardSeconds: number | null;
}

/** Whether the answers can be believed, and the state of every watch. */
export interface Readiness {
  readonly ready: boolean;
  readonly watches: readonly WatchReadiness[];
  /** What is near a limit, each with what to do about it; nothing of it makes the collector unready. */
  readonly notes: readonly string[];
}

/** Where faults of a request handler and news of the certificate go; a pino logger fits. */
export interface HttpLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
