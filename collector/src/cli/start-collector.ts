/** Wires a collector: watches and files into the pipeline, the pipeline into the journal, the log and the HTTP server. */
import { formatFault, type ClusterEvent, type Policy, type Transition } from '@rollcall/contract';
import type { Connection } from '@rollcall/kube';
import type { Logger } from 'pino';
import { createPolicyBook, type PolicyBook } from '../config/policy-book.ts';
import { watchPolicyFiles } from '../config/policy-files-watch.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import { createConditionReporter } from '../control/report-condition.ts';
import type { Instant } from '../coverage/index.ts';
import { createRegistry, createSelfMetrics, type SelfMetrics } from '../http/self-metrics.ts';
import type { ScrapeSource } from '../http/scrape.ts';
import { startServer } from '../http/server.ts';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { renderExposition } from '../metrics/exposition.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { watchCluster, type ClusterWatch } from '../watch/cluster-watch.ts';
import { createInterner } from '../watch/read-field.ts';
import { stampNow } from '../watch/watch-kind.ts';
import { createAnswers, rfc3339 } from './answers.ts';
import { openConnection } from './open-connection.ts';
import { sleep, systemClock, systemTimers } from './system-clock.ts';
import { createTicker } from './ticker.ts';
import { readinessOf, statusesOf } from './watch-status.ts';

/** A collector that runs. `stop` ends its watches and its server and may be called twice. */
export interface RunningCollector {
  readonly url: string;
  stop(): Promise<void>;
}

/** What a collector is started with. */
export interface CollectorOptions {
  readonly config: ServeConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly version: string;
}

/** How often policy files are looked at. */
const FILES_INTERVAL_MS = 2_000;
/** How many distinct strings are shared between objects at most. */
const INTERNED = 200_000;
const SHUTDOWN_GRACE_MS = 5_000;

/** Starts a collector. Rejects when the kubeconfig, a policy path or the address is bad; an API server that is down is waited for. */
export async function startCollector({ config, env, log, version }: CollectorOptions): Promise<RunningCollector> {
  const connection = await openConnection(config, env);
  const journal = createMemoryJournal();
  const append = (transition: Transition): void => {
    journal.append(transition);
    logTransition(log, transition, pipeline.roll.policies.get(transition.policyUid)?.policy);
  };
  const history = { durable: journal.durable, append, remember: journal.remember };
  const pipeline = createPipeline({ cluster: config.cluster, history, memories: journal.recall() });
  const now = (): Instant => stampNow(systemClock);
  const ticker = createTicker(pipeline, { now, timers: systemTimers });
  let self: SelfMetrics | undefined;
  const emit = (event: ClusterEvent): void => {
    pipeline.apply(event);
    ticker.aim();
    self?.observeDelay(systemClock.monoMs() - event.monoMs);
  };
  const { book, watch } = startWatching({ config, connection, emit, log, now });
  self = createSelfMetrics(createRegistry(), {
    version,
    watches: () => statusesOf(watch.watches(), now()),
    rejectedPolicies: () => book.rejected().length,
    leader: () => true,
    nowMonoMs: () => now().monoMs,
  });
  const families = self.families;
  const files = new AbortController();
  await followFiles(config, book, { log, signal: files.signal });
  const server = await startServer({
    listen: config.listen,
    answers: createAnswers({ pipeline, journal, rejected: book.rejected, now }),
    scrape: { exposition: expose(pipeline, config, now), collectorFamilies: families },
    readiness: () => readinessOf(watch.watches(), now().wallMs),
    log,
  });
  if (config.insecure) log.warn({ url: server.url }, INSECURE);
  log.info({ url: server.url, api: connection.server }, 'listening');
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    files.abort();
    ticker.stop();
    await Promise.all([watch.stop(), server.close(SHUTDOWN_GRACE_MS)]);
    await connection.close();
  };
  return { url: server.url, stop: () => (stopping ??= stop()) };
}

