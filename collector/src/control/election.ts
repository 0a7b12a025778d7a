/**
 * Leader election by a Lease, as client-go's leaderelection does it: whoever holds the Lease renews it every 2 s, and another one
 * may take it when it has not changed for its whole duration by the other's own clock. Wall clocks are never compared for that.
 */
import { OWN_KINDS } from '@rollcall/contract';
import {
  KubeError,
  readJson,
  write,
  type CallLimits,
  type Clock,
  type Connection,
  type Log,
  type Timers,
} from '@rollcall/kube';
import type { Role } from '../sli/bucket.ts';
import { isSameTerm, microTime, readLease, writeLease, type LeaseRecord } from './lease-record.ts';

/** client-go's own figures, which kube-controller-manager and kube-scheduler run with. */
const LEASE_DURATION_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_PERIOD_MS = 2_000;
/** Two attempts fit into the deadline. */
const REQUEST_MS = 5_000;
/** A released Lease is left with the shortest duration, so that whoever knows no empty holder does not wait either. */
const RELEASED_MS = 1_000;
/** A Lease that lay about longer tells of a collector that was not meant to run. */
const LONGEST_HOLE_MS = 30 * 86_400_000;
const LEASE = 'rollcall';

/** What an election works with. */
export interface ElectionHost {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** The namespace of the Lease. */
  readonly namespace: string;
  /** Of this process life alone. */
  readonly identity: string;
  /** True once this replica may campaign; asked once a second until then. */
  isWarm(): boolean;
  /** Hears the role at each change and at each renewal that is made or seen; `untilMonoMs` is an integer. */
  tell(role: Role): void;
}

/** A running election. */
export interface Election {
  /** True while writes that end within 5 s are this replica's to make: it stops when a renewal is 10 s overdue, the counters at 15 s. */
  mayWrite(): boolean;
  /** Stands down, and releases the Lease if it is held, so that the next one need not wait. May be called twice. */
  stop(): Promise<void>;
}

/** What was last seen of another's Lease, and when by our clock. */
interface Sight {
  readonly record: LeaseRecord;
  readonly atMono: number;
}

interface Campaign extends ElectionHost {
  readonly path: string;
  readonly limits: { readonly timeoutMs: number; readonly signal: AbortSignal };
  held: LeaseRecord | undefined;
  heldSinceMono: number;
  sight: Sight | undefined;
  failing: boolean;
}

/** Starts campaigning. Until something else is told this replica takes it that somebody else leads. */
export function startElection(host: ElectionHost): Election {
  const { group, version, resource } = OWN_KINDS.leases;
  const path = `/apis/${group}/${version}/namespaces/${host.namespace}/${resource}`;
  const ending = new AbortController();
  const campaign: Campaign = {
    ...host,
    path,
    limits: { timeoutMs: REQUEST_MS, signal: ending.signal },
    held: undefined,
    heldSinceMono: -Infinity,
    sight: undefined,
    failing: false,
  };
  const pausing = createPause(host.timers);
  const isOver = (): boolean => ending.signal.aborted;
  const run = async (): Promise<void> => {
    while (!isOver() && !host.isWarm()) await pausing.pause(RETRY_PERIOD_MS / 2);
    while (!isOver()) {
      await attempt(campaign);
      // Candidates spread out; a holder keeps its time.
      const jitter = campaign.held === undefined ? 1 + host.clock.random() / 5 : 1;
      if (!isOver()) await pausing.pause(RETRY_PERIOD_MS * jitter);
    }
  };
  host.tell({ leader: false, untilMonoMs: Infinity });
  const running = run();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ending.abort();
    pausing.end();
    await running;
    await release(campaign);
  };
  return {
    mayWrite: () => isHeld(campaign, RENEW_DEADLINE_MS),
    stop: () => (stopping ??= stop()),
  };
}

/** A pause that can be ended. */
function createPause(timers: Timers): { pause(ms: number): Promise<void>; end(): void } {
  let end = (): void => undefined;
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        const cancel = timers.after(ms, resolve);
        end = () => {
          cancel();
          resolve();
        };
      }),
    end: () => end(),
  };
}

function isHeld({ held, heldSinceMono, clock }: Campaign, forMs: number): boolean {
  return held !== undefined && clock.monoMs() < heldSinceMono + forMs;
}

/** One attempt to renew, or to look and take what is free. Never throws. */
async function attempt(campaign: Campaign): Promise<void> {
  const { log, failing, limits } = campaign;
  try {
    // What we wrote last is renewed unseen: if anybody wrote since, the server refuses.
    if (campaign.held === undefined || !(await take(campaign, campaign.held))) await look(campaign);
    if (failing) log.info({}, 'the Lease can be read and renewed again');
    campaign.failing = false;
  } catch (error) {
    if (!failing && !limits.signal.aborted) log.warn({ err: error }, 'the Lease could not be read or renewed');
    campaign.failing = true;
  }
}

