/** Watches the Daemons of one source: an API server, which may be another than the nodes', and a scope. */
import { daemonSource, WATCHED_KINDS, type DaemonObject, type WatchStateName } from '@rollcall/contract';
import type { Connection, WatchState } from '@rollcall/kube';
import { isInScope, type DaemonScope } from './daemon-scope.ts';
import { projectDaemon } from './project-daemon.ts';
import { holdRemovals, type RemovalHold } from './removal-hold.ts';
import { stampNow, watchKind, type KindWatch, type RetiringWatch, type WatchHost } from './watch-kind.ts';

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

interface Stage {
  readonly host: WatchHost;
  readonly source: string;
  /** The Daemons that the core knows of. */
  readonly shown: Set<string>;
  readonly hold: RemovalHold;
  state: WatchState['name'];
}

/** Starts the watch. A Daemon outside of the scope is never told of; one that leaves it is gone. */
export function watchDaemons(host: WatchHost, { name, connection, scope }: DaemonSource): RetiringWatch {
  const source = daemonSource(name);
  const hold = holdRemovals({
    ...host,
    isQuiet: () => stage.state === 'live' && watch.reflector.status().state.trouble === undefined,
    remove: (uid) => tell(stage, uid, undefined),
  });
  const stage: Stage = { host, source, shown: new Set(), hold, state: 'syncing' };
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
      upsert: ({ value }) => take(stage, value),
      remove: (uid) => {
        if (stage.shown.has(uid)) hold.add(uid);
      },
      state: (state) => enter(stage, state.name),
    },
  );
  return { watch, retire: () => retire(stage, watch) };
}

function take(stage: Stage, { uid, object }: Found): void {
  const { hold, shown, state } = stage;
  hold.cancel(uid);
  // The API server refuses to make objects of a kind that is being deleted, so what was removed before was meant.
  if (state === 'live' && !shown.has(uid)) hold.release();
  tell(stage, uid, object);
}

function tell({ host, source, shown }: Stage, uid: string, object: DaemonObject | undefined): void {
  if (object === undefined && !shown.delete(uid)) return;
  if (object !== undefined) shown.add(uid);
  host.emit({ kind: 'daemon', source, uid, object, ...stampNow(host.clock) });
}

function enter(stage: Stage, state: WatchState['name']): void {
  if (state === stage.state) return;
  stage.state = state;
  // Now listed: what is held was not there.
  if (state === 'live') stage.hold.release();
  say(stage, state);
}

function say({ host, source }: Stage, state: WatchStateName): void {
  host.emit({ kind: 'watchState', source, uid: source, state, ...stampNow(host.clock) });
}

function retire(stage: Stage, watch: KindWatch): void {
  stage.hold.stop();
  void watch.reflector.stop();
  // First, so that for no moment a source counts that has lost its Daemons.
  say(stage, 'gone');
  for (const uid of stage.shown) tell(stage, uid, undefined);
}
