/** Writes the status of every policy of the API, so that `kubectl get daemoncoverages` answers the question. */
import {
  POLICY_API_VERSION,
  POLICY_KIND,
  WATCHED_KINDS,
  type DaemonCoverageStatus,
  type PolicySummary,
} from '@rollcall/contract';
import { applyStatus, KubeError, type Clock, type Connection, type Log, type Timers } from '@rollcall/kube';
import { lookAgain } from './look-again.ts';
import { makeStatus, saysTheSame } from './policy-status.ts';

const LOOK_MS = 1_000;
/** The longest that a status lags behind, and the least time between two writes of one. */
const INTERVAL_MS = 10_000;
/** A fleet of many policies that all change at once must not crowd the API server. */
const WRITES_A_LOOK = 10;
const LONGEST_WAIT_MS = 300_000;
/** Less than what a leader that cannot renew has left when it stops to write. */
const REQUEST_MS = 4_000;
const MANAGER = 'rollcall';

/** A policy as the API server has it. `status` is a new object whenever the server told it anew. */
export interface AppliedPolicy {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly status: unknown;
}

/** What a writer works with. */
export interface StatusWriterHost {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** The policies of the API as they were last seen. */
  policies(): readonly AppliedPolicy[];
  /** What is to be said of them, among others; asked once a second at most. */
  summaries(): readonly PolicySummary[];
  /** The share of the coverage budget that is left; undefined where it is not known. */
  budgetRemaining?(policyUid: string): number | undefined;
  /** True while this replica is the one that writes. */
  mayWrite(): boolean;
}

/** A writer that runs. */
export interface StatusWriter {
  /** How many writes there were, by outcome. */
  writes(): { readonly written: number; readonly failed: number };
  /** Ends it, with the writes that are under way. May be called twice. */
  stop(): Promise<void>;
}

/** What is remembered of a policy that was written. */
interface Slot {
  /** The status as it was last seen before our own write: until another one is seen, ours is what is there. */
  readonly seen: unknown;
  readonly written: unknown;
  readonly failures: number;
  readonly notBeforeMono: number;
}

interface Desk extends StatusWriterHost {
  readonly slots: Map<string, Slot>;
  readonly counts: { written: number; failed: number };
  readonly ending: AbortController;
}

interface Draft {
  readonly policy: AppliedPolicy;
  readonly slot: Slot | undefined;
  readonly status: DaemonCoverageStatus;
}

/**
 * Starts writing: on change only, a policy at most every 10 s and ten a second in all; the last state is always written. A write that
 * failed is made again after 10 s, then 20 s and so on, 5 min at most.
 */
export function startStatusWriter(host: StatusWriterHost): StatusWriter {
  const desk: Desk = { ...host, slots: new Map(), counts: { written: 0, failed: 0 }, ending: new AbortController() };
  return {
    writes: () => ({ ...desk.counts }),
    stop: lookAgain({ timers: host.timers, everyMs: LOOK_MS, ending: desk.ending, look: () => look(desk) }),
  };
}

async function look(desk: Desk): Promise<void> {
  if (!desk.mayWrite()) return;
  const drafts = draftAll(desk);
  // Those that have waited longest come first.
  const turn = ({ slot }: Draft): number => slot?.notBeforeMono ?? 0;
  drafts.sort((one, other) => turn(one) - turn(other));
  await Promise.all(drafts.slice(0, WRITES_A_LOOK).map((draft) => write(desk, draft)));
}

function draftAll({ slots, clock, policies, summaries, budgetRemaining }: Desk): Draft[] {
  const all = policies();
  const uids = new Set(all.map(({ uid }) => uid));
  for (const uid of slots.keys()) if (!uids.has(uid)) slots.delete(uid);
  if (all.length === 0) return [];
  const byUid = new Map(summaries().map((summary) => [summary.policy.uid, summary]));
  const now = new Date(clock.wallMs()).toISOString();
  return all.flatMap((policy) => {
    const slot = slots.get(policy.uid);
    const summary = byUid.get(policy.uid);
    if (summary === undefined || clock.monoMs() < (slot?.notBeforeMono ?? 0)) return [];
    const before = slot !== undefined && slot.seen === policy.status ? slot.written : policy.status;
    const status = makeStatus({
      summary,
      generation: policy.generation,
      before,
      budgetRemaining: budgetRemaining?.(policy.uid),
      now,
    });
    return saysTheSame(before, status) ? [] : [{ policy, slot, status }];
  });
}

/** Writes one status. Never throws. */
async function write({ connection, clock, log, slots, counts, ending }: Desk, draft: Draft): Promise<void> {
  const { policy, slot, status } = draft;
  const { uid, namespace, name } = policy;
  const { group, version, resource } = WATCHED_KINDS.daemoncoverages;
  const path = `/apis/${group}/${version}/namespaces/${namespace}/${resource}/${name}`;
  const object = { apiVersion: POLICY_API_VERSION, kind: POLICY_KIND, metadata: { name, namespace }, status };
  const sentMono = clock.monoMs();
  try {
    const limits = { timeoutMs: REQUEST_MS, signal: ending.signal };
    await applyStatus(connection, { path, object, manager: MANAGER, ...limits });
    counts.written += 1;
    slots.set(uid, { seen: policy.status, written: status, failures: 0, notBeforeMono: sentMono + INTERVAL_MS });
  } catch (error) {
    if (ending.signal.aborted) return;
    const failures = (slot?.failures ?? 0) + 1;
    const waitMs = Math.min(INTERVAL_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
    const { seen, written } = slot ?? { seen: policy.status, written: policy.status };
    slots.set(uid, { seen, written, failures, notBeforeMono: sentMono + waitMs });
    // A policy that is gone, or whose kind is, is soon not asked for any more.
    if (error instanceof KubeError && error.code === 'NotFound') return;
    counts.failed += 1;
    log.warn({ namespace, policy: name, err: error, againMs: waitMs }, 'the status of a policy could not be written');
  }
}
