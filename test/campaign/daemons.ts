/** A control plane of its own that keeps a Daemon for each machine on which the agent serves, as S0's does. */
import type { ReasonCode } from '@rollcall/contract';
import {
  createStore,
  daemonDefinition,
  startEmbeddedKube,
  type EmbeddedKube,
  type Store,
} from '@rollcall/embedded-kube';
import { seedNumbers } from '../e2e/random.ts';
import type { SimTime } from './sim-time.ts';

/** A machine on which an agent runs. */
export interface Host {
  readonly node: string;
  readonly uid: string;
}

/** The control plane. */
export interface Registry {
  readonly kube: EmbeddedKube;
  /** Registers agents that are new, forgets those that are gone, and writes the probes that are due. */
  live(hosts: readonly Host[]): void;
  /** What is wrong with a machine's Daemon; `doubt` is true from the moment on at which it stops being well. */
  judge(node: string): { readonly reasons: readonly ReasonCode[]; readonly doubt: boolean };
  /** Makes one Daemon ill or silent for so long. */
  sicken(choice: number, seconds: number): void;
  /** Deletes the definition of Daemons, and with it all of them; `define` makes them anew. */
  undefine(): void;
  define(): void;
}

/** As policies of a town have it. */
export const MAX_PROBE_AGE_S = 300;
const PROBE_EVERY_MS = 60_000;

interface Agent extends Host {
  probedMs: number;
  ill: boolean;
  silent: boolean;
  wellAgainMs: number;
}

interface Office {
  readonly time: SimTime;
  readonly epochMs: number;
  readonly store: Store;
  readonly agents: Map<string, Agent>;
  isDefined: boolean;
}

/** A control plane without any Daemon. */
export async function openRegistry(
  time: SimTime,
  { seed, epochMs }: { seed: number; epochMs: number },
): Promise<Registry> {
  const clock = { now: () => epochMs + time.now() };
  const store = createStore({ clock, random: seedNumbers(seed ^ 0xdae), historyLimit: 200 });
  const kube = await startEmbeddedKube({ store, port: 'none', after: time.after });
  const office: Office = { time, epochMs, store, agents: new Map(), isDefined: true };
  store.apply(daemonDefinition());
  return {
    kube,
    live: (hosts) => live(office, hosts),
    judge: (node) => judge(office, node),
    sicken: (choice, seconds) => sicken(office, choice, seconds),
    undefine: () => {
      if (!office.isDefined) return;
      office.isDefined = false;
      store.delete({ kind: 'CustomResourceDefinition', name: DEFINITION });
    },
    define: () => {
      office.isDefined = true;
      store.apply(daemonDefinition());
      for (const agent of office.agents.values()) write(office, agent);
    },
  };
}

function live(office: Office, hosts: readonly Host[]): void {
  const { agents, time } = office;
  const now = time.now();
  for (const host of hosts) {
    if (agents.get(host.node)?.uid === host.uid) continue;
    const born: Agent = { ...host, probedMs: now, ill: false, silent: false, wellAgainMs: Infinity };
    agents.set(host.node, born);
    write(office, born);
  }
  const alive = new Set(hosts.map(({ node }) => node));
  for (const agent of agents.values()) {
    if (!alive.has(agent.node)) forget(office, agent.node);
    else if (now >= agent.wellAgainMs) {
      Object.assign(agent, { ill: false, silent: false, wellAgainMs: Infinity });
      write(office, agent);
    } else if (!agent.silent && now - agent.probedMs >= PROBE_EVERY_MS) write(office, agent);
  }
}

function judge({ agents, isDefined, time }: Office, node: string): ReturnType<Registry['judge']> {
  const agent = agents.get(node);
  if (agent === undefined || !isDefined) return { reasons: ['DaemonMissing', 'Starting'], doubt: true };
  const isStale = time.now() - agent.probedMs > MAX_PROBE_AGE_S * 1000;
  const reasons: readonly ReasonCode[] = agent.ill ? ['DaemonUnhealthy'] : isStale ? ['ProbeStale'] : [];
  return { reasons, doubt: agent.ill || agent.silent };
}

function sicken(office: Office, ...[choice, seconds]: [choice: number, seconds: number]): void {
  const well = [...office.agents.values()].filter(({ ill, silent }) => !ill && !silent);
  const agent = well[Math.floor(choice * well.length)];
  if (agent === undefined) return;
  const isIll = (choice * 1000) % 1 < 0.5;
  Object.assign(agent, { ill: isIll, silent: !isIll, wellAgainMs: office.time.now() + seconds * 1000 });
  if (isIll) write(office, agent);
}

function write({ store, time, epochMs, isDefined }: Office, agent: Agent): void {
  if (!agent.silent) agent.probedMs = time.now();
  if (isDefined) store.apply(daemonOf(agent, epochMs));
}

function forget({ agents, store, isDefined }: Office, node: string): void {
  agents.delete(node);
  if (isDefined) store.delete({ kind: 'Daemon', name: node, namespace: NAMESPACE });
}

const NAMESPACE = 'riptides';
const DEFINITION = 'daemons.core.riptides.io';

function daemonOf({ node, uid, probedMs, ill }: Agent, epochMs: number) {
  const lastProbeAt = new Date(epochMs + probedMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return {
    apiVersion: 'core.riptides.io/v1alpha1',
    kind: 'Daemon',
    metadata: { name: node, namespace: NAMESPACE },
    spec: { workloadID: `riptides/${uid}`, claimerType: 'Daemon' },
    status: {
      health: { daemonHealth: ill ? 'degraded' : 'ok', driverHealth: 'ok', lastProbeAt },
      metadata: [{ name: 'k8s:node:uid', value: uid }],
    },
  };
}
