/** `rollcall canary`: writes a marked record on this node again and again, for the collector to find in the backend. */
import { randomBytes } from 'node:crypto';
import { formatCanary, formatCanarySample, type CanaryRecord } from '@rollcall/contract';
import { parseCanaryFlags } from '../config/canary-flags.ts';
import { openCanaryFile } from './canary-file.ts';
import { EXIT, type Command } from './command.ts';
import { listenForScrapes } from './canary-listener.ts';
import { sleep, systemClock } from './system-clock.ts';

const HELP = `Write a marked record on this node every period, so that a collector can find it in the backend.

Policies name the backend and the same period (telemetry.canary): what arrives late or never is measured for each node.

Examples:
  # A line on standard output, for a daemon that collects the logs of containers
  rollcall canary --node "$NODE_NAME"

  # A sample for a daemon that scrapes
  rollcall canary --node "$NODE_NAME" --listen 0.0.0.0:9464

  # A file for the textfile collector of a node exporter
  rollcall canary --write /var/lib/node_exporter/rollcall.prom

Options:
      --listen=''                         ADDRESS:PORT that answers a scrape of /metrics, and /healthz
      --node=''                           name of this Node; default: $NODE_NAME
      --period='30s'                      time between two records: 5s to 10m
      --write=[]                          stdout, a FILE that lines are added to (moved to FILE.1 at 1 MiB), or a FILE.prom that is
                                          replaced by each sample; default: stdout, unless --listen is given

Usage:
  rollcall canary [options]
`;

/** The command. Exits 0 after an interrupt, 2 for bad flags, 3 when it cannot listen. */
export const canary: Command = {
  name: 'canary',
  summary: 'Write a marked record on this node for the collector to find',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parseCanaryFlags(argv, io.env);
    if (!parsed.ok) {
      for (const fault of parsed.faults) io.err(`error: ${fault}\n`);
      io.err("See 'rollcall canary --help' for usage.\n");
      return EXIT.usage;
    }
    const { node, periodMs, targets, listen } = parsed.flags;
    const boot = { node, boot: randomBytes(4).toString('hex'), startMs: Math.round(systemClock.wallMs()), periodMs };
    const writers = targets.map((path) =>
      path === 'stdout'
        ? {
            write: async (record: CanaryRecord) =>
              io.out(`${formatCanary(record, (ms) => new Date(ms).toISOString())}\n`),
          }
        : openCanaryFile(path),
    );
    let close = async (): Promise<void> => undefined;
    try {
      if (listen !== undefined) {
        const exposition = (): string => formatCanarySample(recordAt(boot, systemClock.wallMs()));
        const { url, stop } = await listenForScrapes(listen, exposition);
        close = stop;
        io.err(`listening on ${url}\n`);
      }
    } catch (error) {
      io.err(`error: --listen: ${error instanceof Error ? error.message : String(error)}\n`);
      return EXIT.unreachable;
    }
    await writeOn(boot, writers, io);
    await close();
    return EXIT.ok;
  },
};

/** A process that writes: its records are numbered from its start on. */
interface Boot {
  readonly node: string;
  readonly boot: string;
  readonly startMs: number;
  readonly periodMs: number;
}

/** The record of the period that a moment lies in. */
function recordAt({ node, boot, startMs, periodMs }: Boot, wallMs: number): CanaryRecord {
  const seq = Math.max(0, Math.floor((wallMs - startMs) / periodMs));
  return { node, boot, seq, sentMs: startMs + seq * periodMs };
}

interface Writer {
  write(record: CanaryRecord): Promise<void>;
}

/** A record that cannot be written is lost, as a daemon's own would be: the next one is tried all the same. */
async function writeOn(
  boot: Boot,
  writers: readonly Writer[],
  { err, signal }: { err(text: string): void; readonly signal: AbortSignal },
): Promise<void> {
  let fault = '';
  const begin = systemClock.monoMs();
  for (let seq = 0; !signal.aborted; seq++) {
    const record = { node: boot.node, boot: boot.boot, seq, sentMs: Math.round(systemClock.wallMs()) };
    const results = await Promise.allSettled(writers.map((writer) => writer.write(record)));
    const failed = results.find((result) => result.status === 'rejected');
    const now = failed === undefined ? '' : String(failed.reason);
    if (now !== fault && now !== '') err(`error: a canary could not be written: ${now}\n`);
    fault = now;
    // By the monotonic clock, so that a step of the wall clock leaves none out; after a long sleep of the machine, on with the next.
    const dueMs = begin + (seq + 1) * boot.periodMs - systemClock.monoMs();
    await sleep(Math.max(0, dueMs), signal);
  }
}
