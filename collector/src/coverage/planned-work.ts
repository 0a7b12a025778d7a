/** What of a policy's nodes is explained by what was planned: maintenance windows, rollouts, upgrades. */
import type { Inventory } from '../inventory/index.ts';
import { readMaintenance, type MaintenanceReading } from './maintenance.ts';
import { readOrderly, type Orderly } from './orderly.ts';
import type { PolicyRoll } from './policy-roll.ts';

/** Of one policy. */
export interface PlannedWork {
  readonly maintenance: MaintenanceReading;
  readonly orderly: Orderly;
}

/** Reads it. */
export function readPlannedWork(inventory: Inventory, roll: PolicyRoll, nowMono: number): PlannedWork {
  return { maintenance: readMaintenance(inventory, roll, nowMono), orderly: readOrderly(inventory, roll, nowMono) };
}
