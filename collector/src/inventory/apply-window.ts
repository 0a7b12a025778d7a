/** Maintenance windows as events tell them. */
import type { MaintenanceObject, ObjectEvent } from '@rollcall/contract';
import { isSame } from './is-same.ts';
import { NOTHING, type Touched } from './touched.ts';
import type { Spell, WindowEntry } from './window-entry.ts';

/** So far the two clocks may drift apart before a window that is told again is another one. */
const DRIFT_MS = 1_000;

/** Applies a window as it now is. One that is told again by the same clocks touches nothing. */
export function applyWindow(
  windows: Map<string, WindowEntry>,
  event: ObjectEvent<'maintenance', MaintenanceObject>,
): Touched {
  const { uid, object, wallMs, monoMs } = event;
  const known = windows.get(uid);
  if (object === undefined) {
    if (!windows.delete(uid) || known === undefined) return NOTHING;
    return { kind: 'maintenance', windows: [known.object] };
  }
  const aheadMs = wallMs - monoMs;
  if (known !== undefined && Math.abs(known.aheadMs - aheadMs) < DRIFT_MS && isSame(known.object, object))
    return NOTHING;
  const spells = object.spells.map(({ startsAt, endsAt }): Spell => [startsAt - aheadMs, endsAt - aheadMs]);
  windows.set(uid, { object, aheadMs, spells });
  return { kind: 'maintenance', windows: known === undefined ? [object] : [known.object, object] };
}
