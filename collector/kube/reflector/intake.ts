/** Turns raw objects into the sink's calls: knows which objects are there, drops what is not new, finds what vanished. */
import type { RawEvent } from '../decode/decoder.ts';
import { readField } from '../kube-error.ts';
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

/** What an intake is made of. `project` must copy what it keeps out of the raw object, which it owns; it may throw. */
export interface IntakeOptions<T> {
  readonly project: (raw: unknown) => T;
  readonly sink: ReflectorSink<T>;
  readonly log: Log;
  /** The resource, for log lines. */
  readonly watch: string;
}

// Distinct errors that are logged; a hostile object could make a new one each time.
const LOGGED_ERRORS = 100;

/** The objects of one reflector. Its memory is one Map from uid to resourceVersion, and a set of uids while a list is read. */
export class Intake<T> {
  readonly #options: IntakeOptions<T>;
  readonly #versions = new Map<string, string>();
  readonly #logged = new Set<string>();
  #listed: Set<string> | undefined;
  #closed = false;
  /** Objects that went to the sink, and removals. */
  events = 0;
  /** Throws of the projection or the sink, and objects without uid or resourceVersion. */
  faults = 0;

  constructor(options: IntakeOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#versions.size;
  }

  /** A list begins (anew). Nothing is removed before it is complete. */
  beginList(): void {
    this.#listed = new Set();
  }

  /** The list is complete: what it did not have is gone. */
  completeList(): void {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    for (const uid of this.#versions.keys()) if (!listed.has(uid)) this.#remove(uid);
  }

  /** A change of a watch; answers the object's resourceVersion. */
  change(event: RawEvent): string | undefined {
    if (event.type !== 'DELETED') return this.take(event.object);
    const metadata = readMetadata(event.object);
    if (metadata === undefined) this.#fault(new Error('a deleted object without uid or resourceVersion'));
    else if (this.#versions.has(metadata.uid)) this.#remove(metadata.uid);
    return metadata?.version;
  }

  /** An object of a list, or new or changed in a watch; answers its resourceVersion. */
  take(raw: unknown): string | undefined {
    const metadata = readMetadata(raw);
    if (metadata === undefined) {
      this.#fault(new Error('an object without metadata.uid or metadata.resourceVersion'));
      return undefined;
    }
    const { uid, version } = metadata;
    this.#listed?.add(uid);
    const known = this.#versions.get(uid);
    // A list is the truth even when its versions are lower, as after etcd was restored from a backup.
    if (known === version || (this.#listed === undefined && isOlder(version, known))) return version;
    const taken = this.#guard(() => {
      this.#options.sink.upsert({ uid, resourceVersion: version, value: this.#options.project(raw) });
    });
    if (taken) this.events++;
    this.#versions.set(uid, taken ? version : '');
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

  #remove(uid: string): void {
    this.#versions.delete(uid);
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

function readMetadata(raw: unknown): { readonly uid: string; readonly version: string } | undefined {
  const metadata = readField(raw, 'metadata');
  const uid = readField(metadata, 'uid');
  const version = readField(metadata, 'resourceVersion');
  if (typeof uid !== 'string' || uid === '' || typeof version !== 'string' || version === '') return undefined;
  return { uid, version };
}

// Comparable only as decimals (KEP-5504, documented since 1.35); any other pair is opaque and taken as new.
function isOlder(version: string, known: string | undefined): boolean {
  if (known === undefined || !DECIMAL.test(version) || !DECIMAL.test(known)) return false;
  return version.length === known.length ? version < known : version.length < known.length;
}

const DECIMAL = /^[1-9]\d*$/;
