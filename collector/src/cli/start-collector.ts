/** Wires a collector: watches and files into the pipeline, the pipeline's answers into the HTTP server. */
import type { ClusterEvent, Policy, Spans } from '@rollcall/contract';
import type { Connection } from '@rollcall/kube';
import type { Logger } from 'pino';
import { watchBackends, type BackendWatch } from '../backends/watch-backends.ts';
import { createPolicyBook, type PolicyBook } from '../config/policy-book.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Answers, FindEvidence, FindMore, Ledger } from '../http/answers.ts';
import type { SelfMetrics } from '../http/self-metrics.ts';
import { startServer, type RunningServer, type ServerOptions } from '../http/server.ts';
import { renderExposition } from '../metrics/exposition.ts';
import { watchCluster, type ClusterWatch } from '../watch/cluster-watch.ts';
import type { DaemonSource } from '../watch/daemon-watch.ts';
import { watchLayers, type LayerWatch } from '../watch/layer-watch.ts';
import type { PodMetricsWatch } from '../watch/pod-metrics-watch.ts';
import { createInterner } from '../watch/read-field.ts';
import { createAccess, logListening } from './access.ts';
import { createAnswers } from './answers.ts';
import { connectionCondition } from './connection-condition.ts';
import { startEventExport } from './start-event-export.ts';
import { createEvidence } from './find-evidence.ts';
import { createStaleConfig } from './find-stale-config.ts';
import { createIntake, type ReportIntake } from './report-intake.ts';
import { startPipeline, type LivePipeline, type LivePipelineHost } from './live-pipeline.ts';
import { followFiles } from './follow-files.ts';
import { fetchFromPeers } from './fetch-peers.ts';
import { keepBudgets, type Budgets } from './keep-budgets.ts';
import { keepHours } from './keep-hours.ts';
import { logCondition, logInForce } from './log-lines.ts';
import { measureSelf } from './measure-self.ts';
import { metricsCondition } from './metrics-condition.ts';
import { openPodMetrics } from './open-pod-metrics.ts';
import { openConnection } from './open-connection.ts';
import { openDaemonSources } from './open-daemon-sources.ts';
import { openJournal, type OpenJournal } from './open-journal.ts';
import { createExclusionDesk } from './exclusion-desk.ts';
import { createPastAnswers } from './past-answers.ts';
import { openWindows, type OpenWindows } from './open-windows.ts';
import { openStream } from './open-stream.ts';
import { createPolicyFeed } from './policy-feed.ts';
import { createPolicyTrace } from './policy-trace.ts';
import { sourceCondition } from './source-condition.ts';
import { memoryLimitOf, startLimits } from './start-limits.ts';
import { startControl } from './start-control.ts';
import { systemMachine, type Machine } from './system-clock.ts';
import { readinessBy } from './readiness-by.ts';
import { windowsCondition } from './windows-condition.ts';

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
  /** Nothing is traced without them. */
  readonly spans?: Spans | undefined;
}

/** How many distinct strings are shared between objects at most. */
const INTERNED = 4_000;
const SHUTDOWN_GRACE_MS = 5_000;

/**
 * Starts a collector. Rejects, with nothing left running, when the kubeconfig or the address is bad; an API server that is
 * down is waited for, and a policy file that cannot be read is a rejected policy.
 */
export async function startCollector(options: CollectorOptions): Promise<RunningCollector> {
  const { config, env, log, spans } = options;
  const connection = await openConnection(config, env, spans);
  const daemons = await openDaemonSources(config.daemonSources, { ...config, connection, spans }, env);
  const journal = await openJournal({ path: config.journal, log, machine: systemMachine });
  const { live, self, books, budgets, watching, control, events, helpers, serving } = startParts(options, {
    connection,
    daemons,
    journal,
  });
  const files = new AbortController();
  let server: RunningServer | undefined;
  const stop = async (): Promise<void> => {
    await endAll([() => files.abort(), helpers.stop, control.stop, helpers.last, live.stop]);
    await Promise.all([watching.stop(), server?.close(SHUTDOWN_GRACE_MS)]);
    await endAll([events.stop, journal.close, daemons.close, connection.close]);
  };
  try {
    await followFiles(config, books, files.signal);
    const scrape = expose(live, config, { self, budgets });
    server = await startServer({ ...createAccess(config, connection, log), ...serving, scrape, spans });
  } catch (error) {
    await stop();
    throw error;
  }
  logListening(log, config, { url: server.url, api: connection.server });
  return { url: server.url, stop: once(stop) };
}

