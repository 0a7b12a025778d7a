/** Keeps one watch of ControllerRevisions for each namespace that has a DaemonSet to look at. */
import type { RevisionObject } from '@rollcall/contract';
import { projectRevision } from './project-revision.ts';
import { stampNow, watchKind, type KindWatch, type Stamp, type WatchHost } from './watch-kind.ts';

/** The watches of all namespaces. */
export interface RevisionWatches {
  /** Watches the revisions of exactly these namespaces from now on. */
  retarget(namespaces: ReadonlySet<string>): void;
  watches(): readonly KindWatch[];
}

interface RevisionWatch {
  readonly watch: KindWatch;
  /** What it shows, to be forgotten with it. */
  readonly uids: Set<string>;
}

/** No watch yet. */
export function createRevisionWatches(host: WatchHost): RevisionWatches {
  const running = new Map<string, RevisionWatch>();
  return {
    retarget: (namespaces) => {
      for (const [namespace, own] of running) {
        if (namespaces.has(namespace)) continue;
        running.delete(namespace);
        retire(host, own);
      }
      for (const namespace of namespaces) if (!running.has(namespace)) running.set(namespace, start(host, namespace));
    },
    watches: () => [...running.values()].map(({ watch }) => watch),
  };
}

function start(host: WatchHost, namespace: string): RevisionWatch {
  const id = `controllerrevisions/${namespace}`;
  const uids = new Set<string>();
  const watch = watchKind<RevisionObject>(host, {
    id,
    path: `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/controllerrevisions`,
    project: (raw) => projectRevision(raw, host.intern),
    upsert: ({ uid, value: object }, stamp) => {
      // StatefulSets have revisions too.
      if (object.ownerUid === '') return;
      uids.add(uid);
      host.emit({ kind: 'revision', source: id, uid, object, ...stamp });
    },
    remove: (uid, stamp) => {
      if (uids.delete(uid)) forget(host, { id, uid, stamp });
    },
    state: () => undefined,
  });
  return { watch, uids };
}

function retire(host: WatchHost, { watch, uids }: RevisionWatch): void {
  void watch.reflector.stop();
  const stamp = stampNow(host.clock);
  for (const uid of uids) forget(host, { id: watch.id, uid, stamp });
}

function forget(host: WatchHost, { id, uid, stamp }: { id: string; uid: string; stamp: Stamp }): void {
  host.emit({ kind: 'revision', source: id, uid, object: undefined, ...stamp });
}
