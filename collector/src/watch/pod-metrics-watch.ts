/** Asks metrics.k8s.io what the daemon pods of policies use, as long as a policy asks, and tells it as events. */
import {
  usageSource,
  WATCHED_KINDS,
  type ClusterEvent,
  type LabelSelector,
  type Policy,
  type UsageSample,
} from '@rollcall/contract';
import { KubeError, readPages, toKubeError, type Clock, type Connection, type Log, type Timers } from '@rollcall/kube';
import { toQuery } from './pod-plan.ts';
import { projectPodMetrics } from './project-pod-metrics.ts';
import { stampNow } from './watch-kind.ts';

/** Where a pod of a DaemonSet runs. */
export interface PodPlace {
  readonly node: string;
  readonly uid: string;
}

/** The DaemonSet of a policy as it is known now: its selector, and its pods by their names. */
export interface DaemonPods {
  readonly selector: LabelSelector;
  readonly places: ReadonlyMap<string, PodPlace>;
}

/** What the polls work with. `emit` is synchronous. */
export interface PodMetricsHost {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  emit(event: ClusterEvent): void;
  /** Undefined while no pod of it is known. */
  findPods(policy: Policy): DaemonPods | undefined;
}

/** How the poll of one policy fares: `trouble` is that of the last turn; undefined before the first turn is over. */
export interface PodMetricsState {
  readonly trouble: KubeError | undefined;
}

/** The running polls. */
export interface PodMetricsWatch {
  /** Polls for exactly those of these policies that have an objective for resources. */
  retarget(policies: readonly Policy[]): void;
  stateOf(policyUid: string): PodMetricsState | undefined;
  stop(): void;
}

const INTERVAL_MS = 30_000;
/** Until pods are known there is nothing to ask about. */
const FIRST_PAUSE_MS = 2_000;
/** An answer that takes longer is given up. */
const TIMEOUT_MS = 20_000;
const JITTER = 0.1;
/** So many nodes go into one event, so that none holds up the others for long. */
const SAMPLES_AT_ONCE = 500;

/** Asks nothing before a policy does. One namespace is asked for one DaemonSet after the other. */
export function watchPodMetrics(host: PodMetricsHost): PodMetricsWatch {
  const running = new Map<string, NamespacePoll>();
  return {
    retarget: (policies) => {
      const asking = policies.filter(
        ({ hasDaemonSet, objectives }) => hasDaemonSet && objectives.some(({ sli }) => sli === 'resources'),
      );
      const wanted = Map.groupBy(asking, ({ namespace }) => namespace);
      for (const [namespace, poll] of running) {
        if (wanted.has(namespace)) continue;
        poll.retarget([]);
        poll.stop();
        running.delete(namespace);
      }
      for (const [namespace, own] of wanted) {
        const poll = running.get(namespace) ?? startNamespace(host, namespace);
        running.set(namespace, poll);
        poll.retarget(own);
      }
    },
    stateOf: (uid) => [...running.values()].map((poll) => poll.stateOf(uid)).find((state) => state !== undefined),
    stop: () => {
      for (const poll of running.values()) poll.stop();
    },
  };
}

interface NamespacePoll {
  retarget(policies: readonly Policy[]): void;
  stateOf(policyUid: string): PodMetricsState | undefined;
  stop(): void;
}

function startNamespace(host: PodMetricsHost, namespace: string): NamespacePoll {
  const { clock, timers } = host;
  const end = new AbortController();
  const book = keepStates(host, namespace);
  let asked: readonly Policy[] = [];
  let cancel = (): void => undefined;
  const again = (ms: number): void => {
    const jitter = 1 + JITTER * (2 * clock.random() - 1);
    cancel = timers.after(ms * jitter, () => void turn());
  };
  const turn = async (): Promise<void> => {
    let isWaiting = false;
    for (const policy of asked) {
      const pods = host.findPods(policy);
      if (pods === undefined) isWaiting = true;
      else {
        const trouble = await poll(host, policy, { pods, signal: end.signal });
        if (end.signal.aborted) return;
        if (asked.some(({ uid }) => uid === policy.uid)) book.note(policy.uid, trouble);
      }
    }
    again(isWaiting ? FIRST_PAUSE_MS : INTERVAL_MS);
  };
  again(FIRST_PAUSE_MS);
  return {
    retarget: (policies) => {
      asked = policies;
      book.keep(new Set(policies.map(({ uid }) => uid)));
    },
    stateOf: book.stateOf,
    stop: () => {
      end.abort();
      cancel();
    },
  };
}

