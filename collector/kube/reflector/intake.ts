/** Turns raw objects into the sink's calls: knows which objects are there, drops what is not new, finds what vanished. */
import type { RawChange, RawObject } from '../decode/decoder.ts';
import { KubeError } from '../kube-error.ts';
import { KnownVersions, type KnownObjects } from './known-objects.ts';
import type { Log } from '../ports.ts';
import type { WatchState } from './watch-state.ts';

/** A projected object. `uid` and `resourceVersion` are opaque. */
export interface Item<T> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly value: T;
}

/**
 * Where a reflector reports, synchronously. What it throws is counted, logged once for each distinct error and ends
 * nothing; an object whose upsert threw is offered again at the next list or change.
 */
export interface ReflectorSink<T> {
  /** A new object or a new state of one. An object made anew under an old name may come before the old one is removed. */
  upsert(item: Item<T>): void;
  /** The object is gone. It may be one that never went through `upsert`, because that threw. */
  remove(uid: string): void;
  /** A change of state. The first `live` is the moment of the first complete list, whose objects came before it. */
  state(state: WatchState): void;
}

/** What an intake is made of. */
export interface IntakeOptions<T> {
  readonly sink: ReflectorSink<T>;
  readonly log: Log;
  /** The resource, for log lines. */
  readonly watch: string;
}

// Distinct errors that are logged; a hostile object could make a new one each time.
const LOGGED_ERRORS = 100;

/** The objects of one reflector. Its memory is the known objects' uids and versions. */
export class Intake<T> {
  readonly #options: IntakeOptions<T>;
  readonly #known = new KnownVersions();
  readonly #logged = new Set<string>();
  #closed = false;
  /** Objects that went to the sink, and removals. */
  events = 0;
  /** Throws of the projection or the sink, and objects without uid or resourceVersion. */
  faults = 0;

  constructor(options: IntakeOptions<T>) {
    this.#options = options;
  }

  get known(): KnownObjects {
    return this.#known;
  }

  /** A list begins (anew). Nothing is removed before it is complete. */
  beginList(): void {
    this.#known.beginList();
  }

  /** The list is complete: what it did not have is gone. */
  completeList(): void {
    for (const uid of this.#known.endList()) this.#remove(uid);
  }

  /** A change of a watch; answers the object's resourceVersion, '' if it has none. */
  change({ type, object }: RawChange<T>): string {
    if (type !== 'DELETED') return this.take(object);
    if (!this.#isWhole(object)) return '';
    if (this.#known.has(object.uid)) this.#remove(object.uid);
    return object.version;
  }

  /** An object of a list, or new or changed in a watch; answers its resourceVersion, '' if it has none. */
  take(raw: RawObject<T>): string {
    if (!this.#isWhole(raw)) return '';
    const { uid, version } = raw;
    const known = this.#known;
    const standing = known.compare(uid, version);
    // A list is the truth even when its versions are lower, as after etcd was restored from a backup.
    if (standing === 'same' || (standing === 'past' && !known.listing)) {
      known.list(uid);
      return version;
    }
    const projected = this.#project(raw);
    const taken =
      projected !== undefined &&
      this.#guard(() => this.#options.sink.upsert({ uid, resourceVersion: version, ...projected }));
    if (taken) this.events++;
    known.set(uid, taken ? version : '');
    return version;
  }

  /** Passes a state on. */
  report(state: WatchState): void {
    this.#guard(() => this.#options.sink.state(state));
  }

  /** The sink is not called again. */
  close(): void {
    this.#closed = true;
  }

  // Runs a call into foreign code; answers whether it returned.
  #guard(call: () => void): boolean {
    if (this.#closed) return false;
    try {
      call();
      return true;
    } catch (thrown) {
      this.#fault(thrown);
      return false;
    }
  }

  // What is wrong with an object is its own affair; that its bytes are no message ends the reading, since nothing behind is to be relied on.
  #project(raw: RawObject<T>): { readonly value: T } | undefined {
    if (this.#closed) return undefined;
    try {
      return { value: raw.project() };
    } catch (thrown) {
      if (thrown instanceof KubeError && thrown.code === 'Malformed') throw thrown;
      this.#fault(thrown);
      return undefined;
    }
  }

  #isWhole({ uid, version }: RawObject<T>): boolean {
    if (uid !== '' && version !== '') return true;
    this.#fault(new Error('an object without metadata.uid or metadata.resourceVersion'));
    return false;
  }

  #remove(uid: string): void {
    this.#known.delete(uid);
    if (this.#guard(() => this.#options.sink.remove(uid))) this.events++;
  }

  #fault(thrown: unknown): void {
    this.faults++;
    const message = String(thrown);
    if (this.#logged.size >= LOGGED_ERRORS || this.#logged.has(message)) return;
    this.#logged.add(message);
    this.#options.log.warn(
      { watch: this.#options.watch, err: thrown },
      'an object was passed over; said once for each error',
    );
  }
}
