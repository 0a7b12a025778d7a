/** Takes down that the daemon on a node restarted: counts it, keeps when, and tells the journal. */
import type { Restart } from '../inventory/index.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { RESTART_WINDOW_MS, type NodeRecord } from './record.ts';
import type { Context } from './roll-context.ts';
import type { Instant, Subject } from './subject.ts';

/** A daemon that cannot stay up restarts every few minutes; more in an hour are told by their number alone. */
const TIMES_KEPT = 100;

/** Takes down a restart under every started roll whose DaemonSet's pod it was, where the node is on the roll. */
export function noteRestart(context: Context, restart: Restart, now: Instant): void {
  for (const roll of context.policies.values()) {
    const record = isOwner(roll, restart) ? roll.records.get(restart.node) : undefined;
    if (record?.standing === undefined || wasToldToLeave(record, restart)) continue;
    const isNew = !isOfOld(roll, restart);
    const kept = keepTime(roll, record, { atMono: restart.atMono, count: isNew ? restart.count : 1, now });
    if (kept) context.sink.remember(roll, record, now);
    if (isNew) count(context, roll, { record, restart, now });
  }
}

function isOwner({ started, lastDaemonSet }: PolicyRoll, { ownerUid }: Restart): boolean {
  return started && lastDaemonSet?.object.uid === ownerUid;
}

/** What a record that is new is told of restarts before it: by memory, which may have come with it, and by pods of their last one. */
export function recallRestarts(roll: PolicyRoll, record: NodeRecord, { pods, now }: Recalled): void {
  if (record.restarts.length > 0) keepTimes(roll, record, { times: record.restarts, now });
  let lastMs = -Infinity;
  for (const { object } of pods)
    for (const { init, restarts, lastTerminated } of object.containers)
      if (!init && restarts > 0) lastMs = Math.max(lastMs, lastTerminated?.finishedAt ?? -Infinity);
  keepTime(roll, record, { atMono: now.monoMs - Math.max(0, now.wallMs - lastMs), count: 1, now });
}

type Recalled = Pick<Subject, 'pods' | 'now'>;

interface Moment {
  readonly atMono: number;
  readonly count: number;
  readonly now: Instant;
}

/** Keeps when a daemon restarted; false for what is too old to count, or no later than what is known: that is the same restart. */
function keepTime(roll: PolicyRoll, record: NodeRecord, { atMono, count, now }: Moment): boolean {
  const last = record.restarts.at(-1) ?? -Infinity;
  if (atMono <= last || atMono <= now.monoMs - RESTART_WINDOW_MS) return false;
  const times = Array.from({ length: Math.min(count, TIMES_KEPT) }, () => atMono);
  keepTimes(roll, record, { times: [...record.restarts, ...times], now });
  return true;
}

function keepTimes(
  roll: PolicyRoll,
  record: NodeRecord,
  { times, now }: { times: readonly number[]; now: Instant },
): void {
  const recent = times.filter((time) => time > now.monoMs - RESTART_WINDOW_MS).slice(-TIMES_KEPT);
  record.note({ restarts: recent.length === 0 ? undefined : recent });
  if (recent.length === 0) roll.restarted.delete(record);
  else roll.restarted.add(record);
}

/** A pod that was made before the roll began counted its restarts before, too. */
function isOfOld(roll: PolicyRoll, { firstSeenOf }: Restart): boolean {
  return firstSeenOf !== undefined && firstSeenOf <= roll.startedMono;
}

/** True where the node was not eligible when the pod before went: it went for that, and comes back because the node is eligible again. */
function wasToldToLeave({ eligibleSinceMono }: NodeRecord, { goneMono }: Restart): boolean {
  return goneMono !== undefined && (eligibleSinceMono === undefined || eligibleSinceMono > goneMono);
}

interface Counted {
  readonly record: NodeRecord;
  readonly restart: Restart;
  readonly now: Instant;
}

function count({ cluster, sink }: Context, { policy }: PolicyRoll, { record, restart, now }: Counted): void {
  const pool = record.standing?.pool ?? '';
  sink.tallied({ policy, pool, of: 'restarts', label: restart.reason, by: restart.count, monoMs: now.monoMs });
  sink.happened({
    kind: 'restart',
    cluster,
    policyUid: policy.uid,
    nodeUid: record.uid,
    node: record.name,
    pool,
    wallMs: now.wallMs,
    container: restart.container,
    count: restart.count,
    reason: restart.ended,
    message: restart.message,
  });
}