/** What a collector is made of, once it is open. */
interface Opened {
  readonly connection: Connection;
  readonly daemons: Awaited<ReturnType<typeof openDaemonSources>>;
  readonly journal: OpenJournal;
}

/** Starts everything but the server: the parts know each other, and each is asked only once all are there. */
function startParts({ config, env, log, version }: CollectorOptions, { connection, daemons, journal }: Opened) {
  const { cluster, journalPeer: peer } = config;
  const limitBytes = memoryLimitOf(config);
  const own = { version, memoryLimitBytes: limitBytes, journal: journal.status };
  const self = measureSelf(own, () => ({ live, book, watch, layers, opened, control, intake, events }));
  const base = { config, connection, log, machine: systemMachine };
  const stream = openStream(() => answers.policies(), log);
  const onTransition: LivePipelineHost['onTransition'] = (policy, transition) => {
    stream.note(policy, transition);
    control.nodeConditions?.note(transition.node);
  };
  const events = startEventExport({ ...base, cluster, env, version, journal, roll: () => live.pipeline.roll });
  const live = startPipeline({ ...base, cluster, self, journal, onTransition, onApplied: events.hear });
  const watching = startWatching(live, { ...base, ...daemons });
  const { book, watch, layers, backends, metrics, opened } = watching;
  const limits = startLimits({ limitBytes, live, stream, ...systemMachine, log });
  const readiness = readinessBy(live, { watch, layers, notes: () => [...limits.notes(), ...journal.notes()] });
  const intake = createIntake({ live, ...base });
  const lookUps = { evidence: createEvidence(connection), findMore: createStaleConfig(connection) };
  const ledger = createExclusionDesk({ cluster, journal, log, nowMs: systemMachine.clock.wallMs });
  const budgets = keepBudgets({ ...systemMachine, journal, log, policies: () => policiesOf(live) });
  const { collectorNamespace } = config;
  const known = { ...watching, ...daemons, ...lookUps, journal, ledger, budgets, collectorNamespace };
  const answers = answer(live, { ...known, notesOf: intake.notesOf });
  const control = startControl(live, { ...base, readiness, book, answers, budgets });
  const hours = keepHours(live, systemMachine.timers);
  const peers = fetchFromPeers({ ...base, peer, journal });
  const helpers = { stop: () => endAll([peers.stop, limits.stop, budgets.stop, opened.stop]), last: hours.stop };
  const stop = (): Promise<unknown> => endAll([metrics.stop, watch.stop, layers.stop, backends.stop]);
  const serving = { answers, readiness, intake, stream };
  const books = { book, windows: opened.windows };
  return { live, self, books, budgets, watching: { stop }, control, events, helpers, serving };
}

function policiesOf({ pipeline }: LivePipeline): readonly Policy[] {
  return [...pipeline.roll.policies.values()].map(({ policy }) => policy);
}

async function endAll(ends: readonly (() => void | Promise<void>)[]): Promise<void> {
  for (const end of ends) await end();
}

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  return () => (stopping ??= stop());
}

/** What the watches are started with. */
interface Watching {
  readonly config: ServeConfig;
  readonly connection: Connection;
  readonly log: Logger;
  readonly machine: Machine;
  readonly sources: readonly DaemonSource[];
}

/** What was started. */
interface Watches {
  readonly book: PolicyBook;
  readonly watch: ClusterWatch;
  readonly layers: LayerWatch;
  readonly backends: BackendWatch;
  readonly opened: OpenWindows;
  readonly metrics: PodMetricsWatch;
}

