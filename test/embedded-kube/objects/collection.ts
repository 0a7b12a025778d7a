/** The objects of one resource, now and as far back as its log reaches. */
import { createChangeLog, type Change, type ChangeLog } from './change-log.ts';
import type { KubeObject } from './kube-object.ts';
import { storedVersion, type StoredVersion } from './stored-version.ts';

/** The objects of one resource. Changed only by the registry, which alone gives out revisions. */
export type Collection = {
  readonly log: ChangeLog;
  get(key: string): StoredVersion | undefined;
  /** All versions in key order, now. */
  all(): readonly StoredVersion[];
  /** All versions in key order as they were at a revision; undefined when the log no longer reaches back to it. */
  at(revision: number): readonly StoredVersion[] | undefined;
  put(object: KubeObject, revision: number): StoredVersion;
  remove(key: string, revision: number): void;
  /** Calls back after every change until the returned function is called. */
  onChange(listener: () => void): () => void;
};

/** An empty collection whose history begins at `floor` and keeps at most `limit` changes. */
export function createCollection(options: { readonly floor: number; readonly limit: number }): Collection {
  const versions = new Map<string, StoredVersion>();
  const listeners = new Set<() => void>();
  const log = createChangeLog(options);
  let sorted: readonly StoredVersion[] | undefined;
  const all = (): readonly StoredVersion[] => (sorted ??= inOrder(versions));
  const append = (change: Pick<Change, 'revision' | 'before' | 'after'>): void => {
    sorted = undefined;
    log.append(change);
    for (const listener of listeners) listener();
  };
  return {
    log,
    get: (key) => versions.get(key),
    all,
    at(revision) {
      if (revision < log.floor()) return undefined;
      const undone = log.since(revision);
      return undone.length === 0 ? all() : inOrder(rollBack(versions, undone));
    },
    put(object, revision) {
      const after = storedVersion(object);
      const before = versions.get(after.key);
      versions.set(after.key, after);
      append({ revision, before, after });
      return after;
    },
    remove(key, revision) {
      const before = versions.get(key);
      if (versions.delete(key)) append({ revision, before, after: undefined });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function rollBack(now: ReadonlyMap<string, StoredVersion>, undone: readonly Change[]): Map<string, StoredVersion> {
  const then = new Map(now);
  for (const { before, after } of undone.toReversed()) {
    if (before !== undefined) then.set(before.key, before);
    else if (after !== undefined) then.delete(after.key);
  }
  return then;
}

function inOrder(versions: ReadonlyMap<string, StoredVersion>): readonly StoredVersion[] {
  return [...versions.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
}
