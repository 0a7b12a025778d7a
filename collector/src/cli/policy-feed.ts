/** Turns what the policy book puts in force into events of the core, and into the DaemonSets that are to be looked at. */
import type { ClusterEvent, Policy } from '@rollcall/contract';
import type { Instant } from '../coverage/index.ts';
import type { DaemonSetName } from '../watch/cluster-watch.ts';
import type { LayerNeeds } from '../watch/layer-watch.ts';

/** What the core hears of policies. */
export interface PolicyFeed {
  /** Takes a change of the policies in force; what is gone is told first, so that its successor finds its place free. */
  inForce(changed: readonly Policy[], gone: readonly Policy[]): void;
  /** The DaemonSets that the policies in force are about. */
  targets(): readonly DaemonSetName[];
  /** The policies in force themselves. */
  policies(): readonly Policy[];
  /** What their layers beyond the pod ask for. */
  needs(): LayerNeeds;
}

/** A feed of no policy. `emit` is synchronous; every event is stamped when it leaves. */
export function createPolicyFeed(host: { emit(event: ClusterEvent): void; now(): Instant }): PolicyFeed {
  const policies = new Map<string, Policy>();
  const tell = (uid: string, object: Policy | undefined): void =>
    host.emit({ kind: 'policy', source: 'policies', uid, object, ...host.now() });
  return {
    inForce: (changed, gone) => {
      for (const { uid } of gone) {
        policies.delete(uid);
        tell(uid, undefined);
      }
      for (const policy of changed) {
        policies.set(policy.uid, policy);
        tell(policy.uid, policy);
      }
    },
    targets: () =>
      [...policies.values()].flatMap(({ namespace, daemonset, hasDaemonSet }) =>
        hasDaemonSet ? [{ namespace, daemonset }] : [],
      ),
    policies: () => [...policies.values()],
    needs: () => {
      const all = [...policies.values()];
      const daemonSources = new Map<string, number>();
      for (const { daemonLayer } of all) {
        if (daemonLayer === undefined) continue;
        const { source, maxProbeAgeMs } = daemonLayer;
        daemonSources.set(source, Math.min(maxProbeAgeMs, daemonSources.get(source) ?? Infinity));
      }
      const namespaces = new Set(all.flatMap(({ namespace, hasDaemonSet }) => (hasDaemonSet ? [namespace] : [])));
      const heartbeats = all.some(({ heartbeatLayer }) => heartbeatLayer !== undefined);
      const sending = all.filter(({ telemetry }) => telemetry?.sink !== undefined);
      const sinks = {
        senders: new Set(sending.map(({ namespace }) => namespace)),
        receivers: new Set(sending.flatMap(({ telemetry }) => telemetry?.sink?.namespace ?? [])),
      };
      return { daemonSources, heartbeats, namespaces, sinks };
    },
  };
}
