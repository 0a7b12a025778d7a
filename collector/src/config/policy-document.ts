/** Resolves a DaemonCoverage document, from the API or from a file, into the Policy that the core works with. */
import {
  checkDaemonCoverage,
  faultAt,
  valueAt,
  type Policy,
  type PolicyFault,
  type PolicyOrigin,
} from '@rollcall/contract';
import { derivePolicyUid } from './policy-identity.ts';
import { toPolicy } from './policy-resolve.ts';
import { findUnread } from './policy-version.ts';
import { findUnknownZones } from './policy-zones.ts';

/** Whose documents are read. */
export interface PolicyContext {
  /** The collector's --cluster name, '' without one. */
  readonly cluster: string;
  /** Policies in this namespace may name DaemonSets of others. */
  readonly collectorNamespace: string;
}

/** A document and where it comes from. */
export interface PolicyInput extends PolicyContext {
  readonly document: unknown;
  readonly origin: Exclude<PolicyOrigin, 'Discover'>;
  /** Wall ms, for a document without metadata.creationTimestamp. */
  readonly createdAtFallback: number;
}

/** A policy, or all that is wrong with its document. */
export type ResolvedPolicy =
  { readonly ok: true; readonly policy: Policy } | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Checks a document and applies every default; never throws, and reports all faults at once. */
export function resolvePolicy(input: PolicyInput): ResolvedPolicy {
  const { document, origin, cluster, createdAtFallback } = input;
  const checked = checkDaemonCoverage(document);
  const wrong = checked.ok ? [] : checked.faults;
  const others = [...findUnread(document), ...findUnknownZones(document), ...findForeign(input)];
  const faults = [...wrong, ...others.filter(({ field }) => wrong.every((fault) => fault.field !== field))];
  if (!checked.ok || faults.length > 0) return { ok: false, faults };

  const { metadata, spec } = checked.value;
  const { uid, name, namespace, creationTimestamp, generation = 1 } = metadata;
  const own = origin === 'API' && uid !== undefined ? uid : derivePolicyUid({ cluster, namespace, name });
  const createdAt = creationTimestamp === undefined ? createdAtFallback : Date.parse(creationTimestamp);
  return { ok: true, policy: toPolicy({ uid: own, name, namespace, origin, createdAt, generation }, spec) };
}

function findForeign({ document, collectorNamespace }: PolicyInput): readonly PolicyFault[] {
  const path = ['spec', 'daemonSet', 'namespace'];
  const [own, named] = [valueAt(document, ['metadata', 'namespace']), valueAt(document, path)];
  if (typeof own !== 'string' || typeof named !== 'string' || own === named || own === collectorNamespace) return [];
  return [
    faultAt(document, path, {
      message: `is not the policy's own namespace, ${own}`,
      mend: `remove it, or move the policy to ${named} or to the collector's namespace ${collectorNamespace}`,
    }),
  ];
}
