/** One replica on simulated time: the real collector from reflectors to Lease and exposition, which can be killed, stopped and cut off. */
import {
  createAnswers,
  parseServeConfig,
  readinessOf,
  renderExposition,
  startControl,
  startPipeline,
  startWatching,
} from '@rollcall/collector';
import { loadConnection, type Clock, type Timers } from '@rollcall/kube';
import { createLine, type Line } from '../campaign/line.ts';
import type { SimTime } from '../campaign/sim-time.ts';
import { EPOCH_MS, type Town } from '../campaign/town.ts';
import { seedNumbers } from '../e2e/random.ts';

/** A replica that runs. */
export interface Replica {
  readonly name: string;
  /** What it shows to a scrape now; undefined when it does not answer. */
  scrape(): string | undefined;
  leads(): boolean;
  /** Ends it as SIGTERM does. */
  end(): Promise<void>;
  /** Ends it as SIGKILL does: without a word. */
  kill(): void;
  /** Stops it as SIGSTOP does; the answer lets it go on. */
  pause(): () => void;
  /** Keeps the API server from it; the answer ends that. */
  cutOff(): () => void;
  /** Frees what a killed one holds. */
  bury(): void;
}

/** What a replica lives by. */
export interface ReplicaOptions {
  readonly name: string;
  readonly time: SimTime;
  readonly town: Town;
  readonly seed: number;
  /** False for the one that tells the truth: it is alone, writes nothing, and nothing happens to it. */
  readonly elects: boolean;
}

type Log = Parameters<typeof startPipeline>[0]['log'];

const ignore = (): void => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: (fields: object) => console.error(fields) };

/** Starts a replica. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { name, time, town, seed } = options;
  const chance = seedNumbers(seed);
  const line = createLine({ time, chance, accept: town.kube.accept });
  const body = createBody(time);
  const clock: Clock = { monoMs: time.now, wallMs: () => EPOCH_MS + time.now(), random: chance };
  const { live, end, bury } = await startParts(options, { clock, timers: { after: body.after }, dial: line.dial });
  return {
    name,
    scrape: () => {
      if (body.isStill()) return undefined;
      const [readings, leads] = [live.pipeline.read(live.now()), live.pipeline.leads(live.now())];
      return [...renderExposition({ cluster: undefined, readings, leads, collector: [], format: 'text' })].join('');
    },
    leads: () => !body.isStill() && live.pipeline.leads(live.now()),
    end: async () => {
      await end();
      body.freeze();
    },
    kill: () => {
      body.freeze();
      line.beginHole(false);
    },
    pause: () => {
      const [thaw, mend] = [body.freeze(), line.beginHole(false)];
      return () => {
        mend();
        // The server has given its connections up meanwhile.
        line.beginRefusal()();
        thaw();
      };
    },
    cutOff: line.beginRefusal,
    bury,
  };
}

interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly dial: Line['dial'];
}

/** The parts of a collector, wired as `rollcall serve` does, without its HTTP server. */
async function startParts(
  { elects }: ReplicaOptions,
  { clock, timers, dial }: Surroundings,
): Promise<{ readonly live: ReturnType<typeof startPipeline> } & Pick<Replica, 'end' | 'bury'>> {
  const readFile = (): Promise<string> => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  const ways = { server: 'http://kube.invalid', env: {}, version: '0.0.0', readFile, dial };
  const connection = await loadConnection({ ...ways, clock, timers });
  const parsed = parseServeConfig(elects ? ['--leader-elect'] : []);
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  const base = { config: parsed.config, connection, log: SILENT as unknown as Log, machine: { clock, timers } };
  const live = startPipeline({ ...base, cluster: '', self: { observeDelay: ignore } });
  const { book, watch, layers } = startWatching(live, { ...base, sources: [] });
  const answers = createAnswers({ ...live, rejected: book.rejected, conditionsOf: () => [] });
  const readiness = (): ReturnType<typeof readinessOf> =>
    readinessOf({ needed: watch.watches(), optional: layers.watches() }, live.now().wallMs);
  const control = elects ? startControl(live, { ...base, book, answers, readiness }) : undefined;
  return {
    live,
    end: () => control?.stop() ?? Promise.resolve(),
    bury: () => {
      live.stop();
      connection.close();
      void Promise.all([control?.stop(), watch.stop(), layers.stop()]);
    },
  };
}

/** A process: while it is frozen its timers wait, and all fire at once when it goes on. */
function createBody(time: SimTime): {
  readonly after: SimTime['after'];
  isStill(): boolean;
  freeze(): () => void;
} {
  let late: Set<() => void> | undefined;
  return {
    after: (ms, run) => {
      const fire = (): void => {
        if (late === undefined) run();
        else late.add(fire);
      };
      const cancel = time.after(ms, fire);
      return () => {
        cancel();
        late?.delete(fire);
      };
    },
    isStill: () => late !== undefined,
    freeze: () => {
      late = new Set();
      return () => {
        const due = late ?? [];
        late = undefined;
        for (const fire of due) fire();
      };
    },
  };
}
