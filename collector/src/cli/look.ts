/** Lists what a cluster holds at one time, and tells it as the events that a watch would have told. */
import type { ClusterEvent } from '@rollcall/contract';
import { KubeError, readPages, type Connection, type Resource } from '@rollcall/kube';
import type { Instant } from '../coverage/index.ts';
import { createInterner, type Interner } from '../watch/read-field.ts';
import { stampNow } from '../watch/watch-kind.ts';
import { systemClock } from './system-clock.ts';

const INTERNED = 4_000;

type Told<Kind> = Kind extends ClusterEvent['kind']
  ? Omit<Extract<ClusterEvent, { readonly kind: Kind }>, 'source' | 'wallMs' | 'monoMs'>
  : never;

/** One look at a cluster that is going on. */
export interface Look {
  /** What could not be read and was passed over, each reason once. */
  readonly warnings: Set<string>;
  readonly intern: Interner;
  emit(event: ClusterEvent): void;
  /** The moment at which it began: everything happens then, so that a look books no time. */
  now(): Instant;
  /** Emits an event. */
  tell(event: Told<ClusterEvent['kind']>, source: string): void;
  /** Tells that a source was listed. */
  live(source: string): void;
  /** All objects, of another connection if one is given; one that its projection refuses is passed over, as a watch does. Rejects with a KubeError. */
  list<T>(resource: Resource, project: (raw: unknown) => T, from?: Connection): Promise<readonly T[]>;
}

/** Opens a look; nothing is asked yet. */
export function openLook(connection: Connection, emit: (event: ClusterEvent) => void): Look {
  const warnings = new Set<string>();
  const start = stampNow(systemClock);
  const tell: Look['tell'] = (event, source) => emit({ ...event, source, ...start });
  const listOnce: Look['list'] = async (resource, project, from = connection) => {
    const found: ReturnType<typeof project>[] = [];
    await readPages(from, resource, (raw) => {
      try {
        found.push(project(raw));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        warnings.add(`an object was passed over: ${resource.path}: ${why}`);
      }
    });
    return found;
  };
  return {
    warnings,
    intern: createInterner(INTERNED),
    emit,
    now: () => start,
    tell,
    live: (source) => tell({ kind: 'watchState', uid: source, state: 'live' }, source),
    list: (resource, project, from) =>
      listOnce(resource, project, from).catch((error: unknown) => {
        // Between two pages the server may forget the list (410): once more from the start.
        if (error instanceof KubeError && error.code === 'Gone') return listOnce(resource, project, from);
        throw error;
      }),
  };
}
