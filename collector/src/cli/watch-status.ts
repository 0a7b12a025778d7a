/** What the watches say of themselves, for /readyz and the collector's own metrics. */
import { WATCH } from '@rollcall/contract';
import type { Readiness } from '../http/answers.ts';
import type { WatchStatus } from '../http/self-metrics.ts';
import type { KindWatch } from '../watch/watch-kind.ts';

/** Every watch as the metrics show it. */
export function statusesOf(watches: readonly KindWatch[]): readonly WatchStatus[] {
  return watches.map(({ id, reflector }) => {
    const { state, sinceMono, lastHeardMono, events, relists, errors } = reflector.status();
    return { watch: id, state, sinceMono, lastHeardMono, events, relists, errors };
  });
}

/** Ready once every watch has its full list and none is stale. Policies that the cluster does not serve (no CRD) stand in nobody's way. */
export function readinessOf(watches: readonly KindWatch[], nowMono: number): Readiness {
  const all = watches.map((watch) => ({ watch: watch.id, ...whyNot(watch, nowMono) }));
  return { ready: all.every(({ why }) => why === ''), watches: all };
}

function whyNot({ id, reflector }: KindWatch, nowMono: number): { state: WatchStatus['state']; why: string } {
  const { state, sinceMono, absent, lastError } = reflector.status();
  if (state === 'live') return { state, why: '' };
  if (absent && id === WATCH.policies) return { state, why: '' };
  const seconds = Math.max(0, Math.round((nowMono - sinceMono) / 1000));
  return { state, why: `for ${seconds} s${lastError === '' ? '' : `: ${lastError}`}` };
}
