/** Watches what the layers beyond the pod are judged by, and the evidence for reasons, as long as a policy in force asks for it. */
import { daemonSource, WATCH, type ClusterEvent } from '@rollcall/contract';
import type { WatchState } from '@rollcall/kube';
import { watchDaemons, type DaemonSource } from './daemon-watch.ts';
import { watchEvidence } from './evidence-watch.ts';
import { followLeases } from './lease-watch.ts';
import { watchNodeStates } from './node-state-watch.ts';
import { watchSinks, type SinkNeeds } from './sink-watch.ts';
import type { KindWatch, RetiringWatch, WatchHost } from './watch-kind.ts';

/** What the policies in force ask for: sources of Daemons, known or not, and whether any asks for heartbeats. */
export interface LayerNeeds {
  /** By name, the youngest age in milliseconds from which on a probe of theirs is bad. */
  readonly daemonSources: ReadonlyMap<string, number>;
  readonly heartbeats: boolean;
  /** The namespaces of the DaemonSets that they are about. */
  readonly namespaces: ReadonlySet<string>;
  readonly sinks: SinkNeeds;
}

/** The running watches. None of them is needed for the pod layer, so none stands in the way of readiness. */
export interface LayerWatch {
  /** Watches exactly what is needed from now on. */
  retarget(needs: LayerNeeds): void;
  /** Hears of every event. */
  observe(event: ClusterEvent): void;
  /** The state of a source's watch; undefined if the collector has no such source, or nobody asks for it. */
  sourceState(name: string): WatchState | undefined;
  watches(): readonly KindWatch[];
  stop(): Promise<void>;
}

/** Starts nothing but the watch of Leases. Two sources of one name must not be. */
export function watchLayers(host: WatchHost, sources: readonly DaemonSource[]): LayerWatch {
  const running = new Map<string, RetiringWatch>();
  const leases = followLeases(host);
  const evidence = watchEvidence(host);
  const sinks = watchSinks(host);
  const starters = new Map<string, () => RetiringWatch>([[WATCH.nodeStates, () => watchNodeStates(host)]]);
  let ages: LayerNeeds['daemonSources'] = new Map();
  for (const source of sources) {
    const maxProbeAgeMs = (): number => ages.get(source.name) ?? Infinity;
    starters.set(daemonSource(source.name), () => watchDaemons(host, source, maxProbeAgeMs));
  }
  const watches = (): readonly KindWatch[] => [
    ...[...running.values()].map(({ watch }) => watch),
    ...[leases, evidence, sinks].flatMap((own) => own.watches()),
  ];
  return {
    retarget: ({ daemonSources, heartbeats, namespaces, sinks: wantedSinks }) => {
      evidence.retarget(namespaces);
      sinks.retarget(wantedSinks);
      ages = daemonSources;
      const wanted = new Set([...daemonSources.keys()].map(daemonSource));
      if (heartbeats) wanted.add(WATCH.nodeStates);
      for (const [id, own] of running) {
        if (wanted.has(id)) continue;
        running.delete(id);
        own.retire();
      }
      for (const [id, start] of starters) if (wanted.has(id) && !running.has(id)) running.set(id, start());
    },
    observe: leases.observe,
    sourceState: (name) => running.get(daemonSource(name))?.watch.reflector.status().state,
    watches,
    stop: async () => {
      const reflectors = [...running.values()].map(({ watch }) => watch.reflector);
      await Promise.all([evidence, leases, sinks, ...reflectors].map((own) => own.stop()));
    },
  };
}