async function look(campaign: Campaign): Promise<void> {
  const { connection, path, limits } = campaign;
  const record = await readJson(connection, `${path}/${LEASE}`, limits).then(readLease, ifAbsent);
  if (record !== undefined) see(campaign, record);
  if (record === undefined || isFree(campaign, record)) await take(campaign, record);
}

function ifAbsent(error: unknown): undefined {
  if (!(error instanceof KubeError) || error.code !== 'NotFound') throw error;
}

/** Notes a Lease that was read. One of our own is a write whose answer was lost: from when on it holds is not known. */
function see(campaign: Campaign, record: LeaseRecord): void {
  const { clock, identity, log, tell, sight } = campaign;
  if (record.holder === identity || (sight !== undefined && isSameTerm(sight.record, record))) return;
  const now = Math.ceil(clock.monoMs());
  const remainingMs = record.holder === '' ? 0 : record.durationMs;
  // At first sight there is nothing but its own word for how old it is; whoever is alive renews it in a moment.
  const ageMs = sight === undefined ? Math.max(0, Math.floor(clock.wallMs()) - record.renewWallMs) : 0;
  campaign.sight = { record, atMono: now };
  if (record.holder !== '' && record.holder !== sight?.record.holder)
    log.info({ leader: record.holder }, 'another replica leads');
  tell({ leader: false, untilMonoMs: now + remainingMs - Math.min(ageMs, LONGEST_HOLE_MS) });
}

function isFree({ clock, identity, sight }: Campaign, { holder, durationMs }: LeaseRecord): boolean {
  if (holder === '' || holder === identity || sight === undefined) return true;
  return clock.monoMs() >= sight.atMono + durationMs;
}

/** Writes ourselves into the Lease as it was last seen; false when somebody else wrote since. */
async function take(campaign: Campaign, before: LeaseRecord | undefined): Promise<boolean> {
  const { clock, identity, log, tell } = campaign;
  const sentMono = clock.monoMs();
  const isOurs = before?.holder === identity;
  const record: LeaseRecord = {
    holder: identity,
    durationMs: LEASE_DURATION_MS,
    renewWallMs: clock.wallMs(),
    acquireTime: isOurs ? before.acquireTime : microTime(clock.wallMs()),
    transitions: before === undefined ? 0 : before.transitions + (isOurs ? 0 : 1),
    resourceVersion: before?.resourceVersion ?? '',
  };
  const written = await put(campaign, record, campaign.limits);
  if (written === undefined) {
    campaign.held = undefined;
    return false;
  }
  if (campaign.held === undefined) log.info({ identity }, 'this replica leads');
  campaign.held = written;
  campaign.heldSinceMono = sentMono;
  campaign.sight = { record: written, atMono: sentMono };
  tell({ leader: true, untilMonoMs: Math.floor(sentMono) + LEASE_DURATION_MS });
  return true;
}

/** Creates or replaces the Lease; undefined when somebody else was faster or deleted it. */
async function put(
  { connection, namespace, path }: Campaign,
  record: LeaseRecord,
  limits: CallLimits,
): Promise<LeaseRecord | undefined> {
  const target =
    record.resourceVersion === ''
      ? ({ method: 'POST', path } as const)
      : ({ method: 'PUT', path: `${path}/${LEASE}` } as const);
  const body = writeLease(record, { name: LEASE, namespace });
  try {
    return readLease(await write(connection, { ...target, ...limits, body }));
  } catch (error) {
    if (error instanceof KubeError && error.code === 'Conflict') return undefined;
    // Of a Lease that is to be created it is the namespace that is missing.
    if (error instanceof KubeError && error.code === 'NotFound' && target.method === 'PUT') return undefined;
    throw error;
  }
}

/** Gives the Lease back. From before that is asked on nothing is counted by us any more, so that nothing is counted twice. */
async function release(campaign: Campaign): Promise<void> {
  const { held, clock, log, tell } = campaign;
  const isOurs = isHeld(campaign, LEASE_DURATION_MS);
  campaign.held = undefined;
  tell({ leader: false, untilMonoMs: Infinity });
  if (held === undefined || !isOurs) return;
  try {
    const released = { ...held, holder: '', durationMs: RELEASED_MS, renewWallMs: clock.wallMs() };
    await put(campaign, released, { timeoutMs: REQUEST_MS });
  } catch (error) {
    log.warn({ err: error }, 'the Lease could not be released; the next leader waits until it runs out');
  }
}
