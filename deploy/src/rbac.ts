/** The collector's rights, rendered from the list of what it asks the API server for. */
import { OWN_KINDS, WATCHED_KINDS, type WatchedKind } from '@rollcall/contract';
import type { Manifest } from './manifest.ts';

/** One rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A ClusterRole or Role (rbac.authorization.k8s.io/v1). */
export interface AnyRole extends Manifest {
  readonly rules: readonly PolicyRule[];
}

/** The role that lets the collector ask for all of WATCHED_KINDS, and for nothing else. */
export function renderClusterRole(name: string): AnyRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: mergeKinds(Object.values(WATCHED_KINDS)),
  };
}

/** The role for what the collector needs in its own namespace. */
export function renderRole(metadata: { readonly name: string; readonly namespace: string }): AnyRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata,
    rules: mergeKinds(Object.values(OWN_KINDS)),
  };
}

/** Rules for these kinds; neighbours with the same group and verbs share one. */
export function mergeKinds(kinds: readonly WatchedKind[]): readonly PolicyRule[] {
  return kinds.reduce<readonly PolicyRule[]>((rules, { group, resource, verbs }) => {
    const last = rules.at(-1);
    const fits = last?.apiGroups[0] === group && last.verbs.join() === verbs.join();
    if (last === undefined || !fits) return [...rules, { apiGroups: [group], resources: [resource], verbs }];
    return [...rules.slice(0, -1), { ...last, resources: [...last.resources, resource] }];
  }, []);
}
