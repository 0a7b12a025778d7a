/** Watches a resource: one long answer, one event after the other; with `since` undefined it begins with all objects. */
import type { RawEvent } from '../decode/decoder.ts';
import { errorFromStatus, KubeError, readField } from '../kube-error.ts';
import { receive } from './receive.ts';
import { makePath, type Source } from './source.ts';

/** What a watch reports, synchronously and in the server's order; what a handler throws ends the watch. */
export interface WatchHandlers {
  /** The server accepted the watch. */
  opened(): void;
  /** ADDED, MODIFIED or DELETED. */
  changed(event: RawEvent): void;
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

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Resolves when the server ends the watch in good order; rejects with a KubeError, also for an ERROR event. */
export function readWatch(source: Source, terms: WatchTerms, handlers: WatchHandlers): Promise<void> {
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

function dispatch(event: RawEvent, path: string, handlers: WatchHandlers): void {
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return handlers.changed(event);
    case 'BOOKMARK': {
      const metadata = readField(event.object, 'metadata');
      const version = readField(metadata, 'resourceVersion');
      if (typeof version !== 'string') throw new KubeError('Malformed', 'a bookmark without resourceVersion');
      return handlers.bookmark(version, readField(readField(metadata, 'annotations'), INITIAL_EVENTS_END) === 'true');
    }
    case 'ERROR': {
      const code = readField(event.object, 'code');
      throw errorFromStatus(`GET ${path}`, { status: typeof code === 'number' ? code : 500, body: event.object });
    }
    default:
      throw new KubeError('Malformed', `a watch event of type ${JSON.stringify(event.type.slice(0, 40))}`);
  }
}
