/**
 * Holds removals back for a moment: when a CustomResourceDefinition is deleted, the API server first tells of each object that it is
 * deleted, and only then that it knows no such kind. Until then nobody can tell the end of a kind from the end of its objects.
 */
import type { Clock, Timers } from '@rollcall/kube';

/** What holds removals back. */
export interface RemovalHold {
  /** The object was removed. */
  add(uid: string): void;
  /** The object is there after all, as after a restored backup. */
  cancel(uid: string): void;
  /** Tells what is held, now: objects of the kind are made or were listed, so it is there, and they are not. */
  release(): void;
  /** Ends it; what is held is never told. */
  stop(): void;
}

/** Who is told. `isQuiet` is asked before a removal counts: false while the watch is cut, since what cut it may be the end of the kind. */
export interface RemovalHost {
  readonly clock: Clock;
  readonly timers: Timers;
  isQuiet(): boolean;
  remove(uid: string): void;
}

// The API server's finalizer of definitions looks every 5 s whether all objects are gone before it ends the kind (apiextensions-apiserver,
// pkg/controller/finalizer).
const HOLD_MS = 10_000;
const LOOK_MS = 1_000;

/** Nothing is held yet. A removal counts after 10 s in which the watch went on. */
export function holdRemovals({ clock, timers, isQuiet, remove }: RemovalHost): RemovalHold {
  const dueByUid = new Map<string, number>();
  let cancel: (() => void) | undefined;
  const look = (): void => {
    cancel = undefined;
    if (isQuiet()) for (const [uid, due] of dueByUid) if (due <= clock.monoMs()) tell(uid);
    if (dueByUid.size > 0) cancel = timers.after(LOOK_MS, look);
  };
  const tell = (uid: string): void => {
    dueByUid.delete(uid);
    remove(uid);
  };
  return {
    add: (uid) => {
      dueByUid.set(uid, clock.monoMs() + HOLD_MS);
      cancel ??= timers.after(LOOK_MS, look);
    },
    cancel: (uid) => void dueByUid.delete(uid),
    release: () => {
      for (const uid of dueByUid.keys()) tell(uid);
    },
    stop: () => {
      cancel?.();
      dueByUid.clear();
    },
  };
}
