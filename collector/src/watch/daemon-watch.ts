/** Watches the Daemons of one source: an API server, which may be another than the nodes', and a scope. */
import { daemonSource, WATCHED_KINDS, type DaemonObject } from '@rollcall/contract';
import type { Connection, WatchState } from '@rollcall/kube';
import { isInScope, type DaemonScope } from './daemon-scope.ts';
import { projectDaemon } from './project-daemon.ts';
import { holdRemovals } from './removal-hold.ts';
import { stampNow, watchKind, type KindWatch, type RetiringWatch, type Stamp, type WatchHost } from './watch-kind.ts';

/** A source of Daemons. Whoever opened the connection closes it. */
export interface DaemonSource {
  readonly name: string;
  readonly connection: Connection;
  readonly scope: DaemonScope;
}

/** A Daemon of the source, in scope or not. */
interface Found {
  readonly uid: string;
  readonly object: DaemonObject | undefined;
}

/** The path of all Daemons. */
export function daemonsPath(): string {
  const { group, version, resource } = WATCHED_KINDS.daemons;
  return `/apis/${group}/${version}/${resource}`;
}

/** Starts the watch. A Daemon outside of the scope is never told of; one that leaves it is gone. */
export function watchDaemons(host: WatchHost, { name, connection, scope }: DaemonSource): RetiringWatch {
  const source = daemonSource(name);
  const shown = new Set<string>();
  let state: WatchState['name'] = 'syncing';
  const tell = (uid: string, object: DaemonObject | undefined, stamp: Stamp): void => {
    if (object === undefined && !shown.delete(uid)) return;
    if (object !== undefined) shown.add(uid);
    host.emit({ kind: 'daemon', source, uid, object, ...stamp });
  };
  const hold = holdRemovals({
    ...host,
    isQuiet: () => state === 'live' && watch.reflector.status().state.trouble === undefined,
    remove: (uid) => tell(uid, undefined, stampNow(host.clock)),
  });
  const watch: KindWatch = watchKind<Found>(
    { ...host, connection },
    {
      id: source,
      path: daemonsPath(),
      labelSelector: scope.labelSelector,
      staleWhenAbsent: true,
      project: (raw) => {
        const object = projectDaemon(raw, host.intern);
        return { uid: object.uid, object: isInScope(raw, scope) ? object : undefined };
      },
      upsert: ({ uid, value: { object } }, stamp) => {
        hold.cancel(uid);
        // The API server refuses to make objects of a kind that is being deleted.
        if (state === 'live' && !shown.has(uid)) hold.release();
        tell(uid, object, stamp);
      },
      remove: (uid) => {
        if (shown.has(uid)) hold.add(uid);
      },
      state: ({ name: next }, stamp) => {
        if (next === state) return;
        state = next;
        if (next === 'live') hold.release();
        host.emit({ kind: 'watchState', source, uid: source, state: next, ...stamp });
      },
    },
  );
  const retire = (): void => {
    hold.stop();
    void watch.reflector.stop();
    const stamp = stampNow(host.clock);
    // First, so that for no moment a source counts that has lost its Daemons.
    host.emit({ kind: 'watchState', source, uid: source, state: 'gone', ...stamp });
    for (const uid of shown) tell(uid, undefined, stamp);
  };
  return { watch, retire };
}
