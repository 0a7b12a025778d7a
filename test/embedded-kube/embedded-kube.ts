/** Starts the embedded API server: a store, an HTTP port on it, and the switches that make it misbehave. */
import type { Duplex } from 'node:stream';
import { createFaultState, setFrozen, setMuted, type Refusals } from './http/faults.ts';
import { createListener } from './http/server.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

/** Settings; all have defaults. */
export type EmbeddedKubeOptions = StoreOptions & {
  /** Serves an existing store instead of a new one; then the store's own options do not apply. */
  readonly store?: Store;
  /** Port on 127.0.0.1; default: any free one; `none`: connections come by `accept` alone. */
  readonly port?: number | 'none';
  /** Milliseconds between bookmarks of a watch; default 60,000, as the real server. */
  readonly bookmarkIntervalMs?: number;
  /** False answers as a server without streaming lists (422 to sendInitialEvents); default true. */
  readonly streamingList?: boolean;
  /** Changes that a slow watcher may lag behind before it is cut off; default 1,000. */
  readonly watchBacklogLimit?: number;
  /** Runs something after so many milliseconds unless it is cancelled; default: the machine's timers. */
  readonly after?: (ms: number, run: () => void) => () => void;
};

/** Ways to make the server misbehave; each takes effect at once. */
export type Faults = {
  /** Drops all history: every resourceVersion before now has expired. */
  compact(): void;
  /** Breaks every open watch; with `midObject` inside an event, behind the part `at` of it (default: the first half). */
  cutWatches(options?: { readonly midObject?: boolean; readonly at?: number }): void;
  /** Closes the port and every connection. */
  stopListening(): Promise<void>;
  /** Listens on the same port again. */
  startListening(): Promise<void>;
  /** Answers the next `times` requests (health checks aside) wrongly; see `Refusals`. */
  failNext(refusals: Refusals): void;
  /** Holds bookmarks back while true. */
  pauseBookmarks(paused: boolean): void;
  /** Holds everything back that watches have to say while true: what it takes to be mute but for its headers. */
  muteWatches(muted: boolean): void;
  /** Sends each event of a watch twice while true. */
  repeatEvents(repeated: boolean): void;
  /** Answers as a server that speaks no protobuf while true; open watches go on in theirs. */
  speakJsonOnly(jsonOnly: boolean): void;
  /** Answers 406 to whoever would take protobuf while true, as a gateway that does not let it through. */
  refuseProtobuf(refused: boolean): void;
  /** Half-open: connections are accepted, requests and watches get nothing, until `thaw`. */
  freeze(): void;
  /** Ends a freeze: what waited is answered now. */
  thaw(): void;
};

/** A running embedded API server. */
export type EmbeddedKube = {
  /** `http://127.0.0.1:PORT`; port 0 without one. */
  readonly url: string;
  /** Serves a connection that did not come through the port. */
  accept(connection: Duplex): void;
  readonly store: Store;
  readonly faults: Faults;
  /** How many watches are open: tests show with it that a client has closed its own. */
  openWatches(): number;
  /** Stops listening and ends every connection. */
  stop(): Promise<void>;
};

/** Starts an embedded API server; it speaks plain HTTP, JSON and for built-in kinds protobuf, and lets everyone do everything. */
export async function startEmbeddedKube(options: EmbeddedKubeOptions = {}): Promise<EmbeddedKube> {
  const store = options.store ?? createStore(options);
  const state = createFaultState();
  const listener = createListener({
    registry: store.registry,
    faults: state,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    backlogLimit: options.watchBacklogLimit ?? 1_000,
    streamingList: options.streamingList ?? true,
    after: options.after ?? afterReally,
  });
  const port = options.port === 'none' ? 0 : await listener.listen(options.port ?? 0);
  const faults: Faults = {
    compact: () => store.registry.compact(),
    cutWatches: ({ midObject = false, at = 0.5 } = {}) =>
      state.watches.forEach((watch) => watch.cut(midObject ? at : undefined)),
    stopListening: () => listener.close(),
    async startListening() {
      await listener.listen(port);
    },
    failNext: (refusals) => void (state.refusals = refusals),
    pauseBookmarks: (paused) => void (state.bookmarksPaused = paused),
    muteWatches: (muted) => setMuted(state, muted),
    speakJsonOnly: (jsonOnly) => void (state.jsonOnly = jsonOnly),
    refuseProtobuf: (refused) => void (state.protobufRefused = refused),
    repeatEvents: (repeated) => void (state.eventsRepeated = repeated),
    freeze: () => setFrozen(state, true),
    thaw: () => setFrozen(state, false),
  };
  return {
    url: `http://127.0.0.1:${String(port)}`,
    store,
    accept: (connection) => listener.accept(connection),
    faults,
    openWatches: () => state.watches.size,
    stop: () => listener.close(),
  };
}

function afterReally(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
