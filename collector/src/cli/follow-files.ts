/** Follows the policy files of a collector. */
import type { PolicyBook } from '../config/policy-book.ts';
import { watchPolicyFiles } from '../config/policy-files-watch.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import type { WindowBook } from '../config/window-book.ts';
import { sleep } from './system-clock.ts';

/** How often they are looked at. */
const INTERVAL_MS = 2_000;

/** Where what they hold goes. */
interface Books {
  readonly book: Pick<PolicyBook, 'files'>;
  readonly windows: Pick<WindowBook, 'files'>;
}

/** Follows them until the signal aborts; resolves once they were read for the first time, so that readiness means: with every policy. */
export function followFiles(config: ServeConfig, { book, windows }: Books, signal: AbortSignal): Promise<void> {
  const { policies: paths, cluster, collectorNamespace } = config;
  if (paths.length === 0) return Promise.resolve();
  return new Promise((readOnce) => {
    void watchPolicyFiles({
      paths,
      context: { cluster, collectorNamespace },
      intervalMs: INTERVAL_MS,
      sleep,
      signal,
      onChange: (change) => {
        // Windows first, so that no node counts before it is known to be excused.
        windows.files(change.windows);
        book.files(change.policies, change.rejected);
        readOnce();
      },
    });
  });
}