const INSECURE =
  'listening --insecure: whoever reaches this address can read every answer, nothing authenticates clients';

function expose(pipeline: Pipeline, { cluster }: ServeConfig, now: () => Instant): ScrapeSource['exposition'] {
  return (format, collector) => {
    const instant = now();
    const readings = pipeline.read(instant);
    return renderExposition({ cluster: cluster || undefined, readings, collector, format });
  };
}

/** Follows the policy files; resolves once they were read for the first time, so that readiness means: with every policy. */
function followFiles(config: ServeConfig, book: PolicyBook, host: { log: Logger; signal: AbortSignal }): Promise<void> {
  const { policies: paths, cluster, collectorNamespace } = config;
  if (paths.length === 0) return Promise.resolve();
  return new Promise((readOnce) => {
    void watchPolicyFiles({
      paths,
      context: { cluster, collectorNamespace },
      intervalMs: FILES_INTERVAL_MS,
      sleep,
      signal: host.signal,
      onChange: ({ policies, rejected }) => {
        for (const { file, document, faults, inForce } of rejected) {
          const kept = inForce.length === 0 ? '' : `; the previous version stays in force for ${inForce.join(', ')}`;
          host.log.warn({ file, document }, `policy rejected: ${faults.map(formatFault).join('; ')}${kept}`);
        }
        book.files(policies, rejected);
        readOnce();
      },
    });
  });
}

/** One line a transition. What turns unobserved, or out of it, is said by the watch that is not live. */
function logTransition(log: Logger, transition: Transition, policy: Policy | undefined): void {
  const { node, pool, from, to, reason, evidence } = transition;
  if (to !== 'uncovered' && from !== 'uncovered' && to !== 'excused' && to !== 'stray') return;
  const daemonset = policy === undefined ? '' : `${policy.namespace}/${policy.daemonset}`;
  log.info({ daemonset, node, pool, from, to, reason }, evidence === '' ? `${node || pool} is ${to}` : evidence);
}

interface Watching {
  readonly config: ServeConfig;
  readonly connection: Connection;
  readonly log: Logger;
  emit(event: ClusterEvent): void;
  now(): Instant;
}

function startWatching({ config, connection, emit, log, now }: Watching): { book: PolicyBook; watch: ClusterWatch } {
  const report = createConditionReporter(connection, log, () => rfc3339(now().wallMs));
  const targets = new Map<string, { namespace: string; daemonset: string }>();
  const policyEvent = (uid: string): { source: string; uid: string } & Instant => ({
    source: 'policies',
    uid,
    ...now(),
  });
  const book = createPolicyBook({
    cluster: config.cluster,
    collectorNamespace: config.collectorNamespace,
    discover: config.discover,
    sink: {
      inForce: (changed, gone) => {
        for (const uid of gone) {
          targets.delete(uid);
          emit({ kind: 'policy', object: undefined, ...policyEvent(uid) });
        }
        for (const policy of changed) {
          const { namespace, daemonset, hasDaemonSet } = policy;
          if (hasDaemonSet) targets.set(policy.uid, { namespace, daemonset });
          emit({ kind: 'policy', object: policy, ...policyEvent(policy.uid) });
        }
        watch.retarget([...targets.values()]);
      },
      conditioned: (policy, condition) => {
        const fields = { ...policy, reason: condition.reason };
        if (condition.status === 'False') log.warn(fields, `policy rejected: ${condition.message}`);
        report(policy, condition);
      },
    },
  });
  const host = { connection, clock: systemClock, timers: systemTimers, log, intern: createInterner(INTERNED), emit };
  const watch = watchCluster(host, {
    daemonSets: (names) => book.daemonSets(names),
    policy: ({ uid, document }, stamp) => book.api(uid, document, stamp.wallMs),
    policyGone: (uid) => book.apiGone(uid),
  });
  return { book, watch };
}
