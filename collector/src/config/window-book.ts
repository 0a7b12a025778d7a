/** Keeps every maintenance window that was offered, and tells the times at which they are open, again and again. */
import { isDeepStrictEqual } from 'node:util';
import { formatFault, type MaintenanceObject, type PolicyFault } from '@rollcall/contract';
import type { PolicyContext } from './policy-document.ts';
import { readHeading } from './policy-heading.ts';
import { resolveWindow, type PlannedWindow } from './window-document.ts';

/** A window that is not in force as it stands, and why. */
export interface RejectedWindow {
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
}

/** Who hears of windows; called synchronously. */
export interface WindowBookSink {
  /** A window as it now is; undefined when it is gone. */
  planned(uid: string, window: MaintenanceObject | undefined): void;
  rejected(window: RejectedWindow): void;
}

/** What the book works with. */
export interface WindowBookOptions extends PolicyContext {
  readonly sink: WindowBookSink;
  /** Wall-clock milliseconds. */
  readonly nowMs: () => number;
}

/** The book. */
export interface WindowBook {
  api(uid: string, document: unknown): void;
  apiGone(uid: string): void;
  /** The valid ones of all files; a window of the API with the same name comes beside them. */
  files(windows: readonly PlannedWindow[]): void;
  /** Tells every window anew: call it at least once a day, and after a step of the clock. */
  refresh(): void;
  rejected(): readonly RejectedWindow[];
}

/** An empty book. A window that becomes invalid stays in force as it was. */
export function createWindowBook(options: WindowBookOptions): WindowBook {
  const { sink, nowMs } = options;
  const windows = new Map<string, PlannedWindow>();
  const rejections = new Map<string, RejectedWindow>();
  let ofFiles: readonly PlannedWindow[] = [];
  const tell = (window: PlannedWindow): void => sink.planned(window.uid, toObject(window, nowMs()));
  const drop = (uid: string): void => {
    if (windows.delete(uid)) sink.planned(uid, undefined);
  };
  const keep = (window: PlannedWindow): void => {
    windows.set(window.uid, window);
    tell(window);
  };
  return {
    api: (uid, document) => {
      const resolved = resolveWindow(document, options, uid);
      const before = rejections.get(uid);
      rejections.delete(uid);
      if (resolved.ok) return keep(resolved.window);
      const rejection = reject(document, resolved.faults, windows.has(uid));
      rejections.set(uid, rejection);
      if (!isDeepStrictEqual(before, rejection)) sink.rejected(rejection);
    },
    apiGone: (uid) => {
      rejections.delete(uid);
      drop(uid);
    },
    files: (given) => {
      const uids = new Set(given.map(({ uid }) => uid));
      for (const { uid } of ofFiles) if (!uids.has(uid)) drop(uid);
      ofFiles = given;
      for (const window of given) keep(window);
    },
    refresh: () => {
      for (const window of windows.values()) tell(window);
    },
    rejected: () => [...rejections.values()],
  };
}

function reject(document: unknown, faults: readonly PolicyFault[], kept: boolean): RejectedWindow {
  const { namespace, name } = readHeading(document);
  const end = kept ? '; the version before it stays in force' : '';
  return { namespace, name, message: faults.map(formatFault).join('; ') + end };
}

function toObject({ spellsAt, schedule: _written, ...window }: PlannedWindow, nowMs: number): MaintenanceObject {
  return { ...window, spells: spellsAt(nowMs) };
}
