/** Looks at all nodes of a DaemonSet again and again, so that no state of theirs that lasts goes unseen. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeAnswer } from '@rollcall/contract';
import type { Collector } from './rollcall.ts';

/** What was seen from begin to end. */
interface Report {
  readonly looks: number;
  /** Every node that was ever seen in another state than covered, once for each state and reason: `node state reason`. */
  readonly sights: ReadonlySet<string>;
}

/** A vigil that is being kept. */
interface Vigil {
  /** Ends it; throws if a question was not answered. */
  readonly end: () => Promise<Report>;
}

/** Begins to look, each time as soon as `everyMs` have passed since the answer before. */
export function keepVigil(collector: Collector, daemonset: string, everyMs = 50): Vigil {
  let ended = false;
  let looks = 0;
  const sights = new Set<string>();
  const watch = async (): Promise<void> => {
    for (; !ended; looks++) {
      for (const node of await collector.nodes(daemonset)) if (node.state !== 'covered') sights.add(describe(node));
      await delay(everyMs);
    }
  };
  const watched = watch();
  // A fault is told by `end`; until then nobody awaits it.
  watched.catch(() => undefined);
  return {
    end: async () => {
      ended = true;
      await watched;
      return { looks, sights };
    },
  };
}

function describe({ node, state, reason }: NodeAnswer): string {
  return `${node} ${state} ${reason ?? ''}`.trim();
}
