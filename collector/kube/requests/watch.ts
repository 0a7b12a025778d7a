/** Watches a resource: one long answer, one event after the other; with `since` undefined it begins with all objects. */
import type { RawChange, RawEvent } from '../decode/decoder.ts';
import { errorFromStatus, readField } from '../kube-error.ts';
import { receive } from './receive.ts';
import { makePath, type Source } from './source.ts';

/** What a watch reports, synchronously and in the server's order; what a handler throws ends the watch. */
export interface WatchHandlers<T> {
  /** The server accepted the watch. */
  opened(): void;
  changed(event: RawChange<T>): void;
  /** Nothing is missing up to `version`. `complete` marks the end of a streaming list. */
  bookmark(version: string, complete: boolean): void;
}

/** From where, how long, and how patiently to watch. */
export interface WatchTerms {
  /** The resourceVersion to resume from; undefined asks for a streaming list (KEP-3157). */
  readonly since: string | undefined;
  /** When the server shall end the watch, in seconds. */
  readonly timeoutSeconds: number;
  readonly silenceMs: () => number;
}

/** Resolves when the server ends the watch in good order; rejects with a KubeError, also for an ERROR event. */
export function readWatch<T>(source: Source<T>, terms: WatchTerms, handlers: WatchHandlers<T>): Promise<void> {
  const start =
    terms.since === undefined
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: terms.since };
  const { timeoutSeconds, silenceMs } = terms;
  const path = makePath(source.resource, { watch: true, allowWatchBookmarks: true, timeoutSeconds, ...start });
  const { decoder, resource } = source;
  return receive({ ...source, path, accept: decoder.accept, silenceMs }, (contentType) => {
    const reader = decoder.openWatch(contentType, (event) => dispatch(event, resource.path, handlers));
    handlers.opened();
    return reader;
  });
}

function dispatch<T>(event: RawEvent<T>, path: string, handlers: WatchHandlers<T>): void {
  switch (event.type) {
    case 'BOOKMARK':
      return handlers.bookmark(event.version, event.complete);
    case 'ERROR': {
      const code = readField(event.status, 'code');
      throw errorFromStatus(`GET ${path}`, { status: typeof code === 'number' ? code : 500, body: event.status });
    }
    default:
      return handlers.changed(event);
  }
}
