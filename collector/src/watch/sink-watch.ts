/** Watches what decides whether daemons may send to their sinks: NetworkPolicies of their namespaces, and the labels of the sinks' ones. */
import {
  namespaceLabelsSource,
  networkPolicySource,
  WATCHED_KINDS,
  type NamespaceLabelsObject,
  type NetworkPolicyObject,
} from '@rollcall/contract';
import { projectNamespaceLabels, projectNetworkPolicy } from './project-network-policy.ts';
import { stampNow, watchKind, type KindWatch, type RetiringWatch, type WatchHost } from './watch-kind.ts';

/** Namespaces whose daemons send to a sink, and those that are sent to. */
export interface SinkNeeds {
  readonly senders: ReadonlySet<string>;
  readonly receivers: ReadonlySet<string>;
}

/** The running watches. */
export interface SinkWatch {
  /** Watches exactly what is needed from now on. */
  retarget(needs: SinkNeeds): void;
  watches(): readonly KindWatch[];
  stop(): Promise<void>;
}

/** The path of the NetworkPolicies of a namespace. */
export function networkPoliciesPath(namespace: string): string {
  const { group, version, resource } = WATCHED_KINDS.networkpolicies;
  return `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

/** One namespace, by the label that the API server gives each; the path is that of all. */
export function oneNamespace(name: string): { readonly path: string; readonly labelSelector: string } {
  return { path: '/api/v1/namespaces', labelSelector: `kubernetes.io/metadata.name=${name}` };
}

/** Starts nothing yet. */
export function watchSinks(host: WatchHost): SinkWatch {
  const running = new Map<string, RetiringWatch>();
  const all = (): readonly KindWatch[] => [...running.values()].map(({ watch }) => watch);
  return {
    retarget: ({ senders, receivers }) => {
      const wanted = new Map<string, () => RetiringWatch>([
        ...[...senders].map((name) => [networkPolicySource(name), () => watchPolicies(host, name)] as const),
        ...[...receivers].map((name) => [namespaceLabelsSource(name), () => watchLabels(host, name)] as const),
      ]);
      for (const [id, { retire }] of running) {
        if (wanted.has(id)) continue;
        running.delete(id);
        retire();
      }
      for (const [id, start] of wanted) if (!running.has(id)) running.set(id, start());
    },
    watches: all,
    stop: async () => {
      await Promise.all(all().map(({ reflector }) => reflector.stop()));
    },
  };
}

function watchPolicies(host: WatchHost, namespace: string): RetiringWatch {
  const source = networkPolicySource(namespace);
  return follow<NetworkPolicyObject>(host, {
    source,
    path: networkPoliciesPath(namespace),
    project: (raw) => projectNetworkPolicy(raw, host.intern),
    tell: (uid, object) => host.emit({ kind: 'networkPolicy', source, uid, object, ...stampNow(host.clock) }),
  });
}

function watchLabels(host: WatchHost, name: string): RetiringWatch {
  const source = namespaceLabelsSource(name);
  return follow<NamespaceLabelsObject>(host, {
    source,
    ...oneNamespace(name),
    project: (raw) => projectNamespaceLabels(raw, host.intern),
    tell: (uid, object) => host.emit({ kind: 'namespaceLabels', source, uid, object, ...stampNow(host.clock) }),
  });
}

interface Followed<T> {
  readonly source: string;
  readonly path: string;
  readonly labelSelector?: string;
  project(raw: unknown): T;
  tell(uid: string, object: T | undefined): void;
}

function follow<T extends { readonly uid: string }>(host: WatchHost, followed: Followed<T>): RetiringWatch {
  const { source, project, tell, ...resource } = followed;
  const shown = new Set<string>();
  const watch = watchKind<T>(host, {
    id: source,
    ...resource,
    project,
    upsert: ({ uid, value }) => {
      shown.add(uid);
      tell(uid, value);
    },
    remove: (uid) => {
      if (shown.delete(uid)) tell(uid, undefined);
    },
    state: ({ name }, stamp) => host.emit({ kind: 'watchState', source, uid: source, state: name, ...stamp }),
  });
  const retire = (): void => {
    void watch.reflector.stop();
    host.emit({ kind: 'watchState', source, uid: source, state: 'gone', ...stampNow(host.clock) });
    for (const uid of shown) tell(uid, undefined);
  };
  return { watch, retire };
}
