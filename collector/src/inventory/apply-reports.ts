/** Applies what backends say of the telemetry of nodes: by source and node, the newest word counts. */
import { telemetrySource, type ReportsEvent, type TelemetryOrigin, type TelemetryReport } from '@rollcall/contract';
import type { Inventory } from './inventory.ts';
import type { TelemetryEntry } from './telemetry-entry.ts';
import { NOTHING, type Touched } from './touched.ts';

/** What a source that is live says of a node; undefined before it says anything. */
export function telemetryAt(
  { reports, watches }: Inventory,
  policyUid: string,
  { origin, node }: { readonly origin: TelemetryOrigin; readonly node: string },
): TelemetryEntry | undefined {
  // Nearly no policy has any: then it costs a comparison.
  if (reports.size === 0) return undefined;
  const source = telemetrySource(policyUid, origin);
  return watches.get(source) === 'live' ? reports.get(source)?.get(node) : undefined;
}

/** Applies reports in place. Those of nodes that are not known touch nothing. */
export function applyReports(inventory: Inventory, { source, reports }: ReportsEvent): Touched {
  const known = reports.filter(({ node }) => inventory.nodes.has(node));
  if (known.length === 0) return NOTHING;
  let byNode = inventory.reports.get(source);
  if (byNode === undefined) inventory.reports.set(source, (byNode = new Map()));
  for (const report of known) byNode.set(report.node, nextEntry(byNode.get(report.node), report));
  return { kind: 'reports', source, reports: known };
}

function nextEntry(before: TelemetryEntry | undefined, { lagMs, sent, dropped }: TelemetryReport): TelemetryEntry {
  return {
    lagMs: lagMs ?? before?.lagMs,
    sent: (before?.sent ?? 0) + (sent ?? 0),
    dropped: (before?.dropped ?? 0) + (dropped ?? 0),
  };
}

/** Forgets what was said of a node that is gone. */
export function forgetReports({ reports }: Inventory, node: string): void {
  for (const byNode of reports.values()) byNode.delete(node);
}
