/** The part of a DaemonCoverage that says what healthy means, and for how long a node may be otherwise. */
import { z } from 'zod';
import { durationOf, objectName, poolName, setOf, withRules } from './daemon-coverage-fields.ts';

const pod = z.strictObject({
  enabled: z
    .boolean()
    .describe(
      'Whether the pod layer counts. Only false for a daemon that runs without a DaemonSet, by systemd for example.',
    )
    .default(true),
  startDeadline: durationOf('10s', '1h')
    .describe(
      'How long an eligible node may be without a Ready pod before its reason is more than Starting: 10s to 1h.',
    )
    .default('5m'),
  offPools: setOf(poolName, 100)
    .describe('Node pools in which the pod layer does not count, because the daemon runs there without a pod.')
    .default([]),
});

const daemon = z.strictObject({
  source: objectName.describe(
    "Name of the source of Daemon resources, as the collector's flags define it; never a URL or a kubeconfig.",
  ),
  maxProbeAge: durationOf('1s', '1h')
    .describe('Age from which on the last probe of a Daemon no longer counts: 1s to 1h.')
    .default('90s'),
});

const heartbeat = withRules(
  z.strictObject({
    period: durationOf('1s', '5m').describe('Time between two heartbeats of an agent: 1s to 5m.').default('10s'),
    staleAfter: z.int().min(1).max(100).describe('Missed heartbeats after which a node is stale: 1 to 100.').default(3),
    offlineAfter: z
      .int()
      .min(2)
      .max(1000)
      .describe('Missed heartbeats after which a node is offline: more than staleAfter, at most 1000.')
      .default(10),
    serviceAccounts: setOf(objectName, 16)
      .describe(
        "ServiceAccounts of the DaemonSet's namespace whose heartbeats count. If none is named, the one of the DaemonSet's pods.",
      )
      .default([]),
  }),
  [
    {
      cel: 'self.staleAfter < self.offlineAfter',
      field: 'offlineAfter',
      reads: ['staleAfter', 'offlineAfter'],
      message: 'is not above staleAfter',
      mend: 'let a node be stale before it is offline',
      holds: ({ staleAfter, offlineAfter }) => staleAfter < offlineAfter,
    },
  ],
);

const mesh = z.strictObject({
  minimumPeersRatio: z
    .number()
    .min(0)
    .max(1)
    .describe("Share of its peers to which a node's mesh must be connected: 0 to 1."),
});

const ingestion = z.strictObject({
  maxLag: durationOf('1s', '1h')
    .describe('Age of the newest telemetry that the backend has acknowledged, from which on it lags: 1s to 1h.')
    .default('30s'),
});

const layers = z.strictObject({
  pod: pod.describe('Pod layer: a Ready pod of the DaemonSet on a Ready node.').prefault({}),
  daemon: daemon
    .describe('Daemon layer: asked when present. A Daemon resource matches the node and is healthy.')
    .exactOptional(),
  heartbeat: heartbeat
    .describe('Heartbeat layer: asked when present. The agent on the node reports in time.')
    .exactOptional(),
  mesh: mesh.describe('Mesh layer: asked when present. The node is connected to its peers.').exactOptional(),
  ingestion: ingestion
    .describe("Ingestion layer: asked when present. The node's telemetry arrives at its backend in time.")
    .exactOptional(),
});

const otherLayer = ['daemon', 'heartbeat', 'mesh', 'ingestion'] as const;
const hasOtherLayer = otherLayer.map((layer) => `has(self.${layer})`).join(' || ');

function asksOtherLayer(health: z.output<typeof layers>): boolean {
  return otherLayer.some((layer) => health[layer] !== undefined);
}

/** spec.health */
export const health = withRules(layers, [
  {
    cel: `self.pod.enabled || ${hasOtherLayer}`,
    field: 'pod',
    reads: ['pod', ...otherLayer],
    message: 'is off and no other layer is asked',
    mend: 'set health.pod.enabled: true, or add health.daemon or health.heartbeat',
    holds: (value) => value.pod.enabled || asksOtherLayer(value),
  },
  {
    cel: `!has(self.pod.offPools) || size(self.pod.offPools) == 0 || ${hasOtherLayer}`,
    field: 'pod',
    reads: ['pod', ...otherLayer],
    message: 'is off in offPools, where no other layer is asked, so that their nodes would count as covered unseen',
    mend: 'remove offPools, or add health.daemon or health.heartbeat',
    holds: (value) => value.pod.offPools.length === 0 || asksOtherLayer(value),
  },
]);

/** spec.grace */
export const grace = z.strictObject({
  joining: durationOf('0s', '30m')
    .describe('How long a new node is excused, from its creation until it is first covered: at most 30m.')
    .default('5m'),
  leaving: durationOf('0s', '1h').describe('How long a node that is going away is excused: at most 1h.').default('15m'),
  nodeNotReady: durationOf('0s', '24h')
    .describe('How long a node that is not Ready is excused, if nodeNotReady is Excused: at most 24h.')
    .default('15m'),
});
