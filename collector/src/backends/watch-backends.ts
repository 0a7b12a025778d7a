/** Polls the backends of telemetry for what the policies in force ask, and tells it as events. */
import {
  telemetrySource,
  type ClusterEvent,
  type Policy,
  type TelemetryOrigin,
  type TelemetryReport,
  type TelemetrySources,
} from '@rollcall/contract';
import type { Clock, Log, Timers } from '@rollcall/kube';
import { openBackend, type Backend, type BackendConfig } from './backend.ts';
import type { BackendError } from './backend-error.ts';
import { startPoll } from './poll.ts';
import { createCanaryTracks } from './canary-track.ts';
import { findCanaries } from './find-canaries.ts';
import { createQueryRound, type Queries } from './query-poll.ts';

/** What the polls work with. `emit` is synchronous. */
export interface BackendHost {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  emit(event: ClusterEvent): void;
  /** Whether the cluster has a node of that name. */
  isNode(name: string): boolean;
}

/** How one origin of a policy fares. `trouble` is that of the last turn; live is false until the first good one. */
export interface OriginState {
  readonly origin: TelemetryOrigin;
  readonly connection: string;
  readonly live: boolean;
  readonly trouble: BackendError | undefined;
}

/** The running polls. */
export interface BackendWatch {
  /** Polls exactly what these policies ask, from now on; what did not change goes on. */
  retarget(policies: readonly Policy[]): void;
  /** The names of the connections that there are. */
  readonly known: readonly string[];
  /** Of each origin that the policy asks and that has its connection. */
  statesOf(policyUid: string): readonly OriginState[];
  stop(): Promise<void>;
}

/** So often the queries of a policy are asked. */
const QUERY_INTERVAL_MS = 30_000;
/** No canaries are looked for more often. */
const LEAST_LOOK_MS = 2_000;
/** A canary that is missing is lost once it is so much older than its time. */
const GRACE_PERIODS = 4;
/** After so many intervals without an answer what was known no longer counts. */
const STALE_AFTER = 2;
/** So many nodes go into one event, so that none holds up the others for long. */
const REPORTS_AT_ONCE = 500;

/** Opens nothing before a policy asks. Two connections of one name must not be. */
export function watchBackends(host: BackendHost, configs: readonly BackendConfig[]): BackendWatch {
  const backends = new Map(configs.map((config) => [config.name, openBackend(config, host.timers)]));
  const running = new Map<string, Running>();
  const retarget = (policies: readonly Policy[]): void => {
    const wanted = new Map(policies.flatMap((policy) => findErrands(policy, backends)).map((own) => [own.key, own]));
    for (const [key, own] of running) {
      if (wanted.has(key)) continue;
      running.delete(key);
      own.retire();
    }
    for (const [key, errand] of wanted) if (!running.has(key)) running.set(key, start(host, errand));
  };
  return {
    retarget,
    known: configs.map(({ name }) => name),
    statesOf: (uid) => [...running.values()].flatMap(({ errand, state }) => (errand.uid === uid ? [state()] : [])),
    stop: async () => {
      await Promise.all([...running.values()].map(({ end }) => end()));
      for (const backend of backends.values()) backend.close();
    },
  };
}

/** What one origin of a policy wants to be asked; the key changes with all that it depends on. */
interface Errand {
  readonly key: string;
  readonly uid: string;
  readonly origin: TelemetryOrigin;
  readonly backend: Backend;
  readonly intervalMs: number;
  /** Rounds with a memory of their own. */
  open(host: BackendHost): (signal: AbortSignal) => Promise<readonly TelemetryReport[]>;
}

function findErrands({ uid, telemetry }: Policy, backends: ReadonlyMap<string, Backend>): readonly Errand[] {
  const { queries, canary } = telemetry ?? {};
  return [
    ...(queries === undefined ? [] : askQueries(uid, queries, backends.get(queries.connection))),
    ...(canary === undefined ? [] : lookForCanaries(uid, canary, backends.get(canary.connection))),
  ];
}

