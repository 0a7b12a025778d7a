/** The world's own account of which daemons cover which nodes, kept from its machines and not from the API. */
import type { ReasonCode } from '@rollcall/contract';
import { INCIDENT_RULES, type Incident, type IncidentKind } from './incidents.ts';
import { daemonKey, type DaemonSpec, type Machine, type PodRun, type WorldState } from './world-state.ts';

/** The truth about one node for one daemon, as far as the API has been told of it. */
export type NodeTruth = {
  readonly node: string;
  readonly pool: string;
  readonly verdict: 'covered' | 'uncovered' | 'excused' | 'outOfScope';
  readonly excuse?: 'Joining' | 'Leaving';
  /** What is going on with the node, whether or not it costs this daemon its cover. */
  readonly incident?: IncidentKind;
  /** For an uncovered node: the reasons that are true of it; Starting and RolloutReplacing while it heals or rolls. */
  readonly reasons: readonly ReasonCode[];
};

/** The truth about one daemon; `expected` is covered and uncovered together. */
export type DaemonTruth = {
  readonly namespace: string;
  readonly name: string;
  readonly expected: number;
  readonly covered: number;
  readonly uncovered: number;
  readonly excused: number;
  /** In the order of node names. */
  readonly nodes: readonly NodeTruth[];
};

// The model's cap of the excuse Joining.
const JOINING_MS = 300_000;
const HEALING: readonly ReasonCode[] = ['Starting', 'RolloutReplacing'];

/** The truth about every daemon of the world, now. */
export function tellTruth(state: WorldState, incidents: readonly Incident[]): readonly DaemonTruth[] {
  const serving = servingRuns(state);
  const machines = [...state.machines.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return state.daemons.map((spec) => {
    const nodes = machines.map((machine) => judge(state, { machine, spec, serving, incidents }));
    const count = (verdict: NodeTruth['verdict']): number => nodes.filter((node) => node.verdict === verdict).length;
    const [covered, uncovered, excused] = [count('covered'), count('uncovered'), count('excused')];
    const { namespace, name } = spec;
    return { namespace, name, expected: covered + uncovered, covered, uncovered, excused, nodes };
  });
}

/** `machine daemon` of every pod that serves: ready, told so, not ending, on a machine that is Ready. */
export function servingRuns(state: WorldState): ReadonlySet<string> {
  const serves = (run: PodRun): boolean =>
    run.stage === 'ready' && run.readyTold && !run.terminating && state.machines.get(run.machine)?.reported === 'True';
  return new Set([...state.runs.values()].filter(serves).map((run) => `${run.machine} ${run.daemon}`));
}

/** Remembers who was covered at least once: until then a new node is excused. */
export function rememberCovered(state: WorldState): void {
  for (const served of servingRuns(state)) {
    const [name = '', daemon = ''] = served.split(' ');
    state.machines.get(name)?.coveredOnce.add(daemon);
  }
}

type Case = {
  readonly machine: Machine;
  readonly spec: DaemonSpec;
  readonly serving: ReadonlySet<string>;
  readonly incidents: readonly Incident[];
};

function judge(state: WorldState, { machine, spec, serving, incidents }: Case): NodeTruth {
  const daemon = daemonKey(spec);
  const covered = serving.has(`${machine.name} ${daemon}`);
  const found = incidents.find(({ node }) => node === machine.name);
  const about = { node: machine.name, pool: machine.pool.name, ...(found && { incident: found.kind }) };
  if (spec.role !== undefined && spec.role !== machine.pool.role)
    return { ...about, verdict: 'outOfScope', reasons: [] };
  if (machine.leaving) return { ...about, verdict: 'excused', excuse: 'Leaving', reasons: [] };
  const isYoung = state.now - machine.bornAt < JOINING_MS;
  if (isYoung && !machine.coveredOnce.has(daemon)) {
    return { ...about, verdict: 'excused', excuse: 'Joining', reasons: [] };
  }
  if (covered) return { ...about, verdict: 'covered', reasons: [] };
  return { ...about, verdict: 'uncovered', reasons: [...reasonsOf(found, daemon), ...HEALING] };
}

function reasonsOf(incident: Incident | undefined, daemon: string): readonly ReasonCode[] {
  if (incident === undefined) return [];
  const { perDaemon, reasons } = INCIDENT_RULES[incident.kind];
  return perDaemon && incident.daemon !== daemon ? [] : reasons;
}
