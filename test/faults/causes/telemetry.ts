/** Faults of what the daemon does: it hangs, loses its peers, or does not reach its backend. */
import type { Fault, FaultGroup } from '../fault.ts';
import type { Scene } from '../scene.ts';

const HEARTBEAT = { period: '2s' };

/** The daemon reports, and its backend acknowledges, before the cause. */
function reporting(layers: object): Pick<Fault, 'begins' | 'serve' | 'policy'> {
  return {
    begins: 'covered',
    serve: (scene) => scene.agents.begin(),
    policy: { health: { pod: { startDeadline: '10s' }, heartbeat: HEARTBEAT, ...layers } },
  };
}

const SINK = { cidr: '192.0.2.10/32', port: 4317 };

/** A policy that lets nothing out. Nobody enforces it here, so that the way to the backend is cut by hand. */
async function denyEgress(scene: Scene): Promise<void> {
  const spec = { podSelector: {}, policyTypes: ['Egress'] };
  const path = `/apis/networking.k8s.io/v1/namespaces/${scene.namespace}/networkpolicies`;
  await scene.make(path, { metadata: { name: 'default-deny' }, spec });
  await scene.agents.answer(undefined);
}

/** The whole group. */
export const telemetryFaults: FaultGroup = {
  group: 'telemetry',
  faults: [
    {
      code: 'HeartbeatStale',
      cause: 'daemons hang: their pods read Ready and nobody reports',
      ...reporting({}),
      bringAbout: async (scene) => scene.agents.hang(),
      waitsMs: 6_000,
      takeAway: async (scene) => scene.agents.goOn(),
      message: /one is due every 2 s/,
    },
    {
      code: 'MeshDegraded',
      cause: 'connected to 3 of 10 peers',
      ...reporting({ mesh: { minimumPeersRatio: 0.9 } }),
      bringAbout: async (scene) => scene.agents.connect(3),
      takeAway: async (scene) => scene.agents.connect(10),
      message: /3 of 10 peers/,
    },
    {
      code: 'EgressBlocked',
      cause: 'NetworkPolicy that lets nothing out of the namespace',
      begins: 'covered',
      serve: (scene) => scene.agents.begin(),
      policy: {
        health: { pod: { startDeadline: '10s' }, heartbeat: HEARTBEAT, ingestion: { maxLag: '5s' } },
        telemetry: { sink: SINK },
      },
      bringAbout: denyEgress,
      waitsMs: 5_000,
      takeAway: async (scene) => {
        await scene.remove(`/apis/networking.k8s.io/v1/namespaces/${scene.namespace}/networkpolicies/default-deny`);
        await scene.agents.answer(200);
      },
      message: /default-deny/,
    },
    {
      code: 'AgentForbidden',
      cause: 'backend answers 403 to every node',
      ...reporting({ ingestion: { maxLag: '5s' } }),
      bringAbout: (scene) => scene.agents.answer(403),
      waitsMs: 5_000,
      takeAway: (scene) => scene.agents.answer(200),
      message: /403 Forbidden/,
    },
    {
      code: 'IngestionLagging',
      cause: 'every other node has a backlog of a minute before the backend',
      affects: (nodes) => Math.floor(nodes / 2),
      ...reporting({ ingestion: { maxLag: '5s' } }),
      bringAbout: async (scene) => scene.agents.fallBehind(60_000, Math.floor(scene.nodes.length / 2)),
      waitsMs: 5_000,
      takeAway: async (scene) => scene.agents.fallBehind(0, 0),
      message: /5 s allowed/,
    },
    {
      code: 'SinkUnavailable',
      cause: 'backend is down, no node reaches it',
      ...reporting({ ingestion: { maxLag: '5s' } }),
      bringAbout: (scene) => scene.agents.answer(undefined),
      waitsMs: 5_000,
      takeAway: (scene) => scene.agents.answer(200),
      message: /ECONNREFUSED/,
    },
    {
      code: 'SinkUnavailable',
      cause: 'backend answers 503 to every node',
      ...reporting({ ingestion: { maxLag: '5s' } }),
      bringAbout: (scene) => scene.agents.answer(503),
      waitsMs: 5_000,
      takeAway: (scene) => scene.agents.answer(200),
      message: /503/,
    },
  ],
};
