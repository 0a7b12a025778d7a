/**
 * Follows the node Leases, the kubelets' own heartbeats: evidence of since when a node is silent. Each is renewed every 10 s, so up to 1,000
 * nodes they are watched; above that the Lease of a node is read once when its Ready condition turns Unknown.
 */
import { WATCH, type ClusterEvent, type LeaseObject, type NodeObject, type WatchStateName } from '@rollcall/contract';
import { createLeaseReader, leasesPath, type LeaseReader } from './lease-reader.ts';
import { projectLease } from './project-lease.ts';
import { stampNow, watchKind, type KindWatch, type WatchHost } from './watch-kind.ts';

/** What follows the Leases. */
export interface LeaseWatch {
  /** Hears of every event, for the nodes that there are. */
  observe(event: ClusterEvent): void;
  watches(): readonly KindWatch[];
  stop(): Promise<void>;
}

interface Stage {
  readonly host: WatchHost;
  /** The nodes that there are, and those of them whose Ready is Unknown with their names. */
  readonly nodes: Set<string>;
  readonly unknown: Map<string, string>;
  /** The UIDs of the Leases that the core was told of, by node. */
  readonly told: Map<string, string>;
  readonly reader: LeaseReader;
  /** Nothing before all nodes are listed, since then their number is known. */
  mode: 'none' | 'watch' | 'read';
  watch: KindWatch | undefined;
}

const MOST_WATCHED = 1_000;
// A cluster that breathes around the limit does not switch each time.
const WATCHED_AGAIN = 900;

/** Nothing is asked yet. */
export function followLeases(host: WatchHost): LeaseWatch {
  const reader = createLeaseReader(host, (lease) => tell(stage, lease));
  const stage: Stage = {
    host,
    nodes: new Set(),
    unknown: new Map(),
    told: new Map(),
    reader,
    mode: 'none',
    watch: undefined,
  };
  return {
    observe: (event) => {
      if (event.kind === 'node') observeNode(stage, event.uid, event.object);
      else if (!isListed(event)) return;
      settle(stage, event.kind === 'watchState');
    },
    watches: () => (stage.watch === undefined ? [] : [stage.watch]),
    stop: async () => {
      reader.stop();
      await stage.watch?.reflector.stop();
    },
  };
}

function isListed(event: ClusterEvent): boolean {
  return event.kind === 'watchState' && event.source === WATCH.nodes && event.state === 'live';
}

function observeNode(stage: Stage, uid: string, node: NodeObject | undefined): void {
  const { nodes, unknown, mode, reader } = stage;
  if (node === undefined) nodes.delete(uid);
  else nodes.add(uid);
  const before = unknown.get(uid);
  if (node?.ready.status === 'Unknown') {
    unknown.set(uid, node.name);
    if (before === undefined && mode === 'read') reader.ask(node.name);
  } else if (before !== undefined) {
    unknown.delete(uid);
    if (mode !== 'read') return;
    reader.cancel(before);
    // A Lease that nobody follows any more would soon look old.
    drop(stage, before);
  }
}

function settle(stage: Stage, listed: boolean): void {
  const { mode, nodes } = stage;
  if (mode === 'none') {
    if (listed) turn(stage, nodes.size <= MOST_WATCHED ? 'watch' : 'read');
  } else if (mode === 'watch' && nodes.size > MOST_WATCHED) turn(stage, 'read');
  else if (mode === 'read' && nodes.size <= WATCHED_AGAIN) turn(stage, 'watch');
}

function turn(stage: Stage, mode: 'watch' | 'read'): void {
  const { host, told, unknown, reader } = stage;
  stage.mode = mode;
  reader.stop();
  if (stage.watch !== undefined) {
    void stage.watch.reflector.stop();
    say(host, 'gone');
  }
  for (const node of [...told.keys()]) drop(stage, node);
  stage.watch = mode === 'watch' ? watchLeases(stage) : undefined;
  if (mode === 'read') for (const node of unknown.values()) reader.ask(node);
}

function watchLeases(stage: Stage): KindWatch {
  const nodes = new Map<string, string>();
  return watchKind<LeaseObject>(stage.host, {
    id: WATCH.leases,
    path: leasesPath(),
    project: projectLease,
    upsert: ({ uid, value }) => {
      nodes.set(uid, value.node);
      tell(stage, value);
    },
    remove: (uid) => {
      const node = nodes.get(uid);
      nodes.delete(uid);
      // One that was made anew under the same name may have come first.
      if (node !== undefined && stage.told.get(node) === uid) drop(stage, node);
    },
    state: ({ name }) => say(stage.host, name),
  });
}

function tell({ host, told }: Stage, object: LeaseObject): void {
  const { uid, node } = object;
  const before = told.get(node);
  if (before !== undefined && before !== uid) emitLease(host, before, undefined);
  told.set(node, uid);
  emitLease(host, uid, object);
}

function drop({ host, told }: Stage, node: string): void {
  const uid = told.get(node);
  if (uid === undefined) return;
  told.delete(node);
  emitLease(host, uid, undefined);
}

function emitLease({ emit, clock }: WatchHost, uid: string, object: LeaseObject | undefined): void {
  emit({ kind: 'lease', source: WATCH.leases, uid, object, ...stampNow(clock) });
}

function say({ emit, clock }: WatchHost, state: WatchStateName): void {
  emit({ kind: 'watchState', source: WATCH.leases, uid: WATCH.leases, state, ...stampNow(clock) });
}
