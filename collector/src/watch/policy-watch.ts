/** Watches the policies of the API, which may not be installed, may come later and may go. */
import { WATCH, WATCHED_KINDS } from '@rollcall/contract';
import { watchKind, type KindWatch, type Stamp, type WatchHost } from './watch-kind.ts';

/** A policy document from the API, unread. */
export interface RawPolicy {
  readonly uid: string;
  readonly document: unknown;
}

/** Who hears of policy documents. */
export interface PolicyListener {
  policy(policy: RawPolicy, stamp: Stamp): void;
  policyGone(uid: string, stamp: Stamp): void;
}

/**
 * Starts the watch. When the server says that it has no such kind (any more), there is no policy either: then every known
 * one is gone, until the kind is back: then those are told that it has.
 */
export function watchPolicies(host: WatchHost, listener: PolicyListener): KindWatch {
  const { group, version, resource } = WATCHED_KINDS.daemoncoverages;
  const source = WATCH.policies;
  const known = new Map<string, RawPolicy>();
  let absent = false;
  return watchKind<RawPolicy>(host, {
    id: source,
    path: `/apis/${group}/${version}/${resource}`,
    // The reflector passes over what has no uid.
    project: (raw) => ({ uid: (raw as { readonly metadata: { readonly uid: string } }).metadata.uid, document: raw }),
    upsert: ({ uid, value }, stamp) => {
      known.set(uid, value);
      if (!absent) listener.policy(value, stamp);
    },
    remove: (uid, stamp) => {
      known.delete(uid);
      if (!absent) listener.policyGone(uid, stamp);
    },
    state: ({ name, blocked }, stamp) => {
      host.emit({ kind: 'watchState', source, uid: source, state: name, ...stamp });
      const before = absent;
      absent = name !== 'live' && (absent || blocked === 'absent');
      if (absent && !before) for (const uid of known.keys()) listener.policyGone(uid, stamp);
      if (before && !absent) for (const policy of known.values()) listener.policy(policy, stamp);
    },
  });
}
