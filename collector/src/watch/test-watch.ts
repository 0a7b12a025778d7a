/** All watches on an embedded API, with the core behind them and time in the test's hands. */
import { PassThrough } from 'node:stream';
import type { ClusterEvent } from '@rollcall/contract';
import type { EmbeddedKubeOptions } from '@rollcall/embedded-kube';
import type { Connection } from '@rollcall/kube';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { describeStanding } from '../test-cluster.ts';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { buildPolicy } from '../test-objects.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { watchCluster, type ClusterListener, type ClusterWatch } from './cluster-watch.ts';
import { createInterner } from './read-field.ts';
import { stampNow } from './watch-kind.ts';

type Matches = (path: string) => boolean;

/** What a case works with. Policies are about DaemonSets of the namespace `agents`. */
export interface TestWatch {
  readonly cluster: TestKube;
  readonly time: FakeTime;
  readonly watch: ClusterWatch;
  readonly pipeline: Pipeline;
  readonly events: readonly ClusterEvent[];
  /** `daemonset/node: from -> to`, in order. */
  readonly transitions: string[];
  /** What was asked of the server, paths decoded. */
  readonly asked: readonly string[];
  readonly logged: readonly string[];
  /** Sets the policies in force: one for each of these DaemonSets. */
  follow(...daemonSets: readonly string[]): void;
  /** A node's state under a DaemonSet's policy, see `describeStanding`. */
  state(daemonSet: string, node: string): string;
  /** Waits until these nodes are in a state under these DaemonSets. */
  reaches(state: string, daemonSets: readonly string[], nodes: readonly string[]): Promise<void>;
  /** The ids of the running watches of pods, without the common beginning. */
  podWatches(): readonly string[];
  /** The paths that were answered in protobuf. */
  readonly protobuf: ReadonlySet<string>;
  /** Holds back what the server says on matching watches, running or to come, until they are released. */
  hold(matches: Matches): void;
  /** Lets matching watches go, all if absent; those to come are not held any more. */
  release(matches?: Matches): void;
  stop(): Promise<void>;
}

/** Starts an API and the watches on it. `listener` hears of policies and names. */
export async function startTestWatch(
  listener: Partial<ClusterListener> = {},
  options: EmbeddedKubeOptions = {},
): Promise<TestWatch> {
  const cluster = await startTestKube(options);
  const time = createFakeTime();
  const dam = buildDam(await cluster.connect(time));
  const core = createCore();
  const { emit } = core;
  const logged: string[] = [];
  const write = (_: object, text: string): void => void logged.push(text);
  const log = { info: write, warn: write };
  const nothing = (): void => undefined;
  const watch = watchCluster(
    { connection: dam.connection, clock: time, timers: time, log, intern: createInterner(1_000), emit },
    { daemonSets: nothing, policy: nothing, policyGone: nothing, window: nothing, windowGone: nothing, ...listener },
  );
  return {
    cluster,
    time,
    watch,
    logged,
    ...core,
    ...dam,
    ...createQuestions(core.pipeline),
    follow: createFollower({ time, watch, emit }),
    podWatches: () => watch.watches().flatMap(({ id }) => (id.startsWith('pods/') ? [id.slice('pods/'.length)] : [])),
    stop: async () => {
      dam.release();
      await watch.stop();
      await cluster.stop();
    },
  };
}

function createQuestions({ roll }: Pipeline): Pick<TestWatch, 'state' | 'reaches'> {
  const state: TestWatch['state'] = (daemonSet, node) =>
    describeStanding(roll.policies.get(`policy-${daemonSet}`)?.records.get(node)?.standing);
  return {
    state,
    reaches: (wanted, daemonSets, nodes) =>
      until(
        () => daemonSets.every((daemonSet) => nodes.every((node) => state(daemonSet, node) === wanted)),
        `${nodes.join()} ${wanted} under ${daemonSets.join()}`,
      ),
  };
}

type FollowerHost = Pick<TestWatch, 'time' | 'watch'> & { readonly emit: (event: ClusterEvent) => void };

function createFollower({ time, watch, emit }: FollowerHost): TestWatch['follow'] {
  const followed = new Set<string>();
  const tell = (name: string, object?: ReturnType<typeof buildPolicy>): void =>
    emit({ kind: 'policy', source: 'test', uid: `policy-${name}`, object, ...stampNow(time) });
  return (...daemonSets) => {
    for (const name of followed) if (!daemonSets.includes(name)) tell(name);
    for (const name of daemonSets)
      if (!followed.has(name)) tell(name, buildPolicy({ daemonset: name, poolLabels: [] }));
    followed.clear();
    for (const name of daemonSets) followed.add(name);
    watch.retarget(daemonSets.map((daemonset) => ({ namespace: 'agents', daemonset })));
  };
}

function createCore(): Pick<TestWatch, 'pipeline' | 'transitions' | 'events'> & Pick<FollowerHost, 'emit'> {
  const journal = createMemoryJournal();
  const transitions: string[] = [];
  const events: ClusterEvent[] = [];
  const append: typeof journal.append = (row) => {
    if (row.kind !== 'transition') return;
    const { policyUid, node, from, to } = row;
    transitions.push(`${policyUid.replace('policy-', '')}/${node}: ${from} -> ${to}`);
  };
  const pipeline = createPipeline({ cluster: '', history: { ...journal, append }, memories: [] });
  const emit = (event: ClusterEvent): void => {
    events.push(event);
    pipeline.apply(event);
  };
  return { pipeline, transitions, events, emit };
}

function buildDam(
  inner: Connection,
): Pick<TestWatch, 'asked' | 'protobuf' | 'hold' | 'release'> & { readonly connection: Connection } {
  const held: Matches[] = [];
  const asked: string[] = [];
  const protobuf = new Set<string>();
  const streams = new Map<PassThrough, string>();
  const request: Connection['request'] = async (wanted) => {
    const path = decodeURIComponent(wanted.path);
    asked.push(path);
    const response = await inner.request(wanted);
    if (String(response.headers['content-type']).includes('protobuf')) protobuf.add(path.replace(/\?.*/, ''));
    if (!path.includes('watch=')) return response;
    const body = new PassThrough();
    response.body.on('error', (error) => body.destroy(error)).pipe(body);
    body.on('close', () => response.body.destroy());
    if (held.some((matches) => matches(path))) body.cork();
    streams.set(body, path);
    return { ...response, body };
  };
  return {
    connection: { ...inner, request },
    asked,
    protobuf,
    hold: (matches) => {
      held.push(matches);
      for (const [stream, path] of streams) if (matches(path)) stream.cork();
    },
    release: (matches = () => true) => {
      held.length = 0;
      for (const [stream, path] of streams) if (matches(path)) stream.uncork();
    },
  };
}