/** Starts the watches of the cluster, of its policies and of what their layers ask for, into a pipeline. */
export function startWatching(live: LivePipeline, { config, connection, log, machine, sources }: Watching): Watches {
  const { now } = live;
  const emit = (event: ClusterEvent): void => {
    live.emit(event);
    layers.observe(event);
  };
  const trace = createPolicyTrace(connection.spans, (uid) => live.pipeline.roll.policies.get(uid)?.records.size ?? 0);
  const feed = createPolicyFeed({ emit: (event) => trace.change(event, emit), now });
  const { cluster, collectorNamespace, discover } = config;
  const book = createPolicyBook({
    ...{ cluster, collectorNamespace, discover },
    sink: {
      inForce: (changed, gone) => {
        logInForce(log, changed, gone);
        feed.inForce(changed, gone);
        watch.retarget(feed.targets());
        layers.retarget(feed.needs());
        for (const poll of [backends, metrics]) poll.retarget(feed.policies());
      },
      conditioned: (policy, condition) => {
        logCondition(log, policy, condition);
        trace.conditioned(policy, condition);
      },
    },
  });
  const host = { connection, ...machine, log, intern: createInterner(INTERNED), emit };
  const layers = watchLayers(host, sources);
  const isNode = (name: string): boolean => live.pipeline.roll.inventory.nodes.has(name);
  const backends = watchBackends({ ...machine, log, emit, isNode }, config.connections);
  const opened = openWindows({ cluster, collectorNamespace, live, log, machine });
  const metrics = openPodMetrics(host, live);
  const watch = watchCluster(host, {
    ...opened,
    daemonSets: (names) => book.daemonSets(names),
    policy: ({ uid, document }, stamp) => book.api(uid, document, stamp.wallMs),
    policyGone: (uid) => book.apiGone(uid),
  });
  return { book, watch, layers, backends, metrics, opened };
}

interface Answering extends Watches {
  readonly sources: readonly DaemonSource[];
  readonly collectorNamespace: string;
  readonly evidence: FindEvidence;
  readonly findMore: FindMore;
  readonly journal: OpenJournal;
  readonly ledger: Ledger;
  readonly budgets: Budgets;
  readonly notesOf: ReportIntake['notesOf'];
}

function answer(
  live: LivePipeline,
  { book, watch, layers, backends, metrics, opened, sources, journal, ledger, collectorNamespace, ...rest }: Answering,
): Answers {
  const known = sources.map(({ name }) => name);
  const conditionsOf = (policy: Policy) => [
    ...sourceCondition(policy, { known, stateOf: layers.sourceState }),
    ...connectionCondition(policy, backends),
    ...metricsCondition(policy, metrics),
    ...windowsCondition(policy, {
      watches: watch.watches(),
      rejected: opened.windows.rejected(),
      collectorNamespace,
    }),
  ];
  const past = createPastAnswers({
    journal,
    policies: () => policiesOf(live).map((policy) => ({ ...policy, policyUid: policy.uid })),
    nowMs: systemMachine.clock.wallMs,
  });
  return createAnswers({ ...live, rejected: book.rejected, conditionsOf, past: { ...past, ...ledger }, ...rest });
}

function expose(
  { pipeline, now, leads }: LivePipeline,
  { cluster }: ServeConfig,
  { self: { families }, budgets }: { readonly self: SelfMetrics; readonly budgets: Budgets },
): ServerOptions['scrape'] {
  // What increase() sees first is no increase: a hole that a new process has booked before anybody looked is shown from the second look on.
  let span: 'led' | 'exported' = 'led';
  return {
    collectorFamilies: () => Promise.resolve(families()),
    exposition: (format, collector) => {
      const figures = pipeline.read(now(), span);
      const readings = figures.map((own) => ({ ...own, windows: budgets.windows(own) }));
      span = 'exported';
      return renderExposition({ cluster: cluster || undefined, readings, leads: leads(), collector, format });
    },
  };
}
