/**
 * Feels whether a watch whose silence means something can still be heard. A probe that is too old is bad news, and the same silence comes of a
 * server that is frozen or cut off; the rule for stale watches (30 s, or 150 s without a byte) is too slow to tell the two apart.
 */
import { readJson, toKubeError, type Connection, type ReflectorStatus, type Trouble } from '@rollcall/kube';
import type { WatchHost } from './watch-kind.ts';

/** What feels. */
export interface SourcePulse {
  /** Why the source is not heard, undefined while it is. */
  lost(): Trouble | undefined;
  stop(): void;
}

/** Whose pulse it is. */
export interface PulsedWatch {
  readonly connection: Connection;
  readonly path: string;
  /** After so long without a byte the server is asked, and has as long to answer. It may change. */
  quietMs(): number;
  status(): ReflectorStatus;
  /** It was lost, or is back. */
  changed(): void;
}

const LOOK_MS = 1_000;

/** Feels until it is stopped; a source counts as heard at first. While the watch itself says that it is not live nothing is asked. */
export function feelPulse({ clock, timers }: Pick<WatchHost, 'clock' | 'timers'>, watch: PulsedWatch): SourcePulse {
  let heardMono = clock.monoMs();
  let bytes = 0;
  let asking = false;
  let lost: Trouble | undefined;
  let stopped = false;
  const tell = (trouble: Trouble | undefined): void => {
    // An answer that comes after the end must not speak for a source that is watched anew by then.
    if (stopped) return;
    const before = lost;
    lost = trouble;
    if (trouble === undefined) heardMono = clock.monoMs();
    if ((before === undefined) !== (trouble === undefined)) watch.changed();
  };
  const ask = async (): Promise<void> => {
    asking = true;
    const trouble = await question(watch, clock);
    asking = false;
    // The server is there; whether the watch is too shows that it is not being opened again.
    if (trouble !== undefined || watch.status().state.trouble === undefined) tell(trouble);
  };
  const look = (): void => {
    cancel = timers.after(LOOK_MS, look);
    const { bytes: now, state } = watch.status();
    if (now !== bytes || state.name !== 'live') {
      bytes = now;
      tell(undefined);
    } else if (clock.monoMs() - heardMono >= watch.quietMs()) {
      if (state.trouble !== undefined) tell(state.trouble);
      else if (!asking) void ask();
    }
  };
  let cancel = timers.after(LOOK_MS, look);
  const stop = (): void => {
    stopped = true;
    cancel();
  };
  return { lost: () => lost, stop };
}

/** Asks for one object; answers why there was no answer. */
async function question(
  { connection, path, quietMs }: PulsedWatch,
  clock: WatchHost['clock'],
): Promise<Trouble | undefined> {
  try {
    await readJson(connection, `${path}?limit=1`, { timeoutMs: quietMs() });
    return undefined;
  } catch (error) {
    const { code, message } = toKubeError(error, `GET ${path}`);
    return { code, message, wallMs: clock.wallMs() };
  }
}
