/**
 * Watches what tells why daemon pods do not come or do not run: Events about the DaemonSets and pods of the policies' namespaces, those
 * namespaces themselves, and the Leases of kube-controller-manager and kube-scheduler. It is evidence: nothing waits for it, and without it codes are missed, not nodes.
 */
import { WATCH, type KubeEventObject, type LeaseObject, type NamespaceObject } from '@rollcall/contract';
import { projectKubeEvent } from './project-kube-event.ts';
import { projectLease } from './project-lease.ts';
import { readTime } from './read-field.ts';
import { identify } from './read-metadata.ts';
import { stampNow, watchKind, type KindWatch, type RetiringWatch, type WatchHost } from './watch-kind.ts';

/** The running watches of evidence. */
export interface EvidenceWatch {
  /** Watches exactly what concerns the DaemonSets of these namespaces from now on. */
  retarget(namespaces: ReadonlySet<string>): void;
  watches(): readonly KindWatch[];
  stop(): Promise<void>;
}

/** What is asked for in a namespace: the involved kind, and further terms of the field selector. */
interface Wanted {
  readonly kind: string;
  readonly unless: readonly string[];
}

// What every healthy pod has said of it at its start is left at the server: it is most of all events.
const WANTED: readonly Wanted[] = [
  { kind: 'DaemonSet', unless: [] },
  { kind: 'Pod', unless: ['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started'] },
];

/** Starts nothing yet. */
export function watchEvidence(host: WatchHost): EvidenceWatch {
  const running = new Map<string, readonly RetiringWatch[]>();
  let leaders: RetiringWatch[] = [];
  const all = (): readonly RetiringWatch[] => [...running.values()].flat().concat(leaders);
  return {
    retarget: (namespaces) => {
      for (const [namespace, own] of running) {
        if (namespaces.has(namespace)) continue;
        running.delete(namespace);
        for (const { retire } of own) retire();
      }
      for (const namespace of namespaces) if (!running.has(namespace)) running.set(namespace, follow(host, namespace));
      if (namespaces.size === 0) leaders.splice(0).forEach(({ retire }) => retire());
      else if (leaders.length === 0) leaders = LEADERS.map((leader) => watchLeader(host, leader));
    },
    watches: () => all().map(({ watch }) => watch),
    stop: async () => {
      await Promise.all(all().map(({ watch }) => watch.reflector.stop()));
    },
  };
}

function follow(host: WatchHost, namespace: string): readonly RetiringWatch[] {
  return [...eventsIn(namespace).map((own) => watchEvents(host, own)), watchNamespace(host, namespace)];
}

/** A list of Events, and the name of its watch. */
interface EventSource {
  readonly source: string;
  readonly path: string;
  readonly fieldSelector: string;
}

/** The Events of a namespace that are evidence. */
export function eventsIn(namespace: string): readonly EventSource[] {
  return WANTED.map(({ kind, unless }) => ({
    source: `events/${namespace}/${kind}`,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    fieldSelector: [`involvedObject.kind=${kind}`, ...unless.map((reason) => `reason!=${reason}`)].join(','),
  }));
}

/** Events live for an hour and none is missed when it goes: the core forgets them by itself. */
function watchEvents(host: WatchHost, { source, path, fieldSelector }: EventSource): RetiringWatch {
  return watchSource<KubeEventObject>(host, source, {
    path,
    fieldSelector,
    project: (raw) => projectKubeEvent(raw, host.intern),
    tell: (uid, object) => {
      if (object !== undefined) host.emit({ kind: 'kubeEvent', source, uid, object, ...stampNow(host.clock) });
    },
  });
}

function watchNamespace(host: WatchHost, namespace: string): RetiringWatch {
  const source = `namespaces/${namespace}`;
  return watchSource<NamespaceObject>(host, source, {
    path: '/api/v1/namespaces',
    fieldSelector: `metadata.name=${namespace}`,
    project: projectNamespace,
    tell: (uid, object) => host.emit({ kind: 'namespace', source, uid, object, ...stampNow(host.clock) }),
  });
}

/** The Namespace in short; throws only if it has no uid or name. */
export function projectNamespace(raw: unknown): NamespaceObject {
  const { metadata, uid, name } = identify('Namespace', raw);
  return { uid, name, deletedAt: readTime(metadata, 'deletionTimestamp') };
}

/** Who makes the pods, and who places them. */
const LEADERS = [
  { source: WATCH.controllerLease, name: 'kube-controller-manager' },
  { source: WATCH.schedulerLease, name: 'kube-scheduler' },
] as const;

function watchLeader(host: WatchHost, { source, name }: (typeof LEADERS)[number]): RetiringWatch {
  return watchSource<LeaseObject>(host, source, {
    path: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
    fieldSelector: `metadata.name=${name}`,
    project: projectLease,
    tell: (uid, object) => host.emit({ kind: 'lease', source, uid, object, ...stampNow(host.clock) }),
  });
}

interface Told<T> {
  readonly path: string;
  readonly fieldSelector: string;
  project(raw: unknown): T;
  tell(uid: string, object: T | undefined): void;
}

function watchSource<T extends { readonly uid: string }>(
  host: WatchHost,
  source: string,
  { path, fieldSelector, project, tell }: Told<T>,
): RetiringWatch {
  const watch = watchKind<T>(host, {
    id: source,
    path,
    fieldSelector,
    unread: ['managedFields'],
    project,
    upsert: ({ uid, value }) => tell(uid, value),
    remove: (uid) => tell(uid, undefined),
    state: ({ name }, stamp) => host.emit({ kind: 'watchState', source, uid: source, state: name, ...stamp }),
  });
  const retire = (): void => {
    const uids = [...watch.reflector.known.uids()];
    void watch.reflector.stop();
    host.emit({ kind: 'watchState', source, uid: source, state: 'gone', ...stampNow(host.clock) });
    for (const uid of uids) tell(uid, undefined);
  };
  return { watch, retire };
}
