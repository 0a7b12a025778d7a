/** Starts the embedded API server: a store, an HTTP port on it, and the switches that make it misbehave. */
import { createFaultState, setFrozen, type Refusals } from './http/faults.ts';
import { createListener } from './http/server.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

/** Settings; all have defaults. */
export type EmbeddedKubeOptions = StoreOptions & {
  /** Serves an existing store instead of a new one; then the store's own options do not apply. */
  readonly store?: Store;
  /** Port on 127.0.0.1; default: any free one. */
  readonly port?: number;
  /** Milliseconds between bookmarks of a watch; default 60,000, as the real server. */
  readonly bookmarkIntervalMs?: number;
  /** False answers as a server without streaming lists (422 to sendInitialEvents); default true. */
  readonly streamingList?: boolean;
  /** Changes that a slow watcher may lag behind before it is cut off; default 1,000. */
  readonly watchBacklogLimit?: number;
};

/** Ways to make the server misbehave; each takes effect at once. */
export type Faults = {
  /** Drops all history: every resourceVersion before now has expired. */
  compact(): void;
  /** Breaks every open watch; with `midObject` after the first half of an event. */
  cutWatches(options?: { readonly midObject?: boolean }): void;
  /** Closes the port and every connection. */
  stopListening(): Promise<void>;
  /** Listens on the same port again. */
  startListening(): Promise<void>;
  /** Refuses the next `times` requests (health checks aside) with 429 or 503; `retryAfter` in seconds. */
  failNext(refusals: Refusals): void;
  /** Holds bookmarks back while true. */
  pauseBookmarks(paused: boolean): void;
  /** Half-open: connections are accepted, requests and watches get nothing, until `thaw`. */
  freeze(): void;
  /** Ends a freeze: what waited is answered now. */
  thaw(): void;
};

/** A running embedded API server. */
export type EmbeddedKube = {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly store: Store;
  readonly faults: Faults;
  /** How many watches are open: tests show with it that a client has closed its own. */
  openWatches(): number;
  /** Stops listening and ends every connection. */
  stop(): Promise<void>;
};

/** Starts an embedded API server; it speaks plain HTTP, JSON only, and lets everyone do everything. */
export async function startEmbeddedKube(options: EmbeddedKubeOptions = {}): Promise<EmbeddedKube> {
  const store = options.store ?? createStore(options);
  const state = createFaultState();
  const listener = createListener({
    registry: store.registry,
    faults: state,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    backlogLimit: options.watchBacklogLimit ?? 1_000,
    streamingList: options.streamingList ?? true,
  });
  const port = await listener.listen(options.port ?? 0);
  const faults: Faults = {
    compact: () => store.registry.compact(),
    cutWatches: ({ midObject = false } = {}) => state.watches.forEach((watch) => watch.cut(midObject)),
    stopListening: () => listener.close(),
    async startListening() {
      await listener.listen(port);
    },
    failNext: (refusals) => void (state.refusals = refusals),
    pauseBookmarks: (paused) => void (state.bookmarksPaused = paused),
    freeze: () => setFrozen(state, true),
    thaw: () => setFrozen(state, false),
  };
  return {
    url: `http://127.0.0.1:${String(port)}`,
    store,
    faults,
    openWatches: () => state.watches.size,
    stop: () => listener.close(),
  };
}
