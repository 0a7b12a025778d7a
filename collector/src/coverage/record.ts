/** What the roll keeps of one node under one policy. */
import type { Editor, ExcuseCode, NodeMemory } from '@rollcall/contract';
import type { DaemonEntry } from '../inventory/index.ts';
import { createMeter, spentMs, type ExcuseMeter } from './excuse-meter.ts';
import type { Standing } from './standing.ts';
import type { Instant, Past } from './subject.ts';

/** How long a node stays in an inferred scope after it stopped fitting, so that drift is seen. */
export const SCOPE_MEMORY_MS = 86_400_000;

/** One node under one policy; owned and changed by the roll. `name` is '' for a phantom. */
export interface NodeRecord extends Past {
  readonly key: string;
  readonly name: string;
  readonly uid: string;
  standing: Standing | undefined;
  /** Since when its state has been what it is, through whatever reasons. */
  sinceMono: number;
  /** When to look again; Infinity for never. */
  dueMono: number;
  /** True while the node is in scope by what it is now. */
  inScopeNow: boolean;
  /** When it stopped being so; undefined if it never was, or still is. */
  leftScopeMono: number | undefined;
  eligibleSinceMono: number | undefined;
  lastEligibleMono: number | undefined;
  drift: string;
  /** Who had last changed labels or taints while the node still was eligible. */
  editor: Editor | undefined;
  coveredOnce: boolean;
  meters: Map<ExcuseCode, ExcuseMeter> | undefined;
  /** The Daemon that speaks for it, if the policy asks and there is one; its version and probe are counted while the node is in scope. */
  daemon: DaemonEntry | undefined;
}

/** A record of a node that is seen for the first time, with what the journal remembers of it. */
export function createRecord(
  name: string,
  uid: string,
  options: { memory?: NodeMemory | undefined; now: Instant },
): NodeRecord {
  const { memory, now } = options;
  const mono = (wallMs: number | undefined): number | undefined =>
    wallMs === undefined ? undefined : now.monoMs - Math.max(0, now.wallMs - wallMs);
  return {
    key: name,
    name,
    uid,
    standing: undefined,
    sinceMono: now.monoMs,
    dueMono: Infinity,
    inScopeNow: false,
    leftScopeMono: mono(memory?.lastInScope),
    eligibleSinceMono: undefined,
    lastEligibleMono: mono(memory?.lastEligible),
    drift: memory?.drift ?? '',
    editor: undefined,
    coveredOnce: memory?.coveredOnce ?? false,
    meters: restoreMeters(memory, now),
    daemon: undefined,
  };
}

function restoreMeters(memory: NodeMemory | undefined, now: Instant): Map<ExcuseCode, ExcuseMeter> | undefined {
  const used = Object.entries(memory?.excused ?? {});
  if (used.length === 0) return undefined;
  return new Map(used.map(([code, ms]) => [code as ExcuseCode, createMeter(ms, now.monoMs)]));
}

/** What the journal should remember of a record. */
export function toMemory(record: NodeRecord, policyUid: string, now: Instant): NodeMemory {
  const wall = (mono: number): number => now.wallMs - (now.monoMs - mono);
  const lastInScope = record.inScopeNow ? now.monoMs : record.leftScopeMono;
  const lastEligible = record.eligibleSinceMono === undefined ? record.lastEligibleMono : now.monoMs;
  return {
    policyUid,
    nodeUid: record.uid,
    coveredOnce: record.coveredOnce,
    ...(lastInScope === undefined ? {} : { lastInScope: wall(lastInScope) }),
    ...(lastEligible === undefined ? {} : { lastEligible: wall(lastEligible) }),
    ...(record.drift === '' ? {} : { drift: record.drift }),
    excused: Object.fromEntries([...(record.meters ?? [])].map(([code, meter]) => [code, spentMs(meter, now.monoMs)])),
  };
}
