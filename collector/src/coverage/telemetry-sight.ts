/** What backends say of one node's telemetry, for a policy that asks them: by its queries, and by the canary of the node. */
import type { Policy, TelemetryOrigin } from '@rollcall/contract';
import { telemetryAt, type Inventory, type TelemetryEntry } from '../inventory/index.ts';
import { sayDuration } from './say-duration.ts';

/** What one of them says, as long as its backend answers. */
export interface TelemetryWord extends TelemetryEntry {
  readonly origin: TelemetryOrigin;
}

const NONE: readonly TelemetryWord[] = Object.freeze([]);

/** Those that the policy asks. */
export function originsOf({ telemetry }: Policy): readonly TelemetryOrigin[] {
  if (telemetry === undefined) return [];
  const { queries, canary } = telemetry;
  return [
    ...(queries === undefined ? [] : (['queries'] as const)),
    ...(canary === undefined ? [] : (['canary'] as const)),
  ];
}

/** Looks; empty where the policy asks none, or none of them knows the node. */
export function sightTelemetry(inventory: Inventory, policy: Policy, node: string): readonly TelemetryWord[] {
  if (policy.telemetry === undefined) return NONE;
  return originsOf(policy).flatMap((origin) => {
    const entry = telemetryAt(inventory, policy.uid, { origin, node });
    return entry === undefined ? [] : [{ origin, ...entry }];
  });
}

/** What it says in words. */
export function describeWord({ origin, lagMs, sent, dropped }: TelemetryWord): string {
  const lag = lagMs === undefined ? 'no lag is known' : `the newest record is at least ${sayDuration(lagMs)} late`;
  if (origin === 'queries')
    return lagMs === undefined
      ? `by the queries, ${lag}`
      : `by the queries, the newest record is ${sayDuration(lagMs)} old`;
  const all = sent + dropped;
  return `by the canary, ${lag}${all === 0 ? '' : `, and ${dropped} of ${all} were lost`}`;
}
