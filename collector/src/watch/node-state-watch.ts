/** Watches the PlexdNodeStates of the cluster: signs of life of its agents. */
import { WATCH, WATCHED_KINDS, type NodeStateObject } from '@rollcall/contract';
import { projectNodeState } from './project-node-state.ts';
import { stampNow, watchKind, type RetiringWatch, type WatchHost } from './watch-kind.ts';

/** The path of all node states. */
export function nodeStatesPath(): string {
  const { group, version, resource } = WATCHED_KINDS.plexdnodestates;
  return `/apis/${group}/${version}/${resource}`;
}

/** Starts the watch. */
export function watchNodeStates(host: WatchHost): RetiringWatch {
  const source = WATCH.nodeStates;
  const shown = new Set<string>();
  const watch = watchKind<NodeStateObject>(host, {
    id: source,
    path: nodeStatesPath(),
    staleWhenAbsent: true,
    project: (raw) => projectNodeState(raw, host.intern),
    upsert: ({ uid, value: object }, stamp) => {
      shown.add(uid);
      host.emit({ kind: 'nodeState', source, uid, object, ...stamp });
    },
    remove: (uid, stamp) => {
      if (shown.delete(uid)) host.emit({ kind: 'nodeState', source, uid, object: undefined, ...stamp });
    },
    state: ({ name }, stamp) => host.emit({ kind: 'watchState', source, uid: source, state: name, ...stamp }),
  });
  const retire = (): void => {
    void watch.reflector.stop();
    const stamp = stampNow(host.clock);
    host.emit({ kind: 'watchState', source, uid: source, state: 'gone', ...stamp });
    for (const uid of shown) host.emit({ kind: 'nodeState', source, uid, object: undefined, ...stamp });
  };
  return { watch, retire };
}
