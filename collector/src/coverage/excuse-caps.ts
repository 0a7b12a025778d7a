/** Holds excuses to their caps: meters what a record uses, and says when a cap runs out or comes back. */
import type { ExcuseCode } from '@rollcall/contract';
import {
  closeSpell,
  createMeter,
  isEmpty,
  METER_WINDOW_MS,
  openSpell,
  regainMono,
  usedMs,
  type ExcuseMeter,
} from './excuse-meter.ts';
import { findExcuse } from './excuses.ts';
import type { NodeRecord } from './record.ts';
import type { Excuse, Subject } from './subject.ts';

/** The excuse of a record now, if any, and when that may change by itself. */
export interface Capped {
  readonly excuse: Excuse | undefined;
  readonly lookAgainMono: number;
}

/** Finds the excuse that holds within its cap, and opens and closes the record's meters accordingly. */
export function excuseRecord(record: NodeRecord, subject: Subject): Capped {
  const { monoMs } = subject.now;
  const firstSight = record.standing === undefined;
  let regain = Infinity;
  const excuse = findExcuse(subject, (candidate) => {
    if (candidate.capMs === undefined) return true;
    const meter = record.meters?.get(candidate.code) ?? createMeter();
    if (firstSight && candidate.sinceMono !== undefined) {
      // Seen for the first time, an excuse is as old as its object says: a restart grants no cap anew.
      openSpell(meter, Math.max(candidate.sinceMono, monoMs - METER_WINDOW_MS));
      keepMeter(record, candidate.code, meter);
    }
    if (usedMs(meter, monoMs) < candidate.capMs) return true;
    closeSpell(meter, monoMs);
    regain = Math.min(regain, regainMono(meter, monoMs));
    return false;
  });
  meterOnly(record, excuse, monoMs);
  // A window that is not open yet opens by itself, whatever excuses the node until then.
  const planned = subject.planned.changesMono;
  if (excuse === undefined) return { excuse, lookAgainMono: Math.min(regain, planned) };
  const untilMono = Math.min(excuse.untilMono ?? Infinity, planned);
  return { excuse, lookAgainMono: Math.min(untilMono, capEnd(record, excuse, monoMs)) };
}

/** Ends every spell of a record that is not excused, or not in scope, any more. */
export function endExcuses(record: NodeRecord, monoMs: number): void {
  if (record.meters !== undefined) meterOnly(record, undefined, monoMs);
}

function meterOnly(record: NodeRecord, excuse: Excuse | undefined, monoMs: number): void {
  // Planned work is metered where a node's annotation asks for it, and not where a window does.
  const metered = excuse?.capMs === undefined ? undefined : excuse.code;
  if (record.meters !== undefined) closeOthers(record, record.meters, { metered, monoMs });
  if (metered === undefined) return;
  const meter = record.meters?.get(metered) ?? createMeter();
  keepMeter(record, metered, meter);
  openSpell(meter, monoMs);
}

interface Metered {
  readonly metered: ExcuseCode | undefined;
  readonly monoMs: number;
}

function closeOthers(
  record: NodeRecord,
  meters: ReadonlyMap<ExcuseCode, ExcuseMeter>,
  { metered, monoMs }: Metered,
): void {
  for (const [code, meter] of meters) if (code !== metered) closeSpell(meter, monoMs);
  // Every node joins once: kept for good, its meter would be a third of a kilobyte for each of them.
  if ([...meters.values()].every((meter) => isEmpty(meter, monoMs))) record.note({ meters: undefined });
}

function keepMeter(record: NodeRecord, code: ExcuseCode, meter: ExcuseMeter): void {
  if (record.meters === undefined) record.note({ meters: new Map([[code, meter]]) });
  else record.meters.set(code, meter);
}

function capEnd(record: NodeRecord, excuse: Excuse, monoMs: number): number {
  const meter = record.meters?.get(excuse.code);
  if (excuse.capMs === undefined || meter === undefined) return Infinity;
  return monoMs + excuse.capMs - usedMs(meter, monoMs);
}
