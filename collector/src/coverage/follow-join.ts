/**
 * Follows nodes that join: each node UID is measured once, from when it is Ready for the first time (or was created, or is eligible)
 * until it is covered. It is counted as in time, or as late once at the deadline, or as abandoned if it goes, leaves the scope or is
 * excused before that; never Ready, it did not join. A node of a time that nobody saw is proven in time by its own times, never late.
 */
import { JOIN_TOTAL, type JoinOutcome } from '@rollcall/contract';
import type { Joining } from './join-memory.ts';
import { datedAt, joinStart, timeJoin } from './join-steps.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { NodeRecord } from './record.ts';
import type { Cause, Finding } from './review-node.ts';
import type { Context } from './roll-context.ts';
import { isInScope } from './standing.ts';
import type { Instant, Subject } from './subject.ts';

/** A node that became Ready so much later than it was created did so before, too. */
const LONGEST_START_MS = 1_800_000;

/** Follows the join of a node that was just reviewed, before that is booked; answers when to look again, Infinity for never. */
export function followJoin(context: Context, roll: PolicyRoll, { found, cause }: Reviewed): number {
  const { record, subject, standing } = found;
  if (found.coveredBefore || !asksForJoins(roll)) return end(record);
  const isNew = found.isFirst && record.joining === undefined;
  if (isNew && mayJoin(context, roll, { subject, cause })) record.note({ joining: begin(subject.now) });
  const known = underWay(record);
  if (known === undefined) return Infinity;
  const join: Join = { context, roll, record, pool: standing.pool, now: subject.now };
  if (!isInScope(standing)) return abandon(join);
  const joining = see(known, subject, found.isFirst);
  if (joining !== known) keep(join, joining);
  const startMono = joinStart(roll.policy, subject.node.createdMono, joining);
  return startMono === undefined ? Infinity : judgeJoin(join, { found, joining, startMono });
}

function underWay({ joining }: NodeRecord): Joining | undefined {
  return joining?.ended === false ? joining : undefined;
}

interface Reviewed {
  readonly found: Finding;
  readonly cause: Cause;
}

interface Begun {
  readonly found: Finding;
  readonly joining: Joining;
  readonly startMono: number;
}

function judgeJoin(join: Join, { found: { subject, standing }, joining, startMono }: Begun): number {
  const deadlineMono = startMono + join.roll.policy.join.withinMs;
  if (standing.verdict === 'covered') return finish(join, { subject, joining, startMono });
  // Late already, or nobody knows yet whether it is covered.
  if (joining.late) return Infinity;
  if (subject.now.monoMs < deadlineMono) return deadlineMono;
  if (standing.verdict === 'unobserved') return Infinity;
  if (joining.sinceMono > deadlineMono) return giveUp(join);
  if (standing.excuse !== '' && standing.excuse !== 'Joining') return abandon(join);
  conclude(join, 'late', {});
  keep(join, { ...joining, late: true });
  return Infinity;
}

/** Ends the join of a node that is gone. */
export function abandonJoin(
  context: Context,
  roll: PolicyRoll,
  { record, now }: { readonly record: NodeRecord; readonly now: Instant },
): void {
  if (record.joining === undefined || record.joining.ended || record.standing === undefined) return;
  abandon({ context, roll, record, pool: record.standing.pool, now });
}

interface Join {
  readonly context: Context;
  readonly roll: PolicyRoll;
  readonly record: NodeRecord;
  readonly pool: string;
  readonly now: Instant;
}

/** True for a policy that has an objective for joins. */
function asksForJoins({ policy }: PolicyRoll): boolean {
  return policy.objectives.some(({ sli }) => sli === 'join');
}

/** A node that was covered once has nothing left to follow. */
function end(record: NodeRecord): number {
  if (record.joining !== undefined) record.note({ joining: undefined });
  return Infinity;
}

/**
 * True for a node that was made under our eyes, or since a former life of the collector that did not know it; of any other only while its
 * own times say that it is inside its deadline.
 */