interface States extends Pick<NamespacePoll, 'stateOf'> {
  note(policyUid: string, trouble: KubeError | undefined): void;
  /** Forgets all others, and tells that what was measured for them is gone. */
  keep(policyUids: ReadonlySet<string>): void;
}

function keepStates({ log, clock, emit }: PodMetricsHost, namespace: string): States {
  const states = new Map<string, PodMetricsState>();
  return {
    stateOf: (uid) => states.get(uid),
    note: (uid, trouble) => {
      const before = states.get(uid);
      states.set(uid, { trouble });
      logTurn(log, { namespace, policyUid: uid }, { before: before?.trouble, now: trouble });
      if (before === undefined) emit(stateEvent(uid, 'live', clock));
    },
    keep: (uids) => {
      for (const uid of states.keys()) {
        if (uids.has(uid)) continue;
        states.delete(uid);
        emit(stateEvent(uid, 'gone', clock));
      }
    },
  };
}

function stateEvent(uid: string, state: 'live' | 'gone', clock: Clock): ClusterEvent {
  const source = usageSource(uid);
  return { kind: 'watchState', state, source, uid: source, ...stampNow(clock) };
}

interface Turn {
  readonly pods: DaemonPods;
  readonly signal: AbortSignal;
}

/** One list: what it tells goes out as it comes in. Answers why it failed. */
async function poll(host: PodMetricsHost, policy: Policy, { pods, signal }: Turn): Promise<KubeError | undefined> {
  const path = podMetricsPath(policy.namespace);
  const late = new AbortController();
  const expire = (): void =>
    late.abort(new KubeError('Timeout', `GET ${path}: no whole answer within ${TIMEOUT_MS / 1000} s`));
  const cancel = host.timers.after(TIMEOUT_MS, expire);
  const source = usageSource(policy.uid);
  let samples: UsageSample[] = [];
  const flush = (): void => {
    if (samples.length > 0 && !signal.aborted)
      host.emit({ kind: 'usage', source, uid: source, samples, ...stampNow(host.clock) });
    samples = [];
  };
  try {
    const connection = endWith(host.connection, AbortSignal.any([signal, late.signal]));
    await readPages(connection, { path, labelSelector: toQuery(pods.selector) || undefined }, (raw) => {
      const { name, ...usage } = projectPodMetrics(raw);
      const place = pods.places.get(name);
      if (place === undefined) return;
      samples.push({ node: place.node, podUid: place.uid, ...usage });
      if (samples.length === SAMPLES_AT_ONCE) flush();
    });
    flush();
    return undefined;
  } catch (thrown) {
    return toKubeError(late.signal.aborted ? late.signal.reason : thrown, `GET ${path}`);
  } finally {
    cancel();
  }
}

/** The same connection, whose requests end with a signal of ours, too. */
function endWith(connection: Connection, signal: AbortSignal): Connection {
  return {
    ...connection,
    request: (request) =>
      connection.request({
        ...request,
        signal: request.signal === undefined ? signal : AbortSignal.any([request.signal, signal]),
      }),
  };
}

function podMetricsPath(namespace: string): string {
  const { group, version, resource } = WATCHED_KINDS.podMetrics;
  return `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

interface Change {
  readonly before: KubeError | undefined;
  readonly now: KubeError | undefined;
}

/** Once for each trouble, and once when it is over. */
function logTurn(log: Log, fields: object, { before, now }: Change): void {
  if (before?.code === now?.code) return;
  if (now === undefined) log.info(fields, 'metrics.k8s.io answers again');
  else
    log.warn(
      { ...fields, code: now.code, error: now.message },
      'metrics.k8s.io does not answer; heartbeats alone tell what daemons use',
    );
}
