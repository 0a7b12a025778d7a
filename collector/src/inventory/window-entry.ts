/** Maintenance windows, with their times on the monotonic clock. */
import type { MaintenanceObject } from '@rollcall/contract';

/** A span of monotonic time, its end not in it. */
export type Spell = readonly [startMono: number, endMono: number];

/** A window. `aheadMs` is by how much the wall clock was ahead of the monotonic one when it was told. */
export interface WindowEntry {
  readonly object: MaintenanceObject;
  readonly aheadMs: number;
  readonly spells: readonly Spell[];
}
