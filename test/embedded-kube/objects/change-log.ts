/** The bounded log of one resource's changes: what watches send, and what lists of an older state undo. */
import { storedVersion, type StoredVersion } from './stored-version.ts';
import { encodeEvent, type WireFormat } from './wire-object.ts';

/** The type of a watch event about an object. */
export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change; `before` is absent for a creation, `after` for a deletion. */
export type Change = {
  readonly revision: number;
  readonly before: StoredVersion | undefined;
  readonly after: StoredVersion | undefined;
  /** The event as it goes over the wire, serialised once. DELETED carries `before` with this change's resourceVersion. */
  line(type: EventType, format: WireFormat): Buffer;
};

/** Positions count all changes there ever were, so that a reader may keep one while the log drops its oldest entries. */
export type ChangeLog = {
  append(change: Pick<Change, 'revision' | 'before' | 'after'>): void;
  /** Every change after this revision can still be told; a reader from an older one has expired. */
  floor(): number;
  /** The position after the newest change. */
  end(): number;
  /** The change at a position, or undefined when it is dropped or not there yet. */
  at(position: number): Change | undefined;
  /** The position of the first change after a revision. */
  positionAfter(revision: number): number;
  /** The changes after a revision, oldest first. */
  since(revision: number): readonly Change[];
  /** Drops everything up to and including a revision. */
  compact(revision: number): void;
};

/** An empty log that begins at revision `floor` and keeps at most `limit` changes. */
export function createChangeLog(options: { readonly floor: number; readonly limit: number }): ChangeLog {
  let entries: Change[] = [];
  let start = 0;
  let floor = options.floor;
  const indexAfter = (revision: number): number => entries.findLastIndex((entry) => entry.revision <= revision) + 1;
  const drop = (count: number): void => {
    floor = entries[count - 1]?.revision ?? floor;
    entries = entries.slice(count);
    start += count;
  };
  return {
    append(change) {
      entries.push(withLines(change));
      // Dropping a quarter at once keeps the cost of an append constant.
      if (entries.length > options.limit) drop(Math.max(1, Math.floor(options.limit / 4)));
    },
    floor: () => floor,
    end: () => start + entries.length,
    at: (position) => entries[position - start],
    positionAfter: (revision) => start + indexAfter(revision),
    since: (revision) => entries.slice(indexAfter(revision)),
    compact(revision) {
      drop(indexAfter(revision));
      floor = Math.max(floor, revision);
    },
  };
}

function withLines({ revision, before, after }: Pick<Change, 'revision' | 'before' | 'after'>): Change {
  const lines = new Map<string, Buffer>();
  return {
    revision,
    before,
    after,
    line(type, format) {
      const key = `${format} ${type}`;
      const known = lines.get(key);
      if (known !== undefined) return known;
      const version = type === 'DELETED' ? tombstone(before, revision) : after;
      if (version === undefined) throw new Error(`a change without an object cannot be ${type}`);
      const line = encodeEvent(format, type, version);
      lines.set(key, line);
      return line;
    },
  };
}

function tombstone(before: StoredVersion | undefined, revision: number): StoredVersion | undefined {
  if (before === undefined) return undefined;
  const metadata = { ...before.object.metadata, resourceVersion: String(revision) };
  return storedVersion({ ...before.object, metadata });
}
