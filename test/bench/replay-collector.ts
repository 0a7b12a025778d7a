/** The collector of the replay: the real one from the watches' bytes to the exposition, on simulated time. */
import { parseServeConfig, renderExposition, startPipeline, startWatching } from '@rollcall/collector';
import type { Connection, Clock, Timers } from '@rollcall/kube';

/** It runs until it is stopped. */
export interface ReplayCollector {
  /** Objects and removals that went into the core. */
  events(): number;
  /** Objects that could not be read. */
  faults(): number;
  /** True once every watch is live. */
  isLive(): boolean;
  /** Reads all figures, as a scrape does. */
  read(): void;
  scrape(): string;
  stop(): Promise<void>;
}

type Log = Parameters<typeof startPipeline>[0]['log'];

const ignore = (): void => undefined;
const fail = (fields: { readonly err?: unknown }, text: string): void => {
  throw new Error(text, { cause: fields.err });
};
// The few of pino's methods that the parts call.
const LOG = { debug: ignore, info: ignore, warn: ignore, error: fail } as unknown as Log;

/** Starts it. */
export function startReplayCollector(
  connection: Connection,
  machine: { readonly clock: Clock; readonly timers: Timers },
): ReplayCollector {
  const parsed = parseServeConfig([]);
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  const base = { config: parsed.config, connection, log: LOG, machine };
  const live = startPipeline({ ...base, cluster: '', self: { observeDelay: ignore } });
  const { watch, layers } = startWatching(live, { ...base, sources: [] });
  const statuses = () => watch.watches().map(({ reflector }) => reflector.status());
  return {
    events: () => statuses().reduce((sum, { events }) => sum + events, 0),
    faults: () => statuses().reduce((sum, { faults }) => sum + faults, 0),
    isLive: () => statuses().every(({ state }) => state.name === 'live'),
    read: () => void live.pipeline.read(live.now()),
    scrape: () => {
      const [readings, leads] = [live.pipeline.read(live.now()), live.pipeline.leads(live.now())];
      return [...renderExposition({ cluster: undefined, readings, leads, collector: [], format: 'text' })].join('');
    },
    stop: async () => {
      live.stop();
      connection.close();
      await Promise.all([watch.stop(), layers.stop()]);
    },
  };
}
