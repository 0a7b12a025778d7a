/** Reads a log of what an API server said, in Kubernetes' own words, into the events of the core. */
import {
  createInterner,
  createNodeSharing,
  createPodSharing,
  projectDaemon,
  projectDaemonSet,
  projectLease,
  projectNode,
  projectNodeState,
  projectPod,
  projectRevision,
  resolvePolicy,
} from '@rollcall/collector';
import { daemonSource, LOCAL_SOURCE, podSource, WATCH, type ClusterEvent } from '@rollcall/contract';
import { parse } from 'yaml';

/** One step of a log, at the least that time passed: objects as they now are, those that are gone, watches whose state changed. */
export interface Step {
  /** Time since the log began, as HH:MM:SS. */
  readonly at: string;
  readonly seen?: readonly { readonly kind: string }[];
  readonly gone?: readonly { readonly kind: string; readonly uid: string }[];
  /** `nodes`, `daemonsets`, `daemons` (those of the same API server), `plexdnodestates`, or the DaemonSet of the namespace agents whose pods are meant. */
  readonly watches?: Readonly<Record<string, 'syncing' | 'live' | 'stale' | 'gone'>>;
}

/** The wall-clock time at which every log begins. */
export const LOG_START = Date.UTC(2026, 0, 1);

/** The events of a log in order, the monotonic clock at 0 when it begins. Throws on a kind that the core does not know. */
export function readLog(log: string): Generator<ClusterEvent> {
  return readSteps(parse(log, { merge: true }) as readonly Step[]);
}

/** The events of steps that are read already; otherwise the same. */
export function* readSteps(steps: readonly Step[]): Generator<ClusterEvent> {
  for (const { at, seen = [], gone = [], watches = {} } of steps) {
    const monoMs = readTime(at);
    // Only Daemons are told apart by where they come from.
    const stamp = { source: FIXED['daemons'] ?? '', monoMs, wallMs: LOG_START + monoMs };
    yield { ...stamp, kind: 'tick', uid: '' };
    for (const raw of seen) yield { ...stamp, ...readObject(raw) };
    for (const { kind, uid } of gone) yield { ...stamp, kind: eventKindOf(kind), uid, object: undefined };
    for (const [name, state] of Object.entries(watches)) {
      const source = FIXED[name] ?? podSource('agents', name);
      yield { ...stamp, kind: 'watchState', source, uid: source, state };
    }
  }
}

const FIXED: Readonly<Record<string, string>> = {
  nodes: WATCH.nodes,
  daemonsets: WATCH.daemonsets,
  daemons: daemonSource(LOCAL_SOURCE),
  plexdnodestates: WATCH.nodeStates,
};

function readTime(at: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = at.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

type Told<Event> = Event extends ClusterEvent ? Omit<Event, 'source' | 'monoMs' | 'wallMs'> : never;
type ObjectKind = 'node' | 'pod' | 'daemonset' | 'revision' | 'policy' | 'daemon' | 'nodeState' | 'lease';

function readObject(raw: { readonly kind: string }): Told<ClusterEvent & { kind: ObjectKind }> {
  const intern = createInterner(1_000);
  const kind = eventKindOf(raw.kind);
  switch (kind) {
    case 'node':
      return withUid(kind, projectNode(raw, createNodeSharing(intern)));
    case 'pod':
      return withUid(kind, projectPod(raw, createPodSharing(intern)));
    case 'daemonset':
      return withUid(kind, projectDaemonSet(raw, intern));
    case 'revision':
      return withUid(kind, projectRevision(raw, intern));
    case 'policy':
      return withUid(kind, readPolicy(raw));
    case 'daemon':
      return withUid(kind, projectDaemon(raw, intern));
    case 'nodeState':
      return withUid(kind, projectNodeState(raw, intern));
    case 'lease':
      return withUid(kind, projectLease(raw));
  }
}

function withUid<Kind, T extends { readonly uid: string }>(
  kind: Kind,
  object: T,
): { kind: Kind; uid: string; object: T } {
  return { kind, uid: object.uid, object };
}

function readPolicy(document: unknown): Extract<ReturnType<typeof resolvePolicy>, { ok: true }>['policy'] {
  const context = { origin: 'API', cluster: '', collectorNamespace: 'rollcall', createdAtFallback: LOG_START } as const;
  const resolved = resolvePolicy({ document, ...context });
  if (!resolved.ok) throw new Error(`the log has a bad policy: ${JSON.stringify(resolved.faults)}`);
  return resolved.policy;
}

const KINDS: Readonly<Record<string, ObjectKind>> = {
  Node: 'node',
  Pod: 'pod',
  DaemonSet: 'daemonset',
  ControllerRevision: 'revision',
  DaemonCoverage: 'policy',
  Daemon: 'daemon',
  PlexdNodeState: 'nodeState',
  Lease: 'lease',
};

function eventKindOf(kind: string): ObjectKind {
  const found = KINDS[kind];
  if (found === undefined)
    throw new Error(`a log cannot tell of the kind ${kind}: use ${Object.keys(KINDS).join(', ')}`);
  return found;
}