function mayJoin({ rememberedUntil }: Context, roll: PolicyRoll, { subject, cause }: Candidate): boolean {
  const { node, now } = subject;
  const { createdMono, object } = node;
  if (cause === 'newNode' && createdMono > roll.startedMono) return true;
  const untilWall = rememberedUntil.get(roll.policy.uid);
  if (untilWall !== undefined && object.createdAt !== undefined && object.createdAt > untilWall) return true;
  const sinceMono = object.ready.status === 'True' ? node.readySinceMono : createdMono;
  return sinceMono - createdMono <= LONGEST_START_MS && now.monoMs < sinceMono + roll.policy.join.withinMs;
}

interface Candidate {
  readonly subject: Subject;
  readonly cause: Cause;
}

/** Notes the first times of what is so now. */
function see(joining: Joining, subject: Subject, isFirst: boolean): Joining {
  const readyMono = joining.readyMono ?? readyAt(subject);
  const eligibleMono = joining.eligibleMono ?? eligibleAt(subject, isFirst);
  const registeredMono =
    joining.registeredMono ?? (subject.daemon?.judged === undefined ? undefined : subject.now.monoMs);
  const isSame =
    readyMono === joining.readyMono &&
    eligibleMono === joining.eligibleMono &&
    registeredMono === joining.registeredMono;
  return isSame ? joining : { ...joining, readyMono, eligibleMono, registeredMono };
}

function readyAt(subject: Subject): number | undefined {
  const { object, readySinceMono } = subject.node;
  return object.ready.status === 'True' ? datedAt(subject, object.readySince, readySinceMono) : undefined;
}

/** At first sight a node is eligible since it was made, or since its DaemonSet was. */
function eligibleAt({ node, daemonSet, placement, now }: Subject, isFirst: boolean): number | undefined {
  if (!placement.shouldRun || daemonSet === undefined) return undefined;
  return isFirst ? Math.max(node.createdMono, daemonSet.createdMono) : now.monoMs;
}

interface Finish {
  readonly subject: Subject;
  readonly joining: Joining;
  readonly startMono: number;
}

function finish(join: Join, { subject, joining, startMono }: Finish): number {
  const { context, roll, record, now } = join;
  const { coveredMono, stages } = timeJoin(subject, joining, startMono);
  const deadlineMono = startMono + roll.policy.join.withinMs;
  const isLate = coveredMono > deadlineMono;
  record.note({ joining: undefined });
  // What it was at its deadline nobody saw: covered then, and once more since, it looks the same.
  if (isLate && joining.sinceMono > deadlineMono) return Infinity;
  if (!joining.late) conclude(join, isLate ? 'late' : 'in_time', stages);
  const [policy, onceOf] = [roll.policy, record.uid];
  for (const [stage, ms] of Object.entries(stages)) {
    const pool = stage === JOIN_TOTAL ? join.pool : '';
    context.sink.tallied({ policy, pool, of: 'joinDuration', label: stage, ms, onceOf, monoMs: now.monoMs });
  }
  return Infinity;
}

function abandon(join: Join): number {
  const { joining } = join.record;
  if (joining !== undefined && joining.readyMono !== undefined && !joining.late) conclude(join, 'abandoned', {});
  return giveUp(join);
}

/** Nothing more is to be counted or measured of it. */
function giveUp(join: Join): number {
  keep(join, { ...begin(join.now), ended: true });
  return Infinity;
}

function begin({ monoMs }: Instant): Joining {
  const unknown = { readyMono: undefined, eligibleMono: undefined, registeredMono: undefined };
  return { sinceMono: monoMs, ...unknown, late: false, ended: false };
}

function keep({ context, roll, record, now }: Join, joining: Joining): void {
  record.note({ joining });
  context.sink.remember(roll, record, now);
}

function conclude(
  { context, roll, record, pool, now }: Join,
  outcome: JoinOutcome,
  stages: Readonly<Record<string, number>>,
): void {
  const { policy } = roll;
  context.sink.happened({
    kind: 'join',
    cluster: context.cluster,
    policyUid: policy.uid,
    nodeUid: record.uid,
    node: record.name,
    pool,
    wallMs: now.wallMs,
    outcome,
    stages,
  });
  // Behind its row, so that it is not exported before that is kept.
  context.sink.tallied({ policy, pool, of: 'joins', label: outcome, onceOf: record.uid, monoMs: now.monoMs });
}
