/** Starts passing Kubernetes Events on: to the journal, the log, and by OTLP where the environment says so. */
import type { ClusterEvent } from '@rollcall/contract';
import type { Io } from './command.ts';
import { exportEvents, type EventExportHost } from './export-events.ts';
import { createEventLogs, type EventLogsOptions } from './otlp-logs.ts';
import type { Machine } from './system-clock.ts';

/** What it works with. */
interface EventExportOptions extends Pick<EventExportHost, 'cluster' | 'journal' | 'roll'> {
  readonly env: Io['env'];
  readonly log: EventExportHost['log'] & EventLogsOptions['log'];
  readonly version: string;
  readonly machine: Machine;
}

/** A running export: `hear` is to get every event once it is applied, `stop` sends what is left and never rejects. */
interface EventExport {
  hear(event: ClusterEvent): void;
  /** How many were not sent by OTLP though the environment asks for it. */
  dropped(): number;
  stop(): Promise<void>;
}

/** Starts it. */
export function startEventExport({ machine, ...options }: EventExportOptions): EventExport {
  const logs = createEventLogs({ ...options, timers: machine.timers });
  return {
    hear: exportEvents({ ...options, clock: machine.clock, send: logs?.send }),
    dropped: () => logs?.dropped() ?? 0,
    stop: async () => logs?.stop(),
  };
}
