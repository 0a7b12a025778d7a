/** Keeps a sink equal to a resource of the API server: list, watch, resume, list again by difference, for as long as it runs. */
import { createBackoff, type Backoff } from './backoff.ts';
import type { Connection } from '../connection/connection.ts';
import type { Projection } from '../decode/projection.ts';
import { chooseEncoding, type Encoding } from './encoding.ts';
import { createFailureLog, type FailureLog } from './failure-log.ts';
import type { KnownObjects } from './known-objects.ts';
import { Intake, type ReflectorSink } from './intake.ts';
import { KubeError, toKubeError, type KubeErrorCode } from '../kube-error.ts';
import { readList } from '../requests/list.ts';
import { pause } from '../requests/pause.ts';
import type { Clock, Log, Timers } from '../ports.ts';
import type { Resource, Source } from '../requests/source.ts';
import { readWatch } from '../requests/watch.ts';
import { createListTrace, type ListTrace } from './list-trace.ts';
import { WatchStateKeeper, type WatchState } from './watch-state.ts';

/** What a reflector is made of. */
export interface ReflectorOptions<T> {
  readonly connection: Connection;
  readonly resource: Resource;
  /** What traces call it; the resource's path if absent. */
  readonly name?: string | undefined;
  readonly projection: Projection<T>;
  readonly sink: ReflectorSink<T>;
  /** True: a live watch whose kind the server has no more is stale at once, and not only after the time for which it may be cut. */
  readonly staleWhenAbsent?: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** Figures of one reflector since its start. */
export interface ReflectorStatus {
  readonly state: WatchState;
  /** Unix milliseconds of the first complete list, and of the last byte heard. */
  readonly syncedWallMs: number | undefined;
  readonly heardWallMs: number | undefined;
  readonly objects: number;
  /** Objects and removals that went to the sink; those that could not. */
  readonly events: number;
  readonly faults: number;
  /** Full lists begun, the first one included. */
  readonly lists: number;
  /** Watches opened after the first. */
  readonly reconnects: number;
  readonly bytes: number;
  readonly errors: Readonly<Partial<Record<KubeErrorCode, number>>>;
  /** How the last list was asked for. */
  readonly mode: 'streaming' | 'paged' | undefined;
}

/** A running reflector. */
export interface Reflector {
  /** Ends it; after the promise, and after this call if not made from inside the sink, the sink is not called again. */
  stop(): Promise<void>;
  status(): ReflectorStatus;
  /** What it knows at the moment, also after it was stopped. */
  readonly known: KnownObjects;
}

/** Starts at once; never fails: what goes wrong is state, figures and log lines. */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector {
  const loop = new ReflectorLoop(options);
  const done = loop.run();
  return {
    status: () => loop.status(),
    known: loop.known,
    stop() {
      loop.stop();
      return done;
    },
  };
}

// A streaming list that says nothing for so long was not understood: a server without it answers a plain watch.
const STREAM_SILENCE_MS = 20_000;
// The model: bookmarks are 60 to 120 s apart.
const WATCH_SILENCE_MS = 150_000;

// That a watch is opened anew proves nothing: a buffering proxy accepts it and says no more. Who has been told nothing for so long,
// in which a bookmark was due, lists instead of resuming; what is quiet is cheap to list.
const RESUMABLE_MS = 120_000;

// After these the same watch would fail again: too old a version, or an event that cannot be read; a kind that is absent comes back anew.
const RELIST: ReadonlySet<KubeErrorCode> = new Set(['Gone', 'Invalid', 'Malformed', 'NotFound']);

class ReflectorLoop<T> {
  readonly #options: ReflectorOptions<T>;
  readonly #encoding: Encoding<T>;
  readonly #intake: Intake<T>;
  readonly #state: WatchStateKeeper;
  readonly #backoff: Backoff;
  readonly #trace: ListTrace;
  readonly #figures = { lists: 0, opened: 0, bytes: 0 };
  readonly #failures: FailureLog;
  #syncedWallMs: number | undefined;
  #heardWallMs: number | undefined;
  #mode: ReflectorStatus['mode'];
  readonly #stop = new AbortController();
  #abort = new AbortController();
  // Everything up to here is known; undefined asks for a list.
  #version: string | undefined;
  // When the server last proved that it tells us what happens: by a complete list, an event or a bookmark.
  #toldMs = 0;
  // When the running watch was accepted, on the monotonic clock.
  #openedMs: number | undefined;
  // The server is known to send bookmarks in between, so that silence means something.
  #bookmarks = false;

