/** One collector of a run: the real one from reflectors to answers, on simulated time, over a line that can fail. */
import {
  createAnswers,
  parseServeConfig,
  readinessOf,
  startControl,
  startPipeline,
  startWatching,
} from '@rollcall/collector';
import type { NodeAnswer, NodeState, PolicyAnswer } from '@rollcall/contract';
import { loadConnection, type Clock, type Connection, type Timers } from '@rollcall/kube';
import { seedNumbers } from '../e2e/random.ts';
import type { Line } from './line.ts';
import type { SimTime } from './sim-time.ts';
import { DAEMON_SOURCE, EPOCH_MS } from './town.ts';

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
  /** Whether its counters are those that move. */
  leads(): boolean;
  /** The node-milliseconds that it has exported of a DaemonSet, valid and unobserved ones; of a policy that is gone, as last asked. */
  exportedMs(): ReadonlyMap<string, number>;
  /** Ends it: with the grace that a termination has, or at once and without a word to anybody. */
  stop(isKilled: boolean): Promise<void>;
  /** Everything that it exports now. */
  figures(): readonly Reading[];
}

/** What a collector lives by. */
export interface LifeOptions {
  readonly time: SimTime;
  readonly line: Line;
  /** The line to the other control plane, if the town has one. */
  readonly daemonLine: Line | undefined;
  /** Whether it is one of several. */
  readonly elects: boolean;
  readonly seed: number;
  /** How far its wall clock is from the truth, in milliseconds. */
  readonly wallOffsetMs: () => number;
  readonly said: (what: Said) => void;
}

const SCOPE = { workloadIdPrefix: '', labelSelector: '', metadata: [] };

/** Starts a collector. */
export async function startLife(options: LifeOptions): Promise<Life> {
  const { time, line, daemonLine, seed, wallOffsetMs, said } = options;
  const clock: Clock = {
    monoMs: time.now,
    wallMs: () => EPOCH_MS + time.now() + wallOffsetMs(),
    random: seedNumbers(seed),
  };
  const machine = { clock, timers: { after: time.after } };
  const config = configOf(options);
  const connection = await connect(line, machine);
  const other = daemonLine && (await connect(daemonLine, machine));
  const sources = other === undefined ? [] : [{ name: DAEMON_SOURCE, connection: other, scope: SCOPE }];
  const log = listen(said);
  const live = startPipeline({ cluster: '', log, self: { observeDelay: () => undefined }, machine });
  const { book, watch, layers } = startWatching(live, { config, connection, log, machine, sources });
  const readiness = (): ReturnType<typeof readinessOf> =>
    readinessOf({ needed: watch.watches(), optional: layers.watches() }, live.now().wallMs);
  const answers = createAnswers({ ...live, rejected: book.rejected, conditionsOf: () => [] });
  const control = startControl(live, { config, connection, log, machine, readiness, book, answers });
  const all = (): ReturnType<typeof watch.watches> => [...watch.watches(), ...layers.watches()];
  const exported = new Map<string, number>();
  return {
    startedMs: time.now(),
    ...createQuestions(answers),
    watches: () => all().map(({ id, reflector }) => ({ id, state: reflector.status().state.name })),
    leads: live.leads,
    figures: () => live.pipeline.read(live.now()),
    exportedMs: () => {
      for (const own of live.pipeline.read(live.now())) exported.set(`${own.namespace}/${own.daemonset}`, sum(own));
      return exported;
    },
    stop: async (isKilled) => {
      if (!isKilled) await control.stop();
      live.stop();
      connection.close();
      other?.close();
      await Promise.all([control.stop(), watch.stop(), layers.stop()]);
    },
  };
}

function configOf({ elects }: LifeOptions) {
  const parsed = parseServeConfig(elects ? ['--leader-elect'] : []);
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  return parsed.config;
}

function connect(
  { dial }: Line,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
): Promise<Connection> {
  const readFile = (): Promise<string> => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  return loadConnection({ server: 'http://kube.invalid', env: {}, version: '0.0.0', readFile, dial, clock, timers });
}

/** What it exports of one policy. */
export type Reading = ReturnType<ReturnType<typeof startPipeline>['pipeline']['read']>[number];

function sum({ pools }: Reading): number {
  const all = pools.flatMap(({ slis }) => slis).filter(({ sli }) => sli === 'coverage');
  return all.reduce((total, { validMs, unobservedMs }) => total + validMs + unobservedMs, 0);
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
