/** Faults that only the Daemon objects of Riptides show: the pod serves, the daemon does not. */
import { basicTime } from '../../e2e/riptides.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import { each, type Scene } from '../scene.ts';

const DAEMONS = '/apis/core.riptides.io/v1alpha1/namespaces';

/** An instance id for each node of a fault; `salt` keeps faults apart. */
function instanceId(salt: number, index: number): string {
  return `i-${(salt * 1_000 + index).toString(16).padStart(17, '0')}`;
}

interface DaemonWish {
  readonly name: string;
  readonly instance: string;
  readonly health?: object;
  readonly probedAt?: number;
}

async function register(scene: Scene, { name, instance, health, probedAt = Date.now() }: DaemonWish): Promise<void> {
  const path = `${DAEMONS}/${scene.namespace}/daemons`;
  const identity = { apiVersion: 'core.riptides.io/v1alpha1', kind: 'Daemon', metadata: { name } };
  const spec = { workloadID: `riptides/daemon/1/eu-west-1/${instance}`, claimerType: 'AWSIID' };
  await scene.request('POST', path, { body: { ...identity, spec } });
  const lastProbeAt = basicTime(probedAt);
  const status = {
    metadata: [{ name: 'awsiid:instance:id', value: instance }],
    health: { daemonHealth: 'ok', driverHealth: 'ok', lastProbeAt, ...health },
  };
  await scene.request('PATCH', `${path}/${name}/status`, { body: { status } });
}

type Layered = Pick<Fault, 'node' | 'policy'>;

/** Nodes with an instance id, and a policy that asks for their Daemons. */
export function layered(salt: number, maxProbeAge = '1h'): Layered {
  return {
    node: { providerId: (index) => `aws:///eu-west-1b/${instanceId(salt, index)}` },
    policy: { health: { pod: { startDeadline: '10s' }, daemon: { source: 'local', maxProbeAge } } },
  };
}

/** Registers a Daemon for every node. */
export const registerAll =
  (salt: number, wish: Partial<DaemonWish> = {}): NonNullable<Fault['prepare']> =>
  (scene) =>
    each(scene.nodes, (name, index) => register(scene, { name, instance: instanceId(salt, index), ...wish }));

/** The Daemons of all nodes say so of their health. */
export const say = (scene: Scene, health: object): Promise<void> =>
  each(scene.nodes, (name) => patchStatus(scene, name, { health }));

function patchStatus(scene: Scene, name: string, status: object): Promise<unknown> {
  return scene.request('PATCH', `${DAEMONS}/${scene.namespace}/daemons/${name}/status`, { body: { status } });
}

/** The whole group. */
export const daemonFaults: FaultGroup = {
  group: 'daemons',
  faults: [
    {
      code: 'DaemonMissing',
      cause: 'no Daemon registered',
      ...layered(1),
      waitsMs: 10_000,
      takeAway: registerAll(1),
      message: /no Daemon of the source local/i,
    },
    {
      code: 'DaemonMissing',
      cause: 'Daemons deleted under running pods',
      ...layered(2),
      prepare: registerAll(2),
      begins: 'covered',
      bringAbout: (scene) => each(scene.nodes, (name) => scene.remove(`${DAEMONS}/${scene.namespace}/daemons/${name}`)),
      waitsMs: 10_000,
      takeAway: registerAll(2),
      message: /no Daemon of the source local/i,
    },
    {
      code: 'DaemonAmbiguous',
      cause: 'two fresh Daemons for every node: cloned disks',
      ...layered(3),
      prepare: registerAll(3),
      begins: 'covered',
      bringAbout: (scene) =>
        each(scene.nodes, (name, index) => register(scene, { name: `${name}-clone`, instance: instanceId(3, index) })),
      takeAway: (scene) =>
        each(scene.nodes, (name) => scene.remove(`${DAEMONS}/${scene.namespace}/daemons/${name}-clone`)),
      message: /2 Daemons match/,
    },
    {
      code: 'DaemonUnhealthy',
      cause: 'daemonHealth is not ok',
      ...layered(4),
      prepare: registerAll(4),
      begins: 'covered',
      bringAbout: (scene) => say(scene, { daemonHealth: 'degraded' }),
      takeAway: (scene) => say(scene, { daemonHealth: 'ok' }),
      message: /degraded/,
    },
    {
      code: 'DriverUnhealthy',
      cause: 'driverHealth is not ok',
      ...layered(5),
      prepare: registerAll(5),
      begins: 'covered',
      bringAbout: (scene) => say(scene, { driverHealth: 'not loaded' }),
      takeAway: (scene) => say(scene, { driverHealth: 'OK' }),
      message: /not loaded/,
    },
    {
      code: 'ProbeStale',
      cause: 'Daemon objects that are no longer probed',
      ...layered(6, '30s'),
      prepare: registerAll(6),
      begins: 'covered',
      bringAbout: async () => undefined,
      waitsMs: 30_000,
      takeAway: (scene) => say(scene, { lastProbeAt: basicTime(Date.now()) }),
      message: /last probed/,
    },
    {
      code: 'VersionSkew',
      cause: 'daemon of another release than its driver',
      asFinding: true,
      ...layered(9),
      prepare: registerAll(9),
      begins: 'covered',
      bringAbout: (scene) =>
        each(scene.nodes, (name, index) =>
          patchStatus(scene, name, {
            metadata: [
              { name: 'awsiid:instance:id', value: instanceId(9, index) },
              { name: 'status:daemon:version', value: 'v0.9.2' },
              { name: 'status:driver:version', value: 'v0.8.7' },
            ],
          }),
        ),
      message: /v0\.9\.2 and its driver v0\.8\.7/,
    },
    {
      code: 'ClockSkewed',
      cause: 'prober whose clock is five minutes ahead',
      asFinding: true,
      ...layered(10),
      prepare: registerAll(10),
      begins: 'covered',
      bringAbout: (scene) => say(scene, { lastProbeAt: basicTime(Date.now() + 300_000) }),
      message: /ahead of our clock/,
    },
  ],
};
