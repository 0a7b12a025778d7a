/** Watches the Daemons of one source: an API server, which may be another than the nodes', and a scope. */
import { daemonSource, WATCHED_KINDS, type DaemonObject, type WatchStateName } from '@rollcall/contract';
import type { Connection, Trouble, WatchState } from '@rollcall/kube';
import { isInScope, type DaemonScope } from './daemon-scope.ts';
import { projectDaemon } from './project-daemon.ts';
import { holdRemovals, type RemovalHold } from './removal-hold.ts';
import { feelPulse } from './source-pulse.ts';
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
  /** What the core was told. */
  state: WatchState['name'];
}

/**
 * Starts the watch. A Daemon outside of the scope is never told of; one that leaves it is gone. `maxProbeAgeMs` is the youngest age from which on
 * a probe is bad: well before that it shows whether the source is not heard at all. Its status has the state that the core was told.
 */
export function watchDaemons(
  host: WatchHost,
  { name, connection, scope }: DaemonSource,
  maxProbeAgeMs: () => number,
): RetiringWatch {
  const source = daemonSource(name);
  const hold = holdRemovals({
    ...host,
    isQuiet: () => stateOf().name === 'live' && stateOf().trouble === undefined,
    remove: (uid) => tell(stage, uid, undefined),
  });
  const stage: Stage = { host, source, shown: new Set(), hold, state: 'syncing' };
  const settle = (): void => enter(stage, stateOf().name);
  const { reflector } = startWatch(stage, { name, connection, scope }, settle);
  const pulse = feelPulse(host, {
    connection,
    path: daemonsPath(),
    quietMs: () => Math.min(maxProbeAgeMs() / QUIET_PARTS, MOST_QUIET_MS),
    status: reflector.status,
    changed: settle,
  });
  const stateOf = (): WatchState => joinStates(reflector.status().state, pulse.lost());
  const stop = (): Promise<void> => {
    pulse.stop();
    hold.stop();
    return reflector.stop();
  };
  const watch: KindWatch = {
    id: source,
    reflector: { stop, status: () => ({ ...reflector.status(), state: stateOf() }) },
  };
  return { watch, retire: () => retire(stage, stop) };
}

// Unheard for a fifth of the age, asked for another: what is lost is known when a probe of half the age before is not too old yet.
const QUIET_PARTS = 5;
const MOST_QUIET_MS = 15_000;

function joinStates(state: WatchState, lost: Trouble | undefined): WatchState {
  if (state.name !== 'live' || lost === undefined) return state;
  return { name: 'stale', sinceWallMs: lost.wallMs, trouble: lost, blocked: undefined };
}

function startWatch(stage: Stage, { connection, scope }: DaemonSource, settle: () => void): KindWatch {
  const { host, source, shown, hold } = stage;
  return watchKind<Found>(
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
        if (shown.has(uid)) hold.add(uid);
      },
      state: settle,
    },
  );
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

function retire(stage: Stage, stop: () => Promise<void>): void {
  void stop();
  // First, so that for no moment a source counts that has lost its Daemons.
  say(stage, 'gone');
  for (const uid of stage.shown) tell(stage, uid, undefined);
}
