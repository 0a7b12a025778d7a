/** Replays hours of a cluster at speed: script -> bytes -> reflectors -> projection -> pipeline -> exposition, hour by hour. */
import { createSimTime } from '../campaign/sim-time.ts';
import { seedNumbers } from '../e2e/random.ts';
import { JSON_ENCODING } from './json-encoding.ts';
import { PROTOBUF_ENCODING } from './protobuf-encoding.ts';
import { createReplayCluster, type ReplayCluster } from './replay-cluster.ts';
import { startReplayCollector } from './replay-collector.ts';
import { createReplayLine, type ReplayLine } from './replay-connection.ts';
import { watchIdentities } from './replay-identities.ts';
import { createReplayScript } from './replay-script.ts';

/** What is replayed. `onHour` is called when each hour of the cluster has passed, with everything at rest. */
export interface ReplayOptions {
  readonly nodes: number;
  readonly hours: number;
  /** Hours before those, in which kubelets write nothing: what is remembered for a day fills up with what happened. */
  readonly warmUpHours: number;
  readonly seed: number;
  readonly jsonOnly: boolean;
  onHour(hour: ReplayHour): void;
}

/** The state of a replay when an hour of cluster time has passed. */
export interface ReplayHour {
  readonly hour: number;
  /** Watch events that the cluster has sent since the list. */
  readonly sent: number;
  /** Objects and removals that went into the core, those of the list among them. */
  readonly taken: number;
  /** What does not hold in this hour's exposition; objects that could not be read. */
  readonly faults: readonly string[];
  readonly exposition: string;
}

const EPOCH_MS = Date.parse('2026-03-02T00:00:00Z');
const HOUR = 3600;
/** Seconds of cluster time between two readings of all figures, and between two scrapes. */
const READ_EVERY = 30;
const SCRAPE_EVERY = 300;

/** Plays it to its end. Throws what the collector logs as an error. */
export async function replay({ nodes, hours, warmUpHours, seed, jsonOnly, onHour }: ReplayOptions): Promise<void> {
  const encoding = jsonOnly ? JSON_ENCODING : PROTOBUF_ENCODING;
  const time = createSimTime();
  const wall = (): number => EPOCH_MS + time.now();
  const timers = { after: time.after };
  const clock = { monoMs: time.now, wallMs: wall, random: seedNumbers(seed + 1) };
  const line: ReplayLine = createReplayLine({ cluster: () => cluster, timers, clock });
  const cluster: ReplayCluster = createReplayCluster({ count: nodes, encoding, now: wall, emit: line.emit });
  const script = createReplayScript(cluster, seedNumbers(seed));
  const collector = startReplayCollector(line.connection, { clock, timers });
  const identities = watchIdentities(cluster.fleet.slots);
  try {
    for (let turn = 0; turn < SETTLING && !collector.isLive(); turn++) await line.flush();
    if (!collector.isLive()) throw new Error('the watches of the replay do not become live');
    const begin = warmUpHours * HOUR;
    for (let second = 1; second <= begin + hours * HOUR; second++) {
      await time.runUntil(second * 1000, () => undefined);
      script.step(second, second > begin);
      await line.flush();
      if (second % READ_EVERY === 0) collector.read();
      if (second % SCRAPE_EVERY !== 0) continue;
      const exposition = collector.scrape();
      if (second % HOUR !== 0) continue;
      const unread = collector.faults();
      const faults = [...identities.check(exposition), ...(unread === 0 ? [] : [`${unread} objects were not read`])];
      onHour({
        hour: second / HOUR - warmUpHours,
        sent: cluster.events(),
        taken: collector.events(),
        faults,
        exposition,
      });
    }
  } finally {
    await collector.stop();
  }
}

/** Flushes after which all lists are through, one after the other. */
const SETTLING = 1_000;
