/** Two replicas of the collector's pipeline on the day's cluster: they can end, begin anew with the journal, and change the leader. */
import { createMemoryJournal, createPipeline, renderExposition, type Pipeline } from '@rollcall/collector';
import { podSource, WATCH, type ClusterEvent, type MaintenanceObject, type Policy } from '@rollcall/contract';
import { REFUSAL, type Cluster, type Hearer } from './cluster.ts';
import { hashOf, podKey } from './cluster.ts';
import { DAY_START_MS, HEARTBEAT_S, NAMESPACE } from './objects.ts';
import type { Schedule } from './schedule.ts';

/** An event without the time at which it arrives. */
type Untimed = ClusterEvent extends infer Event
  ? Event extends ClusterEvent
    ? Omit<Event, 'wallMs' | 'monoMs'>
    : never
  : never;

/** A replica, perhaps of a process that ended. */
interface Replica {
  readonly name: string;
  readonly journal: ReturnType<typeof createMemoryJournal>;
  pipeline: Pipeline | undefined;
}

/** The collector of the day. */
export interface Replicas {
  readonly hearer: Hearer;
  /** What both show at a scrape; `undefined` from one that is not there. */
  scrape(): readonly { readonly name: string; readonly text: string | undefined }[];
  /** Sends the heartbeats that are due, renews the Lease, and lets timers fire: at the end of each second. */
  live(second: number): void;
  begin(): void;
  /** Ends both; they come back after so many seconds, with what the journal knows. */
  restart(seconds: number): void;
  /** The leader gives way to the other replica. */
  changeLeader(): void;
  announce(window: MaintenanceObject): void;
}

/** What they watch. */
export interface Watched {
  readonly schedule: Schedule;
  readonly cluster: () => Cluster;
  readonly policies: readonly Policy[];
}

const LEASE_S = 15;
const RENEW_S = 5;

/** Two replicas that have not begun. */
export function createReplicas(watched: Watched): Replicas {
  const wallMs = (): number => DAY_START_MS + watched.schedule.now() * 1_000;
  const replicas: readonly Replica[] = ['a', 'b'].map((name) => ({
    name,
    journal: createMemoryJournal({ limit: 50_000, wallMs }),
    pipeline: undefined,
  }));
  const parts: Parts = { ...watched, replicas, wallMs, windows: [], leader: 0, numbers: new Map(), events: 0 };
  return {
    hearer: hear(parts),
    scrape: () => replicas.map(({ name, pipeline }) => ({ name, text: pipeline && expose(pipeline, instant(parts)) })),
    live: (second) => live(parts, second),
    begin: () => beginAll(parts),
    restart: (seconds) => {
      for (const replica of replicas) replica.pipeline = undefined;
      watched.schedule.after(seconds, () => beginAll(parts));
    },
    changeLeader: () => {
      parts.leader = 1 - parts.leader;
      renewLease(parts);
    },
    announce: (window) => {
      parts.windows.push(window);
      tell(parts, tellWindow(window));
    },
  };
}

interface Parts extends Watched {
  readonly replicas: readonly Replica[];
  readonly wallMs: () => number;
  readonly windows: MaintenanceObject[];
  readonly numbers: Map<string, number>;
  leader: number;
  events: number;
}

function instant({ schedule, wallMs }: Parts): { readonly monoMs: number; readonly wallMs: number } {
  return { monoMs: 10_000_000 + schedule.now() * 1_000, wallMs: wallMs() };
}

function expose(pipeline: Pipeline, now: ReturnType<typeof instant>): string {
  const exposure = { cluster: 'c1', readings: pipeline.read(now), leads: pipeline.leads(now), collector: [] };
  return [...renderExposition({ ...exposure, format: 'text' })].join('');
}

function send(parts: Parts, pipeline: Pipeline | undefined, event: Untimed): void {
  // Spreading loses which of the union it is.
  pipeline?.apply({ ...event, ...instant(parts) } as ClusterEvent);
}

function tell(parts: Parts, event: Untimed): void {
  for (const { pipeline } of parts.replicas) send(parts, pipeline, event);
}

function tellWindow(object: MaintenanceObject): Untimed {
  return { kind: 'maintenance', source: WATCH.windows, uid: object.uid, object };
}

