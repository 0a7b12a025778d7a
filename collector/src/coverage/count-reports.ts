/** Counts what backends report of a policy's nodes: by pool, since a report of some hundred nodes is one thing to count for each. */
import type { TallyName, TelemetryOrigin, TelemetryReport } from '@rollcall/contract';
import type { PolicyRoll } from './policy-roll.ts';
import { poolOf } from './policy-roll.ts';
import type { Context } from './roll-context.ts';
import type { Instant } from './subject.ts';

type Counted = 'sent' | 'dropped' | 'errors' | 'good' | 'valid';

/** Where each is counted; the label is the component that it is of. */
const COUNTS: readonly (readonly [name: Counted, of: TallyName, isLabelled: boolean])[] = [
  ['sent', 'telemetrySent', true],
  ['dropped', 'telemetryDropped', true],
  ['errors', 'agentErrors', true],
  ['good', 'customGood', false],
  ['valid', 'customValid', false],
];

/** The component whose telemetry it is: queries speak of the daemon as a whole. */
const COMPONENTS: Readonly<Record<TelemetryOrigin, string>> = { queries: 'daemon', canary: 'canary' };

/** Counts the reports of nodes that are on the roll. */
export function countReports(
  { inventory, sink }: Pick<Context, 'inventory' | 'sink'>,
  roll: PolicyRoll,
  {
    origin,
    reports,
    now,
  }: { readonly origin: TelemetryOrigin; readonly reports: readonly TelemetryReport[]; readonly now: Instant },
): void {
  const { policy, pools, records } = roll;
  const { monoMs } = now;
  const sums = new Map<string, Partial<Record<Counted, number>>>();
  for (const report of reports) {
    const node = inventory.nodes.get(report.node);
    if (node === undefined || !records.has(report.node)) continue;
    const { lagMs } = report;
    if (lagMs !== undefined) sink.tallied({ policy, pool: '', of: 'ingestionLag', label: '', ms: lagMs, monoMs });
    const pool = pools.nameOf(poolOf(policy, node.object));
    let sum = sums.get(pool);
    if (sum === undefined) sums.set(pool, (sum = {}));
    for (const [name] of COUNTS) sum[name] = (sum[name] ?? 0) + (report[name] ?? 0);
  }
  for (const [pool, sum] of sums) {
    for (const [name, of, isLabelled] of COUNTS) {
      const by = sum[name] ?? 0;
      if (by > 0) sink.tallied({ policy, pool, of, label: isLabelled ? COMPONENTS[origin] : '', by, monoMs });
    }
  }
}