function askQueries(uid: string, queries: Queries, backend: Backend | undefined): readonly Errand[] {
  if (backend === undefined) return [];
  const intervalMs = QUERY_INTERVAL_MS;
  return [
    {
      key: JSON.stringify([uid, queries]),
      uid,
      origin: 'queries',
      backend,
      intervalMs,
      open: ({ clock, isNode }) => createQueryRound(queries, backend, { intervalMs, wallMs: clock.wallMs, isNode }),
    },
  ];
}

type CanaryWish = NonNullable<TelemetrySources['canary']>;

function lookForCanaries(uid: string, canary: CanaryWish, backend: Backend | undefined): readonly Errand[] {
  if (backend === undefined) return [];
  const { periodMs, selector } = canary;
  const graceMs = GRACE_PERIODS * periodMs;
  const open: Errand['open'] = ({ clock, isNode }) => {
    const tracks = createCanaryTracks({ periodMs, graceMs, isNode });
    return async (signal) => {
      const nowMs = Math.round(clock.wallMs());
      const search = { selector, nowMs, fromMs: tracks.lookFromMs(nowMs), signal };
      return tracks.take({ atMs: nowMs, found: await findCanaries(backend, search) });
    };
  };
  // How often decides how closely the way is known.
  const intervalMs = Math.min(Math.max(periodMs / 3, LEAST_LOOK_MS), QUERY_INTERVAL_MS);
  return [{ key: JSON.stringify([uid, canary]), uid, origin: 'canary', backend, intervalMs, open }];
}

interface Running {
  readonly errand: Errand;
  state(): OriginState;
  /** Ends it and tells that it and what it told are gone. */
  retire(): void;
  end(): Promise<void>;
}

function start(host: BackendHost, errand: Errand): Running {
  const { clock, timers } = host;
  const { uid, origin, backend, intervalMs } = errand;
  const source = telemetrySource(uid, origin);
  const round = errand.open(host);
  let live = false;
  let trouble: BackendError | undefined;
  let goodMono = -Infinity;
  const stamp = () => stampOf(source, clock);
  const tell = (state: 'live' | 'stale' | 'gone'): void => {
    live = state === 'live';
    host.emit({ kind: 'watchState', state, ...stamp() });
  };
  const poll = startPoll({
    ...{ intervalMs, clock, timers },
    work: async (signal) => {
      const reports = await round(signal);
      if (signal.aborted) return;
      for (let at = 0; at < reports.length; at += REPORTS_AT_ONCE)
        host.emit({ kind: 'reports', reports: reports.slice(at, at + REPORTS_AT_ONCE), ...stamp() });
    },
    turned: (error) => {
      logTurn(host.log, { errand, before: trouble, now: error });
      trouble = error;
      if (error === undefined) goodMono = clock.monoMs();
      if (error === undefined && !live) tell('live');
      else if (live && clock.monoMs() - goodMono >= STALE_AFTER * intervalMs) tell('stale');
    },
  });
  return {
    errand,
    state: () => ({ origin, connection: backend.config.name, live, trouble }),
    retire: () => {
      void poll.stop();
      tell('gone');
    },
    end: poll.stop,
  };
}

function stampOf(source: string, clock: Pick<BackendHost['clock'], 'wallMs' | 'monoMs'>) {
  return { source, uid: source, wallMs: Math.round(clock.wallMs()), monoMs: Math.round(clock.monoMs()) };
}

interface Turn {
  readonly errand: Errand;
  readonly before: BackendError | undefined;
  readonly now: BackendError | undefined;
}

/** Once for each trouble, and once when it is over. */
function logTurn(log: Log, { errand: { uid, origin, backend }, before, now }: Turn): void {
  if (before?.code === now?.code) return;
  const fields = { connection: backend.config.name, policyUid: uid, asks: origin };
  if (now === undefined) log.info(fields, 'a backend of telemetry answers again');
  else log.warn({ ...fields, code: now.code, error: now.message }, 'a backend of telemetry does not answer');
}
