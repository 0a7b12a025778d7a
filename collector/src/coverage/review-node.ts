/** Reviews one node under one policy: what it is now, and what its past adds. */
import type { Editor, NodeMemory } from '@rollcall/contract';
import type { Inventory, NodeEntry } from '../inventory/index.ts';
import { endExcuses, excuseRecord } from './excuse-caps.ts';
import { explainPlacement } from './explain-placement.ts';
import type { Placement } from './expectation.ts';
import { formSubject, isEligible, placeNode } from './form-subject.ts';
import { judge, observedLayers, type Judgement } from './judge.ts';
import { recallRestarts } from './note-restart.ts';
import { isServing } from './pod-layer.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { createRecord, SCOPE_MEMORY_MS, type NodeRecord } from './record.ts';
import { judgeScope, type Scope } from './scope.ts';
import type { Standing } from './standing.ts';
import { markNode, NO_MARKS, type Marks } from './state-slis.ts';
import type { Excuse, Instant, Subject } from './subject.ts';

/**
 * Why a node is reviewed. `start`: all is seen for the first time; `scope`: the policy draws its scope anew, and whom that leaves out is
 * out at once; `template`: the DaemonSet asks for other nodes, and whom that leaves out has not drifted either.
 */
export type Cause = 'start' | 'newNode' | 'scope' | 'template' | 'change';

/** What is reviewed, and why. */
export interface Review {
  readonly inventory: Inventory;
  readonly roll: PolicyRoll;
  readonly node: NodeEntry;
  readonly cause: Cause;
  readonly now: Instant;
  /** What the node was before the change that is reviewed; undefined where the node did not change. */
  readonly before: NodeEntry | undefined;
  /** What is remembered of nodes without a record, see `memoryKey`. */
  readonly memories: ReadonlyMap<string, NodeMemory>;
}

/** What a review found. `record` is new when the roll has none yet; `standing` has still to be interned and booked. */
export interface Finding {
  readonly record: NodeRecord;
  readonly subject: Subject;
  readonly standing: Standing;
  readonly dueMono: number;
  readonly excuse: Excuse | undefined;
  /** True when the node entered or left the scope by what it is now, which its standing need not show. */
  readonly crossedScope: boolean;
  /** True when the roll had no record of the node. */
  readonly isFirst: boolean;
  /** True when it was covered at any time before this review. */
  readonly coveredBefore: boolean;
}

const NOTHING_KNOWN: Judgement = { verdict: 'unobserved', reason: '', owner: '', layers: [], lookAgainMono: Infinity };

/** Reviews a node. Undefined when the node does not matter to the policy and never did. Changes the record's past in place. */
export function reviewNode(review: Review): Finding | undefined {
  const { inventory, roll, node, now } = review;
  const placement = placeNode(roll, node);
  const scope = judgeScope(roll.policy, node.object, placement);
  const known = roll.records.get(node.object.name);
  if (known === undefined && scope.kind === 'out' && placement?.shouldRun !== true && isForeign(review))
    return undefined;
  const { name, uid } = node.object;
  const record = known ?? createRecord(name, uid, { memory: recall(review), now });
  const { coveredOnce: coveredBefore } = record;
  forget(record, review.cause);
  const { inScopeNow } = record;
  noteScope(record, scope, now);
  noteEligible(record, review, placement);
  const subject = formSubject(inventory, roll, { record, node, placement, now });
  if (known === undefined) recallRestarts(roll, record, subject);
  const stand = isInScope(review, record, scope) ? standIn(record, subject, review) : standOut(record, subject, scope);
  const crossedScope = record.inScopeNow !== inScopeNow;
  return { ...stand, record, subject, crossedScope, coveredBefore, isFirst: known === undefined };
}

const NOT_MARKED: Marks = { marks: NO_MARKS, lookAgainMono: Infinity };

type Stand = Pick<Finding, 'standing' | 'dueMono' | 'excuse'>;

/** Under which a node's past in a former process life is kept. */
export function memoryKey(policyUid: string, nodeUid: string): string {
  return `${policyUid}/${nodeUid}`;
}

function recall({ memories, roll, node }: Review): NodeMemory | undefined {
  return memories.size === 0 ? undefined : memories.get(memoryKey(roll.policy.uid, node.object.uid));
}

/** True for a node that was nothing to the policy, and runs none of its pods. */
function isForeign(review: Review): boolean {
  return recall(review) === undefined && !mayStray(review);
}

function mayStray({ inventory, roll, node }: Review): boolean {
  const ownerUid = roll.lastDaemonSet?.object.uid;
  return ownerUid !== undefined && (inventory.podsAt.get(ownerUid)?.has(node.object.name) ?? false);
}

function isInScope({ roll, now }: Review, record: NodeRecord, scope: Scope): boolean {
  if (scope.kind !== 'out') return scope.kind === 'in';
  if (roll.policy.selector !== undefined || record.leftScopeMono === undefined) return false;
  return now.monoMs < record.leftScopeMono + SCOPE_MEMORY_MS;
}

