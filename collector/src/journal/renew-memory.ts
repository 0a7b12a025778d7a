/** Brings what was remembered of a node up to the end of the life that remembered it. */
import type { NodeMemory } from '@rollcall/contract';

/** A node that was in scope, or eligible, when it was last written down was so until `lastMs`, when its policy was last known. */
export function renewMemory(memory: NodeMemory, lastMs: number | undefined): NodeMemory {
  const { wallMs, gone, inScope, eligible } = memory;
  if (gone || lastMs === undefined || lastMs <= wallMs) return memory;
  return {
    ...memory,
    ...(inScope && { lastInScope: lastMs }),
    ...(eligible && { lastEligible: lastMs }),
  };
}
