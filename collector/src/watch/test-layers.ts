/** The watches of layers on embedded APIs, with time in the test's hands; what they tell is kept as words. */
import type { ClusterEvent } from '@rollcall/contract';
import { daemonDefinition, nodeStateDefinition, type Manifest } from '@rollcall/embedded-kube';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { createFakeTime, untilInTime, type FakeTime } from '../test-time.ts';
import type { DaemonScope } from './daemon-scope.ts';
import { watchLayers, type LayerWatch } from './layer-watch.ts';
import { createInterner } from './read-field.ts';

/** What a case works with: the collector's own API server, and the one of a source named `other`. */
export interface TestLayers {
  readonly own: TestKube;
  readonly other: TestKube;
  readonly time: FakeTime;
  readonly layers: LayerWatch;
  /** `daemons/local live`, `daemons/local +name`, `daemons/local -name`, in order. */
  readonly told: string[];
  readonly logged: readonly string[];
  need(needs: Partial<Needs>): void;
  /** Waits, in fast time, until that was told last of the watch that it begins with. */
  hears(what: string): Promise<void>;
  stop(): Promise<void>;
}

interface Needs {
  readonly daemons: readonly string[];
  readonly heartbeats: boolean;
  readonly namespaces: readonly string[];
}

/** Starts both APIs and no watch. `scope` is the one of the source `other`. */
export async function startTestLayers(scope: Partial<DaemonScope> = {}): Promise<TestLayers> {
  const [own, other] = [await startTestKube(), await startTestKube()];
  const time = createFakeTime();
  const told: string[] = [];
  const logged: string[] = [];
  const write = (_: object, text: string): void => void logged.push(text);
  const everything = { workloadIdPrefix: '', labelSelector: '', metadata: [] };
  const connection = await own.connect(time);
  const sources = [
    { name: 'local', connection, scope: everything },
    { name: 'other', connection: await other.connect(time), scope: { ...everything, ...scope } },
  ];
  const names = new Map<string, string>();
  const host = {
    connection,
    clock: time,
    timers: time,
    log: { info: write, warn: write },
    intern: createInterner(100),
    emit: (event: ClusterEvent) => void told.push(describe(event, names)),
  };
  const layers = watchLayers(host, sources);
  const hears: TestLayers['hears'] = (what) => {
    const source = what.slice(0, what.indexOf(' '));
    const last = (): string | undefined => told.findLast((line) => line.startsWith(`${source} `));
    return untilInTime(time, () => last() === what, `${what} after ${told.join('; ')}`);
  };
  const need: TestLayers['need'] = ({ daemons = [], heartbeats = false, namespaces = [] }) =>
    layers.retarget({
      daemonSources: new Map(daemons.map((name) => [name, 90_000])),
      heartbeats,
      namespaces: new Set(namespaces),
      sinks: { senders: new Set(), receivers: new Set() },
    });
  const stop = async (): Promise<void> => {
    await layers.stop();
    await Promise.all([own.stop(), other.stop()]);
  };
  return { own, other, time, layers, told, logged, need, hears, stop };
}

function describe(event: ClusterEvent, names: Map<string, string>): string {
  switch (event.kind) {
    case 'watchState':
      return `${event.source} ${event.state}`;
    case 'daemon':
    case 'nodeState':
    case 'lease':
    case 'kubeEvent':
    case 'namespace': {
      const { object } = event;
      if (object === undefined) return `${event.source} -${names.get(event.uid)}`;
      const name = 'node' in object ? object.node : object.name;
      names.set(event.uid, name);
      const isEnding = event.kind === 'namespace' && event.object?.deletedAt !== undefined;
      return `${event.source} +${name}${isEnding ? ' deleted' : ''}`;
    }
    default:
      return event.kind;
  }
}

/** Defines the kinds of Riptides and plexd. */
export function define({ kube }: TestKube): void {
  for (const definition of [daemonDefinition(), nodeStateDefinition()]) kube.store.apply(definition);
}

/** A Daemon; `workloadID` is `riptides/daemon/<name>` if absent. */
export function daemonManifest(
  name: string,
  wish: { readonly labels?: object; readonly workloadID?: string; readonly region?: string } = {},
): Manifest {
  const { labels = {}, workloadID = `riptides/daemon/${name}`, region = 'eu' } = wish;
  const manifest = {
    apiVersion: 'core.riptides.io/v1alpha1',
    kind: 'Daemon',
    metadata: { name, namespace: 'riptides-system', labels },
    spec: { workloadID, claimerType: 'AWSIID' },
    status: { metadata: [{ name: 'awsiid:region', value: region }] },
  };
  return manifest as unknown as Manifest;
}
