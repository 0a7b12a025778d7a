/** Starts what writes to the cluster: the leader election where that is asked for, the status of the policies, and conditions of nodes. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Connection } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { PolicyBook } from '../config/policy-book.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import { startElection, type Election } from '../control/election.ts';
import { startNodeConditions, type NodeConditionWriter } from '../control/node-conditions.ts';
import type { SilenceKeeper } from '../control/silences.ts';
import { startStatusWriter, type StatusWriter } from '../control/status-writer.ts';
import { sayDaemonReady } from '../coverage/index.ts';
import type { Answers, Readiness } from '../http/answers.ts';
import { stampNow } from '../watch/watch-kind.ts';
import type { Budgets } from './keep-budgets.ts';
import { keepSilences } from './keep-silences.ts';
import type { LivePipeline } from './live-pipeline.ts';
import type { Machine } from './system-clock.ts';

/** What a replica takes part with. */
export interface ControlOptions {
  readonly config: Pick<
    ServeConfig,
    'leaderElect' | 'collectorNamespace' | 'nodeConditions' | 'alertmanager' | 'cluster'
  >;
  readonly connection: Connection;
  readonly log: Logger;
  readonly machine: Machine;
  readonly book: Pick<PolicyBook, 'applied'>;
  readonly answers: Pick<Answers, 'policies'>;
  /** Absent where nobody keeps any. */
  readonly budgets?: Pick<Budgets, 'remaining'>;
  /** Ready once the replica knows the cluster. */
  readiness(): Pick<Readiness, 'ready'>;
}

/** What writes to the cluster. `stop` may be called twice. */
export interface Control extends Pick<StatusWriter, 'writes'> {
  /** Undefined where no conditions are written. */
  readonly nodeConditions: Pick<NodeConditionWriter, 'note' | 'writes'> | undefined;
  /** Undefined where no silences are kept. */
  readonly silences: Pick<SilenceKeeper, 'writes'> | undefined;
  /** Ends the writes, then hands the Lease over. */
  stop(): Promise<void>;
}

/** Somebody has to lead, if only to say that nothing can be observed. */
const WARM_UP_MS = 60_000;

/** Starts them; the role enters the pipeline as events, the first one before this returns. */
export function startControl(live: Pick<LivePipeline, 'emit' | 'pipeline' | 'now'>, options: ControlOptions): Control {
  const { config, connection, log, machine, book, answers } = options;
  const { mayWrite, stop } = joinElection(live, options);
  const writer = startStatusWriter({
    connection,
    ...machine,
    log,
    policies: book.applied,
    summaries: answers.policies,
    ...(options.budgets && { budgetRemaining: options.budgets.remaining }),
    mayWrite,
  });
  const nodeConditions = config.nodeConditions ? writeConditions(live, options, mayWrite) : undefined;
  const silences = keepSilences(live, options, mayWrite);
  return {
    writes: writer.writes,
    nodeConditions,
    silences,
    stop: async () => {
      await Promise.all([writer.stop(), nodeConditions?.stop(), silences?.stop()]);
      await stop();
    },
  };
}

function writeConditions(
  { pipeline }: Pick<LivePipeline, 'pipeline'>,
  { config, connection, log, machine }: ControlOptions,
  mayWrite: () => boolean,
): NodeConditionWriter {
  const { inventory, policies } = pipeline.roll;
  return startNodeConditions({
    connection,
    ...machine,
    log,
    namespace: config.collectorNamespace,
    nodes: inventory.nodes,
    // Between two stretches a policy is half reviewed, and half of its nodes are as they were.
    wanted: (node) => (pipeline.roll.inProgress() === undefined ? sayDaemonReady(policies.values(), node) : undefined),
    mayWrite,
  });
}

function joinElection({ emit }: Pick<LivePipeline, 'emit'>, options: ControlOptions): Election {
  const { config, connection, log, machine } = options;
  const isWarm = createWarmth(options);
  // Without the flag a collector is alone: it leads from the start and for ever, and writes once it knows what.
  if (!config.leaderElect) return { mayWrite: isWarm, stop: () => Promise.resolve() };
  // A host may run two, and a process that was restarted is another one.
  const identity = `${hostname()}_${randomUUID()}`;
  return startElection({
    connection,
    ...machine,
    log,
    namespace: config.collectorNamespace,
    identity,
    isWarm,
    // By the clock: an instant to read at lies in the past while events wait, when another replica may still have led.
    tell: (role) => emit({ kind: 'role', source: 'election', uid: identity, ...role, ...stampNow(machine.clock) }),
  });
}

/** True from the first time on that the replica is ready, and after a minute in any case. */
function createWarmth({ machine: { clock }, readiness }: ControlOptions): () => boolean {
  const endMono = clock.monoMs() + WARM_UP_MS;
  let warm = false;
  return () => (warm ||= readiness().ready || clock.monoMs() >= endMono);
}
