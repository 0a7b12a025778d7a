/** The town of one run: a living cluster on an embedded API, its policies, and the truth about every node at every moment. */
import { COLLECTOR_NAMESPACE, daemonCoverageCrd, GROUP, VERSION, type NodeState } from '@rollcall/contract';
import {
  createStore,
  createWorld,
  startEmbeddedKube,
  type DaemonSpec,
  type EmbeddedKube,
  type IncidentKind,
  type Manifest,
  type NodeTruth,
  type Store,
  type World,
} from '@rollcall/embedded-kube';
import { seedNumbers } from '../e2e/random.ts';
import { MAX_PROBE_AGE_S, openRegistry, type Host, type Registry } from './daemons.ts';
import type { SimTime } from './sim-time.ts';

/** The name by which policies and collectors call the other control plane. */
export const DAEMON_SOURCE = 'riptides';
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
  /** The other control plane, in towns whose first policy asks for Daemons. */
  readonly registry: Registry | undefined;
  /** Lets happen what is due by now, in the cluster unless that rests and in the other control plane; answers whether anything did. */
  live(rests: boolean): boolean;
  /** The node-milliseconds so far that nodes were expected under a DaemonSet; at least so many by those who remember nothing. */
  expectedMs(daemon: string): { readonly mostMs: number; readonly leastMs: number };
  truth(daemon: string): ReadonlyMap<string, Truth>;
  /** Starts an incident on a node that is well, if there is one. */
  trouble(kind: IncidentKind, seconds: number): void;
  /** Deletes the definition of the policies, and with it all of them. */
  dropPolicies(): void;
  /** Defines and makes them anew. */
  makePolicies(): void;
}

const POOLS = 3;

interface TownOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly asksDaemons: boolean;
  readonly jsonOnly: boolean;
}

/** A settled town of `nodes` nodes and two or three DaemonSets, under one policy each. */
export async function buildTown(time: SimTime, { seed, nodes, asksDaemons, jsonOnly }: TownOptions): Promise<Town> {
  const random = seedNumbers(seed ^ 0x70776e);
  const store = createStore({ clock: { now: () => EPOCH_MS + time.now() }, random, historyLimit: 200 });
  const kube = await startEmbeddedKube({ store, port: 'none', after: time.after });
  kube.faults.speakJsonOnly(jsonOnly);
  const daemonSets = DAEMONS.slice(0, 2 + Math.floor(random() * 2));
  const world = createWorld({ store, seed, now: EPOCH_MS, nodes, pools: POOLS, daemonSets, incidents: ['join'] });
  const registry = asksDaemons ? await openRegistry(time, { seed, epochMs: EPOCH_MS }) : undefined;
  const daemons = daemonSets.map(({ namespace, name }) => `${namespace}/${name}`);
  const makePolicies = (): void => {
    store.apply(daemonCoverageCrd() as unknown as Manifest);
    for (const spec of daemonSets) store.apply(policyOf(spec, asksDaemons && spec === daemonSets[0]));
  };
  store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: COLLECTOR_NAMESPACE } });
  makePolicies();
  const annals = openAnnals(daemons, { time, store, world, registry });
  annals.live(false);
  return {
    ...annals,
    kube,
    daemons,
    registry,
    trouble: (kind, seconds) => void world.start(kind, { seconds }),
    dropPolicies: () => {
      const definition = { kind: 'CustomResourceDefinition', name: String(daemonCoverageCrd().metadata.name) };
      // Two such faults may overlap.
      if (store.get(definition) !== undefined) store.delete(definition);
    },
    makePolicies,
  };
}

interface Living {
  readonly time: SimTime;
  readonly store: Store;
  readonly world: World;
  readonly registry: Registry | undefined;
}

/** What is written down of a town's life. */
function openAnnals(
  daemons: readonly string[],
  { time, store, world, registry }: Living,
): Pick<Town, 'live' | 'truth' | 'expectedMs'> {
  const book = new Map(
    daemons.map((daemon) => [daemon, { most: 0, least: 0, mostMs: 0, leastMs: 0, nodes: new Map<string, Truth>() }]),
  );
  let livedMs = time.now();
  const pass = (): void => {
    const passedMs = time.now() - livedMs;
    livedMs = time.now();
    for (const account of book.values()) {
      account.mostMs += account.most * passedMs;
      account.leastMs += account.least * passedMs;
    }
  };
  return {
    live: (rests) => {
      const before = store.resourceVersion();
      pass();
      if (!rests) world.step(EPOCH_MS + time.now());
      for (const { namespace, name, nodes: rows, expected, excused } of world.truth()) {
        const account = book.get(`${namespace}/${name}`);
        if (account === undefined) continue;
        const asked = account === book.get(daemons[0] ?? '') ? registry : undefined;
        asked?.live(hostsOf(store, rows));
        note(account.nodes, asked ? join(rows, asked) : rows, time.now());
        const forgotten = rows.filter((row) => isExpected(row) && isRemembered(row)).length;
        // When an excuse ends is seen in the town only while it lives.
        Object.assign(account, { most: expected + excused, least: expected - forgotten });
      }
      return store.resourceVersion() !== before;
    },
    truth: (daemon) => book.get(daemon)?.nodes ?? new Map(),
    expectedMs: (daemon) => {
      pass();
      return book.get(daemon) ?? { mostMs: 0, leastMs: 0 };
    },
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

const OBJECTIVES = [
  { sli: 'coverage', target: 99 },
  { sli: 'stability', target: 99 },
];

function policyOf({ namespace, name }: DaemonSpec, asksDaemons: boolean): Manifest {
  const daemon = { source: DAEMON_SOURCE, maxProbeAge: `${MAX_PROBE_AGE_S}s` };
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: 'DaemonCoverage',
    metadata: { namespace, name },
    spec: { daemonSet: { name }, objectives: OBJECTIVES, ...(asksDaemons && { health: { daemon } }) },
  };
}

/** Only who saw it before knows that a node which lost its label or was tainted belongs to the scope. */
export function isRemembered({ incident }: Pick<NodeTruth, 'incident'>): boolean {
  return incident === 'labelLost' || incident === 'taint';
}

function isExpected({ verdict }: NodeTruth): boolean {
  return verdict === 'covered' || verdict === 'uncovered';
}

/** A node's truth, perhaps with a doubt: it is on the way to be uncovered, which who looks closely may see first. */
interface Row extends NodeTruth {
  readonly doubt?: boolean;
}

function hostsOf(store: Store, rows: readonly NodeTruth[]): readonly Host[] {
  return rows.flatMap(({ node }) => {
    const uid = store.get({ kind: 'Node', name: node })?.metadata.uid;
    return uid === undefined ? [] : [{ node, uid }];
  });
}

function join(rows: readonly NodeTruth[], registry: Registry): readonly Row[] {
  return rows.map((row) => {
    if (row.verdict !== 'covered') return row;
    const { reasons, doubt } = registry.judge(row.node);
    return { ...row, doubt, ...(reasons.length > 0 && { verdict: 'uncovered', reasons }) };
  });
}

function note(known: Map<string, Truth>, rows: readonly Row[], nowMs: number): void {
  const gone = new Set(known.keys());
  for (const row of rows) {
    gone.delete(row.node);
    const before = known.get(row.node);
    const sinceMs = before?.verdict === row.verdict ? before.sinceMs : nowMs;
    const coveredSinceMs =
      row.verdict === 'covered' && row.doubt !== true ? (before?.coveredSinceMs ?? nowMs) : undefined;
    known.set(row.node, { ...row, sinceMs, coveredSinceMs });
  }
  for (const node of gone) known.delete(node);
}
