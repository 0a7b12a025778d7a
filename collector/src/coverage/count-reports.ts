/** Counts what backends report of a policy's nodes: by pool, since a report of some hundred nodes is one thing to count for each. */
import type { TallyName, TelemetryOrigin, TelemetryReport } from '@rollcall/contract';
import { poolOf, type PolicyRoll } from './policy-roll.ts';
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

type Sums = Partial<Record<Counted, number>>;

interface Told {
  readonly origin: TelemetryOrigin;
  readonly reports: readonly TelemetryReport[];
  readonly now: Instant;
}

type Books = Pick<Context, 'inventory' | 'sink'>;

/** Counts the reports of nodes that are on the roll. */
export function countReports(books: Books, roll: PolicyRoll, told: Told): void {
  const { policy } = roll;
  const { monoMs } = told.now;
  for (const [pool, sum] of sumByPool(books, roll, told)) {
    for (const [name, of, isLabelled] of COUNTS) {
      const by = sum[name] ?? 0;
      const label = isLabelled ? COMPONENTS[told.origin] : '';
      if (by > 0) books.sink.tallied({ policy, pool, of, label, by, monoMs });
    }
  }
}

function sumByPool({ inventory, sink }: Books, roll: PolicyRoll, { reports, now }: Told): ReadonlyMap<string, Sums> {
  const { policy, pools, records } = roll;
  const sums = new Map<string, Sums>();
  for (const report of reports) {
    const node = records.has(report.node) ? inventory.nodes.get(report.node) : undefined;
    if (node === undefined) continue;
    const { lagMs: ms } = report;
    if (ms !== undefined) sink.tallied({ policy, pool: '', of: 'ingestionLag', label: '', ms, monoMs: now.monoMs });
    const pool = pools.nameOf(poolOf(policy, node.object));
    const sum = sums.get(pool) ?? {};
    sums.set(pool, sum);
    for (const [name] of COUNTS) sum[name] = (sum[name] ?? 0) + (report[name] ?? 0);
  }
  return sums;
}
