/** What the roll keeps of one node under one policy. */
import type { ExcuseCode, NodeMemory } from '@rollcall/contract';
import type { DaemonEntry } from '../inventory/index.ts';
import { recallJoin, rememberJoin, type Joining } from './join-memory.ts';
import { createMeter, spentMs, type ExcuseMeter } from './excuse-meter.ts';
import type { Standing } from './standing.ts';
import type { Instant, Past } from './subject.ts';

/** How long a node stays in an inferred scope after it stopped fitting, so that drift is seen. */
export const SCOPE_MEMORY_MS = 86_400_000;

/** For how long a restart counts against stability. */
export const RESTART_WINDOW_MS = 3_600_000;

/** What hardly any node has a past of; one object for all of it, so that the others pay one field. */
interface RarePast {
  readonly leftScopeMono: number | undefined;
  readonly lastEligibleMono: number | undefined;
  readonly drift: string;
  readonly meters: Map<ExcuseCode, ExcuseMeter> | undefined;
  readonly restarts: readonly number[] | undefined;
  readonly joining: Joining | undefined;
}

const NO_RARE_PAST: RarePast = {
  leftScopeMono: undefined,
  lastEligibleMono: undefined,
  drift: '',
  meters: undefined,
  restarts: undefined,
  joining: undefined,
};
const NO_TIMES: readonly number[] = Object.freeze([]);

/** One node under one policy; owned and changed by the roll. There is one for every node and policy: a field more is a megabyte at 100,000. */
export class NodeRecord implements Past {
  /** '' for a phantom. */
  readonly name: string;
  /** Of a phantom its key. */
  readonly uid: string;
  standing: Standing | undefined = undefined;
  /** Since when its state has been what it is, through whatever reasons. */
  sinceMono: number;
  /** When to look again; undefined for never, since numbers that are no small integers cost an object each. */
  dueMono: number | undefined = undefined;
  /** True while the node is in scope by what it is now. */
  inScopeNow = false;
  coveredOnce = false;
  eligibleSinceMono: number | undefined = undefined;
  /** The Daemon that speaks for it, if the policy asks and there is one; its version and probe are counted while the node is in scope. */
  daemon: DaemonEntry | undefined = undefined;
  #rare: RarePast | undefined = undefined;

  constructor(name: string, uid: string, now: Instant) {
    this.name = name;
    this.uid = uid;
    this.sinceMono = now.monoMs;
  }

  /** By which the roll finds it. */
  get key(): string {
    return this.name === '' ? this.uid : this.name;
  }

  /** When it stopped being in scope by what it is; undefined if it never was, or still is. */
  get leftScopeMono(): number | undefined {
    return this.#rare?.leftScopeMono;
  }

  get lastEligibleMono(): number | undefined {
    return this.#rare?.lastEligibleMono;
  }

  get drift(): string {
    return this.#rare?.drift ?? '';
  }

  get meters(): Map<ExcuseCode, ExcuseMeter> | undefined {
    return this.#rare?.meters;
  }

  get restarts(): readonly number[] {
    return this.#rare?.restarts ?? NO_TIMES;
  }

  /** How far its join is; undefined where none is followed. */
  get joining(): Joining | undefined {
    return this.#rare?.joining;
  }

  /** Changes what is rare. */
  note(changes: Partial<RarePast>): void {
    const rare = { ...(this.#rare ?? NO_RARE_PAST), ...changes };
    this.#rare = Object.values(rare).every((value) => value === undefined || value === '') ? undefined : rare;
  }
}

/** A record of a node that is seen for the first time, with what the journal remembers of it. */
export function createRecord(
  name: string,
  uid: string,
  { memory, now }: { memory?: NodeMemory | undefined; now: Instant },
): NodeRecord {
  const record = new NodeRecord(name, uid, now);
  if (memory === undefined) return record;
  const mono = (wallMs: number): number => now.monoMs - Math.max(0, now.wallMs - wallMs);
  record.coveredOnce = memory.coveredOnce;
  record.note({
    leftScopeMono: memory.lastInScope === undefined ? undefined : mono(memory.lastInScope),
    lastEligibleMono: memory.lastEligible === undefined ? undefined : mono(memory.lastEligible),
    drift: memory.drift ?? '',
    meters: restoreMeters(memory, now),
    restarts: memory.restarts?.map(mono),
    joining: recallJoin(memory, mono),
  });
  return record;
}

function restoreMeters(memory: NodeMemory, now: Instant): Map<ExcuseCode, ExcuseMeter> | undefined {
  const used = Object.entries(memory.excused);
  if (used.length === 0) return undefined;
  return new Map(used.map(([code, ms]) => [code as ExcuseCode, createMeter(ms, now.monoMs)]));
}

/** What the journal should remember of a record, as it was booked. */
export function toMemory(record: NodeRecord, policyUid: string, now: Instant): NodeMemory {
  const wall = (mono: number): number => now.wallMs - (now.monoMs - mono);
  const lastInScope = record.inScopeNow ? now.monoMs : record.leftScopeMono;
  const lastEligible = record.eligibleSinceMono === undefined ? record.lastEligibleMono : now.monoMs;
  return {
    policyUid,
    nodeUid: record.uid,
    wallMs: now.wallMs,
    inScope: record.inScopeNow,
    eligible: record.eligibleSinceMono !== undefined,
    gone: record.standing === undefined,
    coveredOnce: record.coveredOnce,
    ...(lastInScope === undefined ? {} : { lastInScope: wall(lastInScope) }),
    ...(lastEligible === undefined ? {} : { lastEligible: wall(lastEligible) }),
    ...(record.drift === '' ? {} : { drift: record.drift }),
    ...(record.restarts.length === 0 ? {} : { restarts: record.restarts.map(wall) }),
    ...rememberJoin(record.joining, wall),
    excused: Object.fromEntries([...(record.meters ?? [])].map(([code, meter]) => [code, spentMs(meter, now.monoMs)])),
  };
}
