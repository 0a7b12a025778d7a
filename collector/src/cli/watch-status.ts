/** What the watches say of themselves, for /readyz and the collector's own metrics. */
import { WATCH } from '@rollcall/contract';
import type { Instant } from '../coverage/index.ts';
import type { Readiness, WatchReadiness } from '../http/answers.ts';
import type { WatchStatus } from '../http/self-metrics.ts';
import type { KindWatch } from '../watch/watch-kind.ts';

/** Every watch as the metrics show it. The reflector keeps Unix times; they are put on the monotonic clock by their age. */
export function statusesOf(watches: readonly KindWatch[], now: Instant): readonly WatchStatus[] {
  const toMono = (wallMs: number): number => now.monoMs - (now.wallMs - wallMs);
  return watches.map(({ id, reflector }) => {
    const { state, heardWallMs, events, lists, errors, faults } = reflector.status();
    return {
      watch: id,
      state: state.name,
      sinceMono: toMono(state.sinceWallMs),
      lastHeardMono: toMono(heardWallMs ?? state.sinceWallMs),
      events,
      relists: lists,
      // An object that cannot be read is no error of the server's, but leaves the count all the same.
      errors: {
        ...Object.fromEntries(Object.entries(errors).map(([code, count]) => [code, count ?? 0])),
        Projection: faults,
      },
    };
  });
}

/** The watches of a collector: without those `needed` there is no answer, without an `optional` one nothing but its layer is unknown. */
export interface AllWatches {
  readonly needed: readonly KindWatch[];
  readonly optional: readonly KindWatch[];
}

/**
 * Ready once every needed watch has its full list and none is stale. Policies and windows that the cluster does not serve (no CRD) stand in nobody's way,
 * nor do windows that an older ClusterRole does not let it read: conditions tell of that, and agents must be able to report meanwhile.
 */
export function readinessOf({ needed, optional }: AllWatches, nowWall: number): Omit<Readiness, 'notes'> {
  const all = needed.map((watch) => describeWatch(watch, nowWall));
  const others = optional.map((watch) => describeWatch(watch, nowWall));
  return { ready: all.length > 0 && all.every(({ why }) => why === ''), watches: [...all, ...others] };
}

/** By watch, in which ways it may be blocked. */
const NO_MATTER: Readonly<Record<string, readonly string[]>> = {
  [WATCH.policies]: ['absent'],
  [WATCH.windows]: ['absent', 'forbidden'],
};

function describeWatch({ id, reflector }: KindWatch, nowWall: number): WatchReadiness {
  const { state, heardWallMs } = reflector.status();
  const secondsSince = (wallMs: number): number => Math.max(0, Math.round((nowWall - wallMs) / 1000));
  const heardSeconds = heardWallMs === undefined ? null : secondsSince(heardWallMs);
  const { name, sinceWallMs, blocked, trouble } = state;
  const isNoMatter = name === 'live' || (blocked !== undefined && (NO_MATTER[id] ?? []).includes(blocked));
  const why = `for ${secondsSince(sinceWallMs)} s${trouble === undefined ? '' : `: ${trouble.message}`}`;
  return { watch: id, state: name, why: isNoMatter ? '' : why, heardSeconds };
}