  constructor(options: ReflectorOptions<T>) {
    const { sink, log, clock, timers, resource } = options;
    this.#options = options;
    this.#encoding = chooseEncoding(options);
    this.#intake = new Intake({ sink, log, watch: resource.path });
    const { staleWhenAbsent = false } = options;
    this.#state = new WatchStateKeeper({
      clock,
      timers,
      staleWhenAbsent,
      report: (state) => this.#intake.report(state),
    });
    this.#failures = createFailureLog(log, resource.path);
    this.#backoff = createBackoff(clock);
    this.#trace = createListTrace(options, () => ({ objects: this.#intake.known.size, bytes: this.#figures.bytes }));
  }

  get known(): KnownObjects {
    return this.#intake.known;
  }

  status(): ReflectorStatus {
    const { events, faults, known } = this.#intake;
    const { lists, opened, bytes } = this.#figures;
    return {
      state: this.#state.state,
      syncedWallMs: this.#syncedWallMs,
      heardWallMs: this.#heardWallMs,
      objects: known.size,
      events,
      faults,
      lists,
      reconnects: Math.max(0, opened - 1),
      bytes,
      errors: { ...this.#failures.counts },
      mode: this.#mode,
    };
  }

  stop(): void {
    this.#intake.close();
    this.#state.stop();
    this.#stop.abort();
    this.#abort.abort(new KubeError('Network', 'the reflector was stopped'));
  }

  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const pauseMs = await this.#attempt();
      if (pauseMs > 0) await pause(this.#options.timers, pauseMs, signal);
    }
    this.#trace.end('Stopped');
  }

  /** One list or one watch; answers how long to wait before the next. */
  async #attempt(): Promise<number> {
    this.#abort = new AbortController();
    this.#openedMs = undefined;
    if (this.#options.clock.monoMs() - this.#toldMs > RESUMABLE_MS) this.#version = undefined;
    try {
      if (this.#version !== undefined) await this.#watch(this.#version);
      else if (this.#options.connection.traits.streamingList) await this.#watch(undefined);
      else {
        await this.#list();
        return 0;
      }
      return this.#ended(undefined);
    } catch (thrown) {
      return this.#stop.signal.aborted ? 0 : this.#failed(toKubeError(thrown, `GET ${this.#options.resource.path}`));
    }
  }

  async #list(): Promise<void> {
    this.#beginList('paged');
    const version = await readList(this.#source(), (item) => this.#intake.take(item));
    this.#completeList(version);
  }

  async #watch(since: string | undefined): Promise<void> {
    if (since === undefined) this.#beginList('streaming');
    const timeoutSeconds = 300 + Math.floor(this.#options.clock.random() * 300);
    const silenceMs = () => (this.#version === undefined ? STREAM_SILENCE_MS : WATCH_SILENCE_MS);
    await readWatch(
      this.#source(),
      { since, timeoutSeconds, silenceMs },
      {
        opened: () => {
          this.#openedMs = this.#options.clock.monoMs();
          this.#figures.opened++;
          if (since !== undefined) this.#proved();
        },
        changed: (event) => this.#advance(this.#intake.change(event)),
        bookmark: (version, complete) => this.#bookmark(version, complete),
      },
    );
    if (this.#version === undefined)
      throw new KubeError('Unavailable', 'a streaming list ended before it was complete');
  }

  #bookmark(version: string, complete: boolean): void {
    if (this.#version !== undefined) {
      this.#bookmarks = true;
      this.#advance(version);
    } else if (complete) this.#completeList(version);
    else throw new KubeError('Invalid', 'sendInitialEvents was not understood');
  }

  // The objects of a list come in any order: only its end gives a version to resume from.
  #advance(version: string): void {
    if (this.#version === undefined || version === '') return;
    this.#version = version;
    this.#toldMs = this.#options.clock.monoMs();
  }

  #beginList(mode: 'streaming' | 'paged'): void {
    this.#mode = mode;
    this.#figures.lists++;
    this.#trace.begin(mode);
    this.#intake.beginList();
  }

  #completeList(version: string): void {
    this.#encoding.proved();
    this.#version = version;
    this.#toldMs = this.#options.clock.monoMs();
    this.#intake.completeList();
    this.#trace.end();
    this.#syncedWallMs ??= this.#options.clock.wallMs();
    this.#proved();
  }

  #proved(): void {
    this.#failures.forget();
    this.#state.proved();
  }

  #ended(error: KubeError | undefined): number {
    this.#state.disconnected(error);
    const nowMs = this.#options.clock.monoMs();
    return this.#backoff.next(error, nowMs - (this.#openedMs ?? nowMs));
  }

  #failed(error: KubeError): number {
    if (this.#encoding.isRefused(error)) {
      this.#trace.end(error.code);
      return 0;
    }
    const silent = this.#openedMs !== undefined && error.code === 'Timeout';
    return this.#version === undefined ? this.#listFailed(error, silent) : this.#watchFailed(error, silent);
  }

  #listFailed(error: KubeError, silent: boolean): number {
    this.#trace.end(error.code);
    if (this.#mode === 'streaming' && (silent || error.code === 'Invalid')) {
      const { connection, log, resource } = this.#options;
      log.info({ watch: resource.path, why: error.message }, 'the server has no streaming lists: listing in pages');
      connection.traits.streamingList = false;
      return 0;
    }
    this.#failures.add(error);
    return this.#ended(error);
  }

  #watchFailed(error: KubeError, silent: boolean): number {
    // A server that sends no bookmarks is silent by nature: asking again shows whether it is there.
    if (silent && !this.#bookmarks) return this.#ended(undefined);
    this.#failures.add(error);
    if (silent) this.#state.silent(error);
    if (silent || RELIST.has(error.code)) this.#version = undefined;
    return this.#ended(error);
  }

  #source(): Source<T> {
    const { connection, resource } = this.#options;
    const onBytes = (count: number): void => {
      this.#figures.bytes += count;
      this.#heardWallMs = this.#options.clock.wallMs();
    };
    return { connection, resource, decoder: this.#encoding.decoder, abort: this.#abort, onBytes };
  }
}
