/** The Riptides control plane of the world: a DaemonSet of its daemons, and the Daemon that each of them keeps alive. */
import { daemonDefinition } from '../foreign-definitions.ts';
import { readText } from '../objects/json.ts';
import type { Manifest } from '../objects/kube-object.ts';
import { addressOf } from './node-object.ts';
import { servingRuns } from './truth.ts';
import { daemonKey, type DaemonSpec, type Machine, type WorldState } from './world-state.ts';

/** The DaemonSet. */
export const RIPTIDES: DaemonSpec = {
  namespace: 'riptides-system',
  name: 'riptides',
  image: 'riptides/daemon:0.5.10',
  cpu: '50m',
  hostNetwork: true,
  tolerateAll: true,
  role: undefined,
  maxUnavailable: 4,
};

const CONTROL_PLANE = { manager: 'riptides-control-plane' };
const PROBE_MS = 30_000;
// In each minute one driver in so many is unwell.
const UNWELL = 97;

/** Defines Daemons, and returns what keeps one for each machine on which the daemon runs: probed every 30 s, gone with its machine. */
export function createRiptides(state: WorldState): () => void {
  state.store.apply(daemonDefinition());
  const dueByMachine = new Map<string, number>();
  return () => {
    const serving = servingRuns(state);
    for (const machine of state.machines.values()) {
      const { name } = machine;
      if (state.now < (dueByMachine.get(name) ?? 0) || !serving.has(`${name} ${daemonKey(RIPTIDES)}`)) continue;
      // The first probes are spread, so that they do not all come at once for ever.
      const wait = dueByMachine.has(name) ? PROBE_MS : state.random.between(0, PROBE_MS);
      dueByMachine.set(name, state.now + wait * state.timeScale);
      state.store.apply(daemonManifest(state, machine), CONTROL_PLANE);
    }
    for (const name of dueByMachine.keys()) if (!state.machines.has(name)) forget(state, dueByMachine, name);
  };
}

function forget({ store }: WorldState, dueByMachine: Map<string, number>, machine: string): void {
  dueByMachine.delete(machine);
  store.delete({ kind: 'Daemon', name: nameOf(machine), namespace: RIPTIDES.namespace });
}

function nameOf(machine: string): string {
  return `daemon-${machine.split('.', 1).join('')}`;
}

/** As the Riptides docs show one of AWS. */
function daemonManifest({ store, now }: WorldState, { name, serial, zone }: Machine): Manifest {
  const providerId = readText(store.get({ kind: 'Node', name }), ['spec', 'providerID']);
  const instance = providerId.slice(providerId.lastIndexOf('/') + 1);
  const said = {
    'awsiid:instance:id': instance,
    'awsiid:private_ip': addressOf(serial),
    'node:hostname': name,
    'status:daemon:version': 'v0.5.10',
    'status:driver:version': 'v0.5.13',
  };
  const isUnwell = (serial + Math.floor(now / 60_000)) % UNWELL === 0;
  const lastProbeAt = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const manifest = {
    apiVersion: 'core.riptides.io/v1alpha1',
    kind: 'Daemon',
    metadata: { name: nameOf(name), namespace: RIPTIDES.namespace },
    spec: { claimerType: 'AWSIID', workloadID: `riptides/daemon/123456789012/${zone.slice(0, -1)}/${instance}` },
    status: {
      health: { daemonHealth: 'ok', driverHealth: isUnwell ? 'degraded' : 'ok', lastProbeAt },
      metadata: Object.entries(said).map(([key, value]) => ({ name: key, value })),
      exposedEndpoints: { 'prom-metr-exp-addr': '[::]:50003' },
    },
  };
  return manifest as unknown as Manifest;
}
