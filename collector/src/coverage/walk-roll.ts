/** Walks over the roll of one policy: reviews its nodes, strikes who is gone, and draws what follows from the counts. */
import type { NodeEntry } from '../inventory/index.ts';
import { book, wake } from './book.ts';
import { isLagging, settleSink } from './sink-state.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import { endExcuses } from './excuse-caps.ts';
import { abandonJoin, followJoin } from './follow-join.ts';
import { createPhantom, missingNodes, phantomKey, phantomStanding } from './phantoms.ts';
import { divergenceOf, type PolicyRoll } from './policy-roll.ts';
import { memoryKey, reviewNode, type Cause, type Finding } from './review-node.ts';
import type { Context, Work } from './roll-context.ts';
import type { Instant } from './subject.ts';

/** So many nodes are reviewed between two pauses: a millisecond or less. */
export const NODES_IN_STRETCH = 200;

interface Scan {
  readonly cause: Cause;
  /** The node as it was before the change, see `Review`. */
  readonly before?: NodeEntry | undefined;
  readonly now: Instant;
}

/** Reviews every node, and the phantoms that there are. */
export function* reviewAll(context: Context, roll: PolicyRoll, { cause, now }: Scan): Work {
  yield roll;
  let left = NODES_IN_STRETCH;
  for (const node of context.inventory.nodes.values()) {
    reviewEntry(context, roll, { node, cause, now });
    left -= 1;
    if (left > 0) continue;
    yield roll;
    left = NODES_IN_STRETCH;
  }
  for (const [pool, count] of roll.phantoms)
    for (let n = 1; n <= count; n += 1) bookPhantom(context, roll, { pool, n, now });
}

/** So many nodes are passed over between two pauses: far less work than a review. */
const PASSED_IN_STRETCH = 5_000;

/** Reviews every node of the roll that has no pod of its DaemonSet. */
export function* reviewPodless(context: Context, roll: PolicyRoll, now: Instant): Work {
  yield roll;
  const podsAt = context.inventory.podsAt.get(roll.lastDaemonSet?.object.uid ?? '');
  let [left, passed] = [NODES_IN_STRETCH, PASSED_IN_STRETCH];
  for (const { name } of roll.records.values()) {
    if (name === '' || podsAt?.has(name) === true) passed -= 1;
    else {
      review(context, roll, { name, cause: 'change', now });
      left -= 1;
    }
    if (left > 0 && passed > 0) continue;
    yield roll;
    [left, passed] = [NODES_IN_STRETCH, PASSED_IN_STRETCH];
  }
}

/** Reviews the node of that name, if there is one. */
export function review(context: Context, roll: PolicyRoll, scan: Scan & { readonly name: string }): void {
  const { name, cause, before, now } = scan;
  const node = context.inventory.nodes.get(name);
  if (node !== undefined) reviewEntry(context, roll, { node, cause, before, now });
}

function reviewEntry(context: Context, roll: PolicyRoll, scan: Scan & { readonly node: NodeEntry }): void {
  const { node, cause, before, now } = scan;
  const { inventory, memories } = context;
  const found = reviewNode({ inventory, roll, node, before, cause, now, memories });
  if (found === undefined) return;
  const { record, standing, crossedScope } = found;
  const dueMono = Math.min(found.dueMono, followJoin(context, roll, { found, cause }));
  // From here on the record itself remembers.
  if (memories.size > 0) memories.delete(memoryKey(roll.policy.uid, record.uid));
  const daemon = found.subject.daemon?.judged?.daemon;
  const evidence = (): string => evidenceOf(found);
  book(context, roll, { record, standing, dueMono, crossedScope, daemon, now, evidence });
}

function evidenceOf({ standing, subject, excuse }: Finding): string {
  if (excuse !== undefined) return excuse.message;
  if (standing.state === 'uncovered') return diagnose(subject).message;
  return standing.rule === '' ? (subject.pod?.object.name ?? '') : `excluded by the rule ${standing.rule}`;
}

interface Struck {
  readonly key: string;
  readonly now: Instant;
  readonly evidence: string;
  /** False where it is not the node that is gone. */
  readonly left?: boolean;
}

/** Takes a record off the roll, if it is there. */
export function strike(context: Context, roll: PolicyRoll, { key, now, evidence, left = true }: Struck): void {
  const record = roll.records.get(key);
  if (record === undefined) return;
  endExcuses(record, now.monoMs);
  if (left) abandonJoin(context, roll, { record, now });
  book(context, roll, { record, standing: undefined, dueMono: Infinity, now, evidence: () => evidence });
}

/** Takes every record off the roll. */
export function* strikeAll(context: Context, roll: PolicyRoll, { now, evidence }: Omit<Struck, 'key' | 'left'>): Work {
  yield roll;
  let struck = 0;
  for (const key of roll.records.keys()) {
    strike(context, roll, { key, now, evidence, left: false });
    struck += 1;
    if (struck % NODES_IN_STRETCH === 0) yield roll;
  }
}

/** What follows from a policy's counts: phantoms, and since when they differ from the controller's. */
export function settle(context: Context, roll: PolicyRoll, now: Instant): void {
  if (!roll.started) return;
  for (const [pool, count] of missingNodes(roll)) settlePhantoms(context, roll, { pool, count, now });
  const divergence = divergenceOf(roll, roll.daemonSet) ?? 0;
  roll.divergenceSinceMono = divergence === 0 ? undefined : (roll.divergenceSinceMono ?? now.monoMs);
  if (!settleSink(roll.sink)) return;
  for (const record of roll.uncovered)
    if (record.standing !== undefined && isLagging(record.standing)) wake(context, roll, { record, now });
}

interface Missing {
  readonly pool: string;
  readonly count: number;
  readonly now: Instant;
}

function settlePhantoms(context: Context, roll: PolicyRoll, { pool, count, now }: Missing): void {
  const before = roll.phantoms.get(pool) ?? 0;
  for (let n = before + 1; n <= count; n += 1) bookPhantom(context, roll, { pool, n, now });
  for (let n = before; n > count; n -= 1) {
    strike(context, roll, { key: phantomKey(pool, n), now, evidence: 'the pool has its nodes again' });
  }
  if (count === 0) roll.phantoms.delete(pool);
  else roll.phantoms.set(pool, count);
}

function bookPhantom(
  context: Context,
  roll: PolicyRoll,
  { pool, n, now }: { pool: string; n: number; now: Instant },
): void {
  const record = roll.records.get(phantomKey(pool, n)) ?? createPhantom(pool, n, now);
  const standing = phantomStanding(roll, pool, context.inventory.watches);
  book(context, roll, {
    record,
    standing,
    dueMono: Infinity,
    now,
    evidence: () => `the policy promises it for pool ${pool}`,
  });
}
