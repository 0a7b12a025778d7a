/** The figures of heartbeats in words. */
import { quantile } from './figures.ts';
import type { HeartbeatFigures, HeartbeatRun } from './heartbeat-run.ts';

/** Also whether nothing was lost. */
export function describeHeartbeats(
  run: HeartbeatRun,
  figures: HeartbeatFigures,
): { readonly text: string; readonly holds: boolean } {
  const { sent, answered, accepted, refused, covered, again, open } = figures;
  const lost = sent - Math.min(answered, accepted);
  const text = `${run.senders} senders at 10 s for ${run.seconds} s over ${run.tls ? 'TLS' : 'plain HTTP'}, ${describeLanes(run)}: ${Math.round(figures.perSecond)} heartbeats/s, ${sent} sent, ${answered} answered 200, ${accepted} counted, ${refused} refused, ${lost} lost, ${again} sent again, ${open} connections open at the end, ${covered} nodes covered
  inside the collector ${describeDelays(figures.inside)}
  its event loop late  ${describeDelays(figures.loop)}; longest stall ${figures.stallMs.toFixed(0)} ms, of which it ran at most ${figures.stallRunMs.toFixed(0)} ms
  seen by the senders  ${describeDelays(figures.seen)}
  collector ${figures.cpuCores.toFixed(2)} cores, senders ${figures.senderCores.toFixed(2)} cores; memory ${figures.idleMb.toFixed(0)} MB before, ${figures.endMb.toFixed(0)} MB at the end, ${figures.peakMb.toFixed(0)} MB at its peak; the warm-up took ${figures.warmUpCpuS.toFixed(1)} s of CPU`;
  return { text, holds: lost <= 0 && covered === run.senders };
}

function describeLanes({ lanes }: HeartbeatRun): string {
  if (lanes === 'own') return 'each on a connection that it keeps';
  return lanes === 'fresh' ? 'each heartbeat on a connection of its own' : `over ${lanes} connections`;
}

function describeDelays(values: readonly number[]): string {
  const most = values.reduce((found, ms) => Math.max(found, ms), 0);
  return `p50 ${quantile(values, 0.5).toFixed(2)} ms, p99 ${quantile(values, 0.99).toFixed(2)} ms, at most ${most.toFixed(0)} ms`;
}
