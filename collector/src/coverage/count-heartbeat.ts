/** Counts what a heartbeat tells of: itself, and what its agent sent, dropped and met since the one before. */
import type { TallyName } from '@rollcall/contract';
import { heartbeatAt, type HeartbeatEntry, type Inventory, type Touched } from '../inventory/index.ts';
import type { RollSink } from './book.ts';
import { sightHeartbeat } from './heartbeat-sight.ts';
import { lagMs } from './ingestion-layer.ts';
import type { PolicyRoll } from './policy-roll.ts';

/** A heartbeat that arrived. */
export type Heard = Extract<Touched, { readonly kind: 'heartbeat' }>;

interface Counting {
  readonly inventory: Inventory;
  readonly sink: Pick<RollSink, 'tallied'>;
  readonly monoMs: number;
}

/** Counts a heartbeat under a policy that listens to it; nothing of a node that is not on its roll. */
export function countHeartbeat(counting: Counting, roll: PolicyRoll, heard: Heard): void {
  const { inventory, sink, monoMs } = counting;
  const { ownerUid, node, before, replayed } = heard;
  const pool = roll.records.get(node)?.standing?.pool;
  if (pool === undefined) return;
  const count = (of: TallyName, label: string, by: number): void => {
    if (by > 0) sink.tallied({ policy: roll.policy, pool, of, label, by, monoMs });
  };
  count('heartbeats', replayed ? 'replayed' : 'accepted', 1);
  const entry = replayed ? undefined : heartbeatAt(inventory, ownerUid, node);
  if (entry === undefined) return;
  const same = before?.object.bootId === entry.object.bootId ? before : undefined;
  for (const [of, label, now] of countsOf(entry)) count(of, label, growth(now, { of, label, before, same }));
  measureLag(counting, roll, heard);
}

function measureLag({ inventory, sink, monoMs }: Counting, { policy }: PolicyRoll, { ownerUid, node }: Heard): void {
  const sight = sightHeartbeat(inventory, policy, { ownerUid, node, pod: undefined });
  const lag = sight === undefined ? undefined : lagMs(sight, monoMs);
  if (lag !== undefined) sink.tallied({ policy, pool: '', of: 'ingestionLag', label: '', ms: Math.round(lag), monoMs });
}

type Count = readonly [of: TallyName, label: string, now: number];

function countsOf({ object: { telemetry, errors } }: HeartbeatEntry): readonly Count[] {
  return [
    ...telemetry.flatMap(({ component, sent, dropped }): Count[] => [
      ['telemetrySent', component, sent],
      ['telemetryDropped', component, dropped],
    ]),
    ...errors.map(({ component, count }): Count => ['agentErrors', component, count]),
  ];
}

interface Earlier {
  readonly of: TallyName;
  readonly label: string;
  readonly before: HeartbeatEntry | undefined;
  readonly same: HeartbeatEntry | undefined;
}

/** What an agent counted before it was first heard, a former life of ours may have counted: it is the beginning. A new boot begins at 0. */
function growth(now: number, { of, label, before, same }: Earlier): number {
  if (before === undefined) return 0;
  const earlier = same === undefined ? undefined : countsOf(same).find(([own, name]) => own === of && name === label);
  return now - (earlier?.[2] ?? 0);
}
