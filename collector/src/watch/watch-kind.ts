/** One watch of one kind of object: a reflector whose changes leave as cluster events. */
import type { ClusterEvent } from '@rollcall/contract';
import {
  startReflector,
  type Clock,
  type Connection,
  type Item,
  type Log,
  type Reflector,
  type Timers,
  type WatchState,
  type Wire,
} from '@rollcall/kube';
import type { Interner } from './read-field.ts';

/** The two times of an event. */
export interface Stamp {
  readonly wallMs: number;
  readonly monoMs: number;
}

/** What every watch works with. `emit` is synchronous. */
export interface WatchHost {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly intern: Interner;
  emit(event: ClusterEvent): void;
}

/** What is watched, and what to do with it: an item's `value` is what `project` made of the object. */
export interface WatchedResource<T> {
  readonly id: string;
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** True where a kind that the server has no more is unknown at once, and not after the time for which a watch may be cut. */
  readonly staleWhenAbsent?: boolean;
  /** Names of lists that `project` does not look into, in the server's order; they are not even parsed. */
  readonly unread?: readonly string[];
  project(raw: unknown): T;
  /** The same from protobuf; a resource without it comes in JSON. */
  readonly projectWire?: (wire: Wire, uid: string) => T;
  upsert(item: Item<T>, stamp: Stamp): void;
  remove(uid: string, stamp: Stamp): void;
  state(state: WatchState, stamp: Stamp): void;
}

/** A started watch. */
export interface KindWatch {
  readonly id: string;
  readonly reflector: Pick<Reflector, 'status' | 'stop'>;
}

/** A started watch that may be given up while others go on. */
export interface RetiringWatch {
  readonly watch: KindWatch;
  /** Ends it, and tells that it and what it showed are gone. */
  retire(): void;
}

/** The present moment as integer milliseconds on both clocks. */
export function stampNow(clock: Clock): Stamp {
  return { wallMs: Math.floor(clock.wallMs()), monoMs: Math.floor(clock.monoMs()) };
}

/** Starts a watch; it goes on until its reflector is stopped. */
export function watchKind<T extends { readonly uid: string }>(
  host: Omit<WatchHost, 'intern' | 'emit'>,
  resource: WatchedResource<T>,
): KindWatch & { readonly reflector: Reflector } {
  const { connection, clock, timers, log } = host;
  const { id, path, labelSelector, fieldSelector } = resource;
  const reflector = startReflector<T>({
    connection,
    clock,
    timers,
    log,
    projection: {
      fromJson: (raw) => resource.project(raw),
      unread: resource.unread,
      fromProtobuf: resource.projectWire,
    },
    name: id,
    resource: {
      path,
      ...(labelSelector === undefined || labelSelector === '' ? {} : { labelSelector }),
      fieldSelector,
    },
    staleWhenAbsent: resource.staleWhenAbsent ?? false,
    sink: {
      upsert: (item) => resource.upsert(item, stampNow(clock)),
      remove: (uid) => resource.remove(uid, stampNow(clock)),
      state: (state) => resource.state(state, stampNow(clock)),
    },
  });
  return { id, reflector };
}
