/** The town of one run: a living cluster on an embedded API, its policies, and the truth about every node at every moment. */
import { daemonCoverageCrd, GROUP, VERSION, type NodeState } from '@rollcall/contract';
import {
  createStore,
  createWorld,
  startEmbeddedKube,
  type DaemonSpec,
  type EmbeddedKube,
  type IncidentKind,
  type Manifest,
  type NodeTruth,
} from '@rollcall/embedded-kube';
import { seedNumbers } from '../e2e/random.ts';
import type { SimTime } from './sim-time.ts';

/** The wall clock at the beginning of every run. */
export const EPOCH_MS = Date.UTC(2026, 10, 25, 12);

/** A node under one DaemonSet as it truly is, since when, and since when it was covered without a break (undefined: is not). */
export interface Truth extends NodeTruth {
  readonly verdict: Extract<NodeState, NodeTruth['verdict']>;
  readonly sinceMs: number;
  readonly coveredSinceMs: number | undefined;
}

/** The town. `daemons` are `namespace/name`. */
export interface Town {
  readonly kube: EmbeddedKube;
  readonly daemons: readonly string[];
  /** Lets happen what is due by now; answers whether anything did. */
  live(): boolean;
  truth(daemon: string): ReadonlyMap<string, Truth>;
  /** Starts an incident on a node that is well, if there is one. */
  trouble(kind: IncidentKind, seconds: number): void;
  /** Deletes the definition of the policies, and with it all of them. */
  dropPolicies(): void;
  /** Defines and makes them anew. */
  makePolicies(): void;
}

const POOLS = 3;

/** A settled town of `nodes` nodes and two or three DaemonSets, under one policy each. */
export async function buildTown(time: SimTime, { seed, nodes }: { seed: number; nodes: number }): Promise<Town> {
  const random = seedNumbers(seed ^ 0x70776e);
  const store = createStore({ clock: { now: () => EPOCH_MS + time.now() }, random, historyLimit: 200 });
  const kube = await startEmbeddedKube({ store, port: 'none', after: time.after });
  const daemonSets = DAEMONS.slice(0, 2 + Math.floor(random() * 2));
  const world = createWorld({ store, seed, now: EPOCH_MS, nodes, pools: POOLS, daemonSets, incidents: ['join'] });
  const daemons = daemonSets.map(({ namespace, name }) => `${namespace}/${name}`);
  const book = new Map<string, Map<string, Truth>>(daemons.map((daemon) => [daemon, new Map()]));
  const live = (): boolean => {
    const before = store.resourceVersion();
    world.step(EPOCH_MS + time.now());
    for (const { namespace, name, nodes: rows } of world.truth())
      note(book.get(`${namespace}/${name}`) ?? new Map(), rows, time.now());
    return store.resourceVersion() !== before;
  };
  const makePolicies = (): void => {
    store.apply(daemonCoverageCrd() as unknown as Manifest);
    for (const spec of daemonSets) store.apply(policyOf(spec));
  };
  makePolicies();
  live();
  return {
    kube,
    daemons,
    live,
    truth: (daemon) => book.get(daemon) ?? new Map(),
    trouble: (kind, seconds) => void world.start(kind, { seconds }),
    dropPolicies: () =>
      store.delete({ kind: 'CustomResourceDefinition', name: String(daemonCoverageCrd().metadata.name) }),
    makePolicies,
  };
}

const COMMON = { cpu: '50m', hostNetwork: false, maxUnavailable: 2 } as const;

const DAEMONS: readonly DaemonSpec[] = [
  {
    ...COMMON,
    namespace: 'mesh',
    name: 'plexd',
    image: 'plexd:1',
    hostNetwork: true,
    tolerateAll: true,
    role: undefined,
  },
  { ...COMMON, namespace: 'agents', name: 'exporter', image: 'exporter:1', tolerateAll: false, role: undefined },
  { ...COMMON, namespace: 'agents', name: 'shipper', image: 'shipper:1', tolerateAll: false, role: 'worker' },
];

function policyOf({ namespace, name }: DaemonSpec): Manifest {
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: 'DaemonCoverage',
    metadata: { namespace, name },
    spec: { daemonSet: { name } },
  };
}

function note(known: Map<string, Truth>, rows: readonly NodeTruth[], nowMs: number): void {
  const gone = new Set(known.keys());
  for (const row of rows) {
    gone.delete(row.node);
    const before = known.get(row.node);
    const sinceMs = before?.verdict === row.verdict ? before.sinceMs : nowMs;
    const coveredSinceMs = row.verdict === 'covered' ? (before?.coveredSinceMs ?? nowMs) : undefined;
    known.set(row.node, { ...row, sinceMs, coveredSinceMs });
  }
  for (const node of gone) known.delete(node);
}
