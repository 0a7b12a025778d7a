/** One collector of a run: the real one from reflectors to answers, on simulated time, over a line that can fail. */
import { createAnswers, parseServeConfig, startPipeline, startWatching } from '@rollcall/collector';
import type { NodeAnswer, NodeState, PolicyAnswer } from '@rollcall/contract';
import { loadConnection, type Clock } from '@rollcall/kube';
import { seedNumbers } from '../e2e/random.ts';
import type { Line } from './line.ts';
import type { SimTime } from './sim-time.ts';
import { EPOCH_MS } from './town.ts';

/** What a collector logs: a node's change of state, an error that nobody may see, or anything else. */
export type Said =
  | { readonly note: string }
  | {
      readonly daemon: string;
      readonly node: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
    }
  | { readonly error: string };

/** The state of one of its watches. */
export interface WatchSeen {
  readonly id: string;
  readonly state: 'syncing' | 'live' | 'stale';
}

/** A collector that runs. DaemonSets are named `namespace/name`. */
export interface Life {
  readonly startedMs: number;
  /** What it says of a DaemonSet's policy, and of the nodes in a state (none: in scope, stray or excluded). */
  policy(daemon: string): PolicyAnswer | undefined;
  nodes(daemon: string, state?: NodeState): readonly NodeAnswer[];
  watches(): readonly WatchSeen[];
  stop(): Promise<void>;
}

/** What a collector lives by. */
export interface LifeOptions {
  readonly time: SimTime;
  readonly line: Line;
  readonly seed: number;
  /** How far its wall clock is from the truth, in milliseconds. */
  readonly wallOffsetMs: () => number;
  readonly said: (what: Said) => void;
}

/** Starts a collector. */
export async function startLife({ time, line, seed, wallOffsetMs, said }: LifeOptions): Promise<Life> {
  const clock: Clock = {
    monoMs: time.now,
    wallMs: () => EPOCH_MS + time.now() + wallOffsetMs(),
    random: seedNumbers(seed),
  };
  const machine = { clock, timers: { after: time.after } };
  const connection = await loadConnection({
    server: 'http://kube.invalid',
    env: {},
    version: '0.0.0',
    readFile: () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    dial: line.dial,
    clock,
    timers: machine.timers,
  });
  const parsed = parseServeConfig([]);
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  const log = listen(said);
  const live = startPipeline({ cluster: '', log, self: { observeDelay: () => undefined }, machine });
  const { config } = parsed;
  const { book, watch, layers } = startWatching(live, { config, connection, log, machine, sources: [] });
  return {
    startedMs: time.now(),
    ...createQuestions(createAnswers({ ...live, rejected: book.rejected, conditionsOf: () => [] })),
    watches: () => watch.watches().map(({ id, reflector }) => ({ id, state: reflector.status().state.name })),
    stop: async () => {
      live.stop();
      const stopped = [watch.stop(), layers.stop()];
      connection.close();
      await Promise.all(stopped);
    },
  };
}

function createQuestions(answers: ReturnType<typeof createAnswers>): Pick<Life, 'policy' | 'nodes'> {
  const split = (daemon: string): readonly [string, string] => {
    const [namespace = '', name = ''] = daemon.split('/');
    return [namespace, name];
  };
  return {
    policy: (daemon) => answers.policy(...split(daemon)),
    nodes: (daemon, state) => answers.nodes(...split(daemon), { limit: MOST_NODES, state })?.items ?? [],
  };
}

/** More than any town has. */
const MOST_NODES = 5_000;

type Log = Parameters<typeof startPipeline>[0]['log'];

function listen(said: (what: Said) => void): Log {
  const hear = (fields: Readonly<Record<string, unknown>>, text: string): void => {
    const { daemonset: daemon, node, from, to, reason } = fields;
    if (typeof from !== 'string' || typeof to !== 'string') return said({ note: text });
    said({ daemon: String(daemon), node: String(node), from, to, reason: String(reason) });
  };
  const complain = (fields: { readonly err?: unknown }, text: string): void =>
    said({ error: `${text}: ${fields.err instanceof Error ? fields.err.stack : String(fields.err)}` });
  // The few of pino's methods that the parts call.
  return { debug: hear, info: hear, warn: hear, error: complain } as unknown as Log;
}
