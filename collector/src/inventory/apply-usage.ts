/** Applies what the metrics API says that daemons use: by policy and node, the newest sample counts. */
import { usageSource, type UsageEvent, type UsageSample } from '@rollcall/contract';
import { dateFirstSight, type Arrival } from './dating.ts';
import type { Inventory } from './inventory.ts';
import { NOTHING, type Touched } from './touched.ts';
import type { UsageEntry } from './usage-entry.ts';

/** The newest sample of a node's daemon, however old; undefined before the first. */
export function usageAt({ usage }: Inventory, policyUid: string, node: string): UsageEntry | undefined {
  // Nearly no policy asks: then it costs a comparison.
  return usage.size === 0 ? undefined : usage.get(usageSource(policyUid))?.get(node);
}

/** Applies samples in place. Those of nodes that are not known, and those that are only told again, touch nothing. */
export function applyUsage(inventory: Inventory, { source, samples, ...at }: UsageEvent): Touched {
  let byNode = inventory.usage.get(source);
  const nodes: string[] = [];
  for (const sample of samples) {
    if (!inventory.nodes.has(sample.node)) continue;
    const known = byNode?.get(sample.node);
    if (known !== undefined && isSameSample(known, sample)) continue;
    if (byNode === undefined) inventory.usage.set(source, (byNode = new Map()));
    byNode.set(sample.node, nextEntry(known, sample, at));
    nodes.push(sample.node);
  }
  return nodes.length === 0 ? NOTHING : { kind: 'usage', source, nodes };
}

/** A sample without a time of its own is a new one each time. */
function isSameSample({ podUid, sampledAt }: UsageEntry, sample: UsageSample): boolean {
  return sampledAt !== undefined && sampledAt === sample.sampledAt && podUid === sample.podUid;
}

function nextEntry(known: UsageEntry | undefined, sample: UsageSample, at: Arrival): UsageEntry {
  const { podUid, sampledAt, cpuCores, memoryBytes } = sample;
  // Of a time that changes under our eyes only the change counts, so that no clock makes a sample old, or fresh for ever.
  const atMono = known?.podUid === podUid ? at.monoMs : dateFirstSight(at, sampledAt);
  return { podUid, sampledAt, atMono, cpuCores, memoryBytes };
}

/** Forgets what was measured on a node that is gone. */
export function forgetUsage({ usage }: Inventory, node: string): void {
  for (const byNode of usage.values()) byNode.delete(node);
}
