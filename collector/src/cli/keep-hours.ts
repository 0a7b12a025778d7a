/** Books the hours of all policies every second, and once more at the end: what a killed process loses is no longer than that. */
import type { Timers } from '@rollcall/kube';
import type { LivePipeline } from './live-pipeline.ts';

const CUT_MS = 1_000;

/** Begins; `stop` books a last time. Without a durable journal there is nobody to book for. */
export function keepHours(
  { journal, pipeline, now }: Pick<LivePipeline, 'journal' | 'pipeline' | 'now'>,
  timers: Timers,
): { stop(): void } {
  if (!journal.durable) return { stop: () => undefined };
  let cancel: () => void = () => undefined;
  const cut = (): void => {
    cancel = timers.after(CUT_MS, cut);
    pipeline.cutHours(now());
  };
  cut();
  return {
    stop: () => {
      cancel();
      pipeline.cutHours(now());
    },
  };
}
