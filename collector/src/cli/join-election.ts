/** Takes part in the leader election where that is asked for, and tells the pipeline its role. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Connection } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { ServeConfig } from '../config/serve-config.ts';
import { startElection, type Election } from '../control/election.ts';
import type { Readiness } from '../http/answers.ts';
import type { LivePipeline } from './live-pipeline.ts';
import type { Machine } from './system-clock.ts';

/** What a replica takes part with. */
export interface Joining {
  readonly config: Pick<ServeConfig, 'leaderElect' | 'collectorNamespace'>;
  readonly connection: Connection;
  readonly log: Logger;
  readonly machine: Machine;
  /** Ready once the replica knows the cluster. */
  readiness(): Pick<Readiness, 'ready'>;
}

/** Without `--leader-elect` a collector is alone: it leads from the start and for ever. */
const ALONE: Election = { mayWrite: () => true, stop: () => Promise.resolve() };

/** Joins; the role enters the pipeline as events, the first one before this returns. */
export function joinElection({ emit, now }: Pick<LivePipeline, 'emit' | 'now'>, joining: Joining): Election {
  const { config, connection, log, machine, readiness } = joining;
  if (!config.leaderElect) return ALONE;
  // A host may run two, and a process that was restarted is another one.
  const identity = `${hostname()}_${randomUUID()}`;
  return startElection({
    connection,
    ...machine,
    log,
    namespace: config.collectorNamespace,
    identity,
    isWarm: () => readiness().ready,
    tell: (role) => emit({ kind: 'role', source: 'election', uid: identity, ...role, ...now() }),
  });
}
