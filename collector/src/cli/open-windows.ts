/** The maintenance windows of a collector: from the API and from files into the core. */
import { WATCH } from '@rollcall/contract';
import type { Logger } from 'pino';
import type { PolicyContext } from '../config/policy-document.ts';
import { createWindowBook, type WindowBook } from '../config/window-book.ts';
import type { PolicyListener } from '../watch/policy-watch.ts';
import type { LivePipeline } from './live-pipeline.ts';
import { refreshWindows } from './refresh-windows.ts';
import type { Machine } from './system-clock.ts';

/** Where windows come from, and what they are kept in. */
export interface OpenWindows extends Pick<PolicyListener, 'window' | 'windowGone'> {
  readonly windows: WindowBook;
  stop(): void;
}

/** What they are opened with. */
interface WindowsHost extends PolicyContext {
  readonly live: Pick<LivePipeline, 'emit' | 'now'>;
  readonly log: Logger;
  readonly machine: Machine;
}

/** Opens the book and keeps its times ahead of the clock. */
export function openWindows({ cluster, collectorNamespace, live, log, machine }: WindowsHost): OpenWindows {
  const windows = createWindowBook({
    cluster,
    collectorNamespace,
    nowMs: machine.clock.wallMs,
    sink: {
      planned: (uid, object) => {
        live.emit({ kind: 'maintenance', source: WATCH.windows, uid, object, ...live.now() });
        const name = object === undefined ? uid : `${object.namespace}/${object.name}`;
        log.info({ window: name }, object === undefined ? 'maintenance window gone' : 'maintenance window in force');
      },
      rejected: ({ namespace, name, message }) =>
        log.warn({ window: `${namespace}/${name}` }, `maintenance window rejected: ${message}`),
    },
  });
  const { stop } = refreshWindows(windows, machine);
  return {
    windows,
    window: ({ uid, document }) => windows.api(uid, document),
    windowGone: (uid) => windows.apiGone(uid),
    stop,
  };
}