function hear(parts: Parts): Hearer {
  return {
    node: (uid, object) => tell(parts, { kind: 'node', source: WATCH.nodes, uid, object }),
    pod: (uid, object) => tell(parts, { kind: 'pod', source: 'pods', uid, object }),
    daemonSet: (object) => tell(parts, { kind: 'daemonset', source: WATCH.daemonsets, uid: object.uid, object }),
    revision: (object) => tell(parts, { kind: 'revision', source: 'revisions', uid: object.uid, object }),
    refused: ({ uid, name }) => {
      parts.events += 1;
      const at = parts.wallMs();
      const about = { involvedUid: uid, involvedKind: 'DaemonSet', involvedName: name, type: 'Warning', count: 1 };
      const event = { ...REFUSAL, ...about, uid: `event-${parts.events}`, name: `${name}.${parts.events}` };
      const object = { ...event, firstAt: at, lastAt: at, component: 'daemonset-controller' };
      tell(parts, { kind: 'kubeEvent', source: 'events', uid: event.uid, object });
    },
  };
}

function beginAll(parts: Parts): void {
  for (const replica of parts.replicas) begin(parts, replica);
  renewLease(parts);
}

/** Lists, then watches. */
function begin(parts: Parts, replica: Replica): void {
  const { journal } = replica;
  const { append, remember, book } = journal;
  const history = { durable: true, append, remember, book };
  const pipeline = createPipeline({ cluster: 'c1', history, memories: journal.recall(), cuts: journal.cuts() });
  replica.pipeline = pipeline;
  const say = (event: Untimed): void => send(parts, pipeline, event);
  const { nodes, pods, sets } = parts.cluster();
  for (const object of parts.policies) say({ kind: 'policy', source: WATCH.policies, uid: object.uid, object });
  for (const set of sets.values()) {
    const { object, revision } = set;
    say({ kind: 'daemonset', source: WATCH.daemonsets, uid: object.uid, object });
    const uid = `revision-${hashOf(set)}`;
    const newest = { uid, ownerUid: object.uid, revision, hash: hashOf(set) };
    say({ kind: 'revision', source: 'revisions', uid, object: newest });
  }
  for (const object of nodes.values()) say({ kind: 'node', source: WATCH.nodes, uid: object.uid, object });
  for (const object of pods.values()) say({ kind: 'pod', source: 'pods', uid: object.uid, object });
  for (const window of parts.windows) say(tellWindow(window));
  const podWatches = [...sets.keys()].map((name) => podSource(NAMESPACE, name));
  for (const source of [WATCH.nodes, WATCH.daemonsets, ...podWatches])
    say({ kind: 'watchState', source, uid: source, state: 'live' });
}

function live(parts: Parts, second: number): void {
  if (second % RENEW_S === 0) renewLease(parts);
  beat(parts, second);
}

function renewLease(parts: Parts): void {
  const untilMonoMs = instant(parts).monoMs + LEASE_S * 1_000;
  for (const [at, { pipeline }] of parts.replicas.entries())
    send(parts, pipeline, { kind: 'role', source: 'lease', uid: 'lease', leader: at === parts.leader, untilMonoMs });
}

/** Each agent of the first DaemonSet that runs and does not hang. */
function beat(parts: Parts, second: number): void {
  const { pods, nodes, sets, ailmentOf } = parts.cluster();
  const [set] = sets.values();
  if (set === undefined) return;
  const { uid: ownerUid, name } = set.object;
  for (const node of nodes.values()) {
    const pod = pods.get(podKey(name, node.name));
    if (pod === undefined || pod.ready.status !== 'True' || ailmentOf(name, node.name) === 'hang') continue;
    if ((phaseOf(pod.uid) + second) % HEARTBEAT_S !== 0) continue;
    const sequence = (parts.numbers.get(pod.uid) ?? 0) + 1;
    parts.numbers.set(pod.uid, sequence);
    const sentAt = parts.wallMs() - 50;
    const from = { ownerUid, node: node.name, podUid: pod.uid, bootId: `boot-${pod.uid}` };
    const object = { ...from, sequence, sentAt, telemetry: [], errors: [] };
    tell(parts, { kind: 'heartbeat', source: 'heartbeats', uid: pod.uid, object });
  }
}

function phaseOf(uid: string): number {
  return Number(uid.slice('pod-'.length)) % HEARTBEAT_S;
}