/** An edit of policy or template draws its own line from now on; what had left the scope before did not leave by that edit. */
function forget(record: NodeRecord, cause: Cause): void {
  if ((cause !== 'scope' && cause !== 'template') || !record.inScopeNow) return;
  record.inScopeNow = false;
}

function noteScope(record: NodeRecord, scope: Scope, now: Instant): void {
  if (scope.kind === 'in') {
    record.inScopeNow = true;
    if (record.leftScopeMono !== undefined) record.note({ leftScopeMono: undefined });
  } else if (record.inScopeNow) {
    record.inScopeNow = false;
    record.note({ leftScopeMono: now.monoMs });
  }
}

function noteEligible(record: NodeRecord, review: Review, placement: Placement | undefined): void {
  const { now, cause } = review;
  if (placement?.shouldRun === true) {
    // No node has been eligible for longer than its DaemonSet, which may have been made anew, has been there.
    const since = record.eligibleSinceMono ?? eligibleSince(review);
    record.eligibleSinceMono = Math.max(since, review.roll.lastDaemonSet?.createdMono ?? since);
    if (record.lastEligibleMono !== undefined) record.note({ lastEligibleMono: undefined, drift: '' });
    return;
  }
  const lost = record.eligibleSinceMono !== undefined;
  record.eligibleSinceMono = undefined;
  if (!lost || cause === 'template' || placement === undefined) return;
  record.note({ lastEligibleMono: now.monoMs, drift: describeDrift(review, placement) });
}

/** At first sight a node is eligible since the last of: its own creation, its becoming Ready, the template's appearance. */
function eligibleSince({ node, roll, cause, now }: Review): number {
  if (cause !== 'start' && cause !== 'newNode') return now.monoMs;
  const ready = node.object.ready.status === 'True' ? node.readySinceMono : node.createdMono;
  return Math.max(node.createdMono, ready, roll.lastDaemonSet?.templateSinceMono ?? now.monoMs);
}

function describeDrift({ node, roll, before }: Review, placement: Placement): string {
  const template = roll.lastDaemonSet?.object.placement;
  if (template === undefined) return '';
  const { message, mend } = explainPlacement(node.object, template, placement);
  return `The node was eligible before: ${message}. ${describeEditor(node.object.editor, (before ?? node).object.editor)} To mend it: ${mend}`;
}

/** managedFields keep who set a field, never who removed one: an editor that was there before did not do it. */
function describeEditor(editor: Editor | undefined, before: Editor | undefined): string {
  const isNew = editor !== undefined && (editor.manager !== before?.manager || editor.at !== before.at);
  return isNew ? `Its labels or taints were changed by ${editor.manager}.` : 'Who did it is not recorded.';
}

function standIn(record: NodeRecord, subject: Subject, review: Review): Stand {
  const { roll } = review;
  const { watches } = review.inventory;
  const judgement = judge(subject, { watches, observed: (roll.observed ??= observedLayers(subject, watches)) });
  if (judgement.verdict === 'covered') record.coveredOnce = true;
  const { excuse, lookAgainMono } = excuseRecord(record, subject);
  const { marks, lookAgainMono: markAgainMono } = excuse === undefined ? markIn(subject, review) : NOT_MARKED;
  const memoryEnd = record.leftScopeMono === undefined ? Infinity : record.leftScopeMono + SCOPE_MEMORY_MS;
  return {
    excuse,
    standing: {
      pool: subject.pool,
      state: excuse === undefined ? judgement.verdict : 'excused',
      verdict: judgement.verdict,
      reason: judgement.reason,
      owner: judgement.owner,
      excuse: excuse?.code ?? '',
      rule: '',
      eligible: isEligible(subject),
      current: judgement.verdict === 'covered' && isCurrent(subject),
      layers: judgement.layers,
      marks,
    },
    dueMono: Math.min(judgement.lookAgainMono, lookAgainMono, memoryEnd, markAgainMono),
  };
}

function markIn(subject: Subject, { inventory: { watches }, roll }: Review): Marks {
  return markNode(roll.askedSlis, subject, { isLive: (source) => watches.get(source) === 'live' });
}

function isCurrent({ pods, newestHash }: Subject): boolean {
  return newestHash !== '' && pods.some((pod) => pod.object.hash === newestHash && isServing(pod));
}

function standOut(record: NodeRecord, subject: Subject, scope: Scope): Stand {
  endExcuses(record, subject.now.monoMs);
  const { layers, verdict, reason, owner } = NOTHING_KNOWN;
  const rule = scope.kind === 'excluded' ? scope.rule : '';
  const state = scope.kind === 'excluded' ? 'excluded' : subject.pods.some(isLive) ? 'stray' : 'outOfScope';
  const { pool } = subject;
  const standing: Standing = {
    pool,
    state,
    verdict,
    reason,
    owner,
    excuse: '',
    rule,
    eligible: isEligible(subject),
    current: false,
    layers,
    marks: NO_MARKS,
  };
  return { standing, dueMono: Infinity, excuse: undefined };
}

function isLive({ object }: Subject['pods'][number]): boolean {
  return object.deletedAt === undefined && object.bound && object.phase !== 'Failed' && object.phase !== 'Succeeded';
}
