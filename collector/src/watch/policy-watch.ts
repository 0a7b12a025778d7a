/** Watches Rollcall's own resources, which may not be installed, may come later and may go. */
import { WATCH, WATCHED_KINDS } from '@rollcall/contract';
import { watchKind, type KindWatch, type Stamp, type WatchHost } from './watch-kind.ts';

/** A document from the API, unread. */
export interface RawPolicy {
  readonly uid: string;
  readonly document: unknown;
}

/** Who hears of documents of policies and maintenance windows. */
export interface PolicyListener {
  policy(policy: RawPolicy, stamp: Stamp): void;
  policyGone(uid: string, stamp: Stamp): void;
  window(window: RawPolicy, stamp: Stamp): void;
  windowGone(uid: string, stamp: Stamp): void;
}

/** Starts the watch of the policies. */
export function watchPolicies(host: WatchHost, { policy: here, policyGone: gone }: PolicyListener): KindWatch {
  return watchDocuments(host, { source: WATCH.policies, resource: WATCHED_KINDS.daemoncoverages.resource, here, gone });
}

/** Starts the watch of the maintenance windows. */
export function watchWindows(host: WatchHost, { window: here, windowGone: gone }: PolicyListener): KindWatch {
  return watchDocuments(host, {
    source: WATCH.windows,
    resource: WATCHED_KINDS.maintenancewindows.resource,
    here,
    gone,
  });
}

interface Documents {
  readonly source: string;
  readonly resource: string;
  here(document: RawPolicy, stamp: Stamp): void;
  gone(uid: string, stamp: Stamp): void;
}

/**
 * When the server says that it has no such kind (any more), there is no object of it either: then every known one is gone, until the kind is
 * back: then those are told that it has.
 */
function watchDocuments(host: WatchHost, { source, resource, here, gone }: Documents): KindWatch {
  const { group, version } = WATCHED_KINDS.daemoncoverages;
  const known = new Map<string, RawPolicy>();
  let absent = false;
  return watchKind<RawPolicy>(host, {
    id: source,
    path: `/apis/${group}/${version}/${resource}`,
    // The reflector passes over what has no uid.
    project: (raw) => ({ uid: (raw as { readonly metadata: { readonly uid: string } }).metadata.uid, document: raw }),
    upsert: ({ uid, value }, stamp) => {
      known.set(uid, value);
      if (!absent) here(value, stamp);
    },
    remove: (uid, stamp) => {
      known.delete(uid);
      if (!absent) gone(uid, stamp);
    },
    state: ({ name, blocked }, stamp) => {
      host.emit({ kind: 'watchState', source, uid: source, state: name, ...stamp });
      const before = absent;
      absent = name !== 'live' && (absent || blocked === 'absent');
      if (absent && !before) for (const uid of known.keys()) gone(uid, stamp);
      if (before && !absent) for (const document of known.values()) here(document, stamp);
    },
  });
}
